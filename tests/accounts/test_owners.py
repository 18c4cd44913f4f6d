"""Nobody leaves a project behind that nobody can manage."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from tests.accounts.conftest import PASSWORD
from wildlife.accounts import closing
from wildlife.projects import members, services
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "on_commit", lambda do, **options: do())


def close(client):
    return client.post("/accounts/delete/", {"password": PASSWORD})


def test_a_last_owner_hands_over_before_the_account_goes(ranger, sign_in):
    mara = services.create(ranger, "Mara")
    client = sign_in()
    assert "Nobody else owns these projects: Mara." in close(client).content.decode()
    ranger.refresh_from_db()
    assert ranger.is_active
    heir = User.objects.create_user("heir")
    members.join(mara, heir, Role.VIEWER)
    members.hand_over(Membership.objects.get(user=heir), ranger)
    assert close(client)["Location"] == "/"
    ranger.refresh_from_db()
    assert not ranger.is_active
    assert Project.objects.exists()


def test_of_two_owners_who_close_at_once_one_stays(ranger, monkeypatch):
    other = User.objects.create_user("other")
    members.join(services.create(ranger, "Mara"), other, Role.OWNER)
    lock = QuerySet.select_for_update

    def wait(rows, *args, **options):
        """Wait, as for a row that the other one has, until they have closed."""
        User.objects.filter(pk=other.pk).update(is_active=False)
        return lock(rows, *args, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", wait)
    with pytest.raises(closing.LastOwner):
        closing.close(ranger)
    ranger.refresh_from_db()
    assert ranger.is_active
