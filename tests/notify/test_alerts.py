"""Alerts find what somebody waits for, tell it once, and keep quiet in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.notify.conftest import SITE, looked_at
from tests.notify.test_webhooks import tell
from tests.web.builders import answered
from wildlife.notify import collecting, mailing
from wildlife.notify.models import Alert, Sighting, Webhook
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project
from wildlife.species.models import ConservationAssessment, Taxon


def rule(mara: Project, **more: Any) -> Alert:
    owner = mara.memberships.get(role="owner").user
    values = {"name": "Cats", "above": 0.8, "quiet_hours": 0, "site": SITE, **more}
    return Alert.objects.create(project=mara, user=owner, **values)


def found(*photos: Photo) -> list[Photo]:
    """Return the photos that were found newly, once all that happened is passed on."""
    before = set(Sighting.objects.values_list("pk", flat=True))
    tell(*photos)
    collecting.collect()
    return [one.photo for one in Sighting.objects.exclude(pk__in=before).order_by("pk")]


def test_a_taxon_is_found_and_what_belongs_to_it(mara: Project, taxa: dict[str, Taxon]) -> None:
    lion = looked_at(mara, taxa["panthera-leo"])
    other = looked_at(
        mara, next(one for slug, one in taxa.items() if "elephant" in slug or "loxo" in slug)
    )
    rule(mara, taxon=taxa["panthera-leo"].parent)
    assert found(lion, other) == [lion]
    assert found(lion) == []


@pytest.mark.parametrize(("confidence", "is_found"), [(0.91, True), (0.89, False)])
def test_what_is_less_sure_is_left_out(
    mara: Project, taxa: dict[str, Taxon], confidence: float, is_found: bool
) -> None:
    rule(mara, taxon=taxa["panthera-leo"], above=0.9)
    one = looked_at(mara, taxa["panthera-leo"])
    answered(one, taxa["panthera-leo"], confidence=confidence)
    assert bool(found(one)) == is_found


@pytest.mark.parametrize(
    ("category", "wanted", "is_found"),
    [("VU", "VU", True), ("CR", "VU", True), ("NT", "VU", False), ("DD", "VU", False)],
)
def test_a_category_means_that_one_or_worse(
    mara: Project, taxa: dict[str, Taxon], category: str, wanted: str, is_found: bool
) -> None:
    ConservationAssessment.objects.all().delete()
    taxon = taxa["panthera-leo"]
    ConservationAssessment.objects.create(taxon=taxon, category=category, year=2024)
    rule(mara, category=wanted)
    assert bool(found(looked_at(mara, taxon))) == is_found


def test_the_first_of_a_project_is_told_once(mara: Project, taxa: dict[str, Taxon]) -> None:
    rule(mara, first=True)
    now = timezone.now()
    first, second = (
        looked_at(mara, taxa["panthera-leo"], finished_at=now + timedelta(seconds=number))
        for number in range(2)
    )
    assert found(second) == []
    assert found(first, second) == [first]


def test_in_the_quiet_hours_it_is_noted_but_not_told(
    mara: Project, taxa: dict[str, Taxon], hook: Webhook
) -> None:
    rule(mara, taxon=taxa["panthera-leo"], quiet_hours=24)
    found(looked_at(mara, taxa["panthera-leo"]), looked_at(mara, taxa["panthera-leo"]))
    assert sorted(Sighting.objects.values_list("told", flat=True)) == [False, True]
    assert hook.deliveries.filter(kind="alert").count() == 1
    Sighting.objects.update(at=timezone.now() - timedelta(hours=25))
    found(looked_at(mara, taxa["panthera-leo"]))
    assert Sighting.objects.filter(told=True).count() == 2


def test_one_mail_says_what_was_found_and_no_place(mara: Project, taxa: dict[str, Taxon]) -> None:
    rule(mara, taxon=taxa["panthera-leo"])
    photos = [
        looked_at(mara, taxa["panthera-leo"], latitude=-1.234567, longitude=35.765432)
        for _ in range(2)
    ]
    found(*photos)
    assert mailing.send_due() == 1
    assert mailing.send_due() == 0
    [sent] = mail.outbox
    assert sent.to == ["owner@example.org"]
    assert sent.subject == "[Wildlife] Cats: 2 photos"
    for one in photos:
        assert f"{SITE}photos/{one.pk}/" in sent.body
    assert "Panthera leo" in sent.body
    assert "234567" not in sent.body


def test_mail_that_cannot_be_sent_now_is_sent_later(
    mara: Project, taxa: dict[str, Taxon], settings: Any
) -> None:
    rule(mara, taxon=taxa["panthera-leo"])
    found(looked_at(mara, taxa["panthera-leo"]))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert mailing.send_due() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mailing.send_due() == 1


def test_who_left_the_project_is_told_nothing(
    mara: Project, taxa: dict[str, Taxon], django_user_model: type[User]
) -> None:
    gone = django_user_model.objects.create_user("gone", "gone@example.org")
    member = Membership.objects.create(project=mara, user=gone, role="viewer")
    one = rule(mara, taxon=taxa["panthera-leo"])
    Alert.objects.update(user=gone)
    found(looked_at(mara, taxa["panthera-leo"]))
    member.delete()
    assert mailing.send_due() == 0
    assert found(looked_at(mara, taxa["panthera-leo"])) == []
    assert one.sightings.filter(mail_due=True).count() == 0


def test_a_mail_ends_the_mails_by_its_link(
    mara: Project, taxa: dict[str, Taxon], client: Client
) -> None:
    one = rule(mara, taxon=taxa["panthera-leo"])
    link = "/" + mailing.stop_link(one).removeprefix(SITE)
    assert client.get(link).status_code == 200
    one.refresh_from_db()
    assert one.by_mail
    assert Client(enforce_csrf_checks=True).post(link).status_code == 200
    one.refresh_from_db()
    assert not one.by_mail
    assert client.get(link[:-2] + "x/").status_code == 404
