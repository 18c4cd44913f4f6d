"""Photos become records: what the asker may see, at the time that it was on the spot."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from tests.exchange.rows import ALL, photos
from tests.web import builders
from wildlife.exchange.formats import base
from wildlife.exchange.source import about, records, view_of
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CURATOR, Role.OWNER])
def test_what_leaves_is_what_the_asker_may_see(elephant: Photo, role: Role) -> None:
    Taxon.objects.filter(slug="loxodonta-africana").update(sensitive=True)
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=elephant.project, role=role)
    (told,) = records(photos(), view_of(user, elephant.project))
    assert told.place is not None
    exact = (told.place.latitude, told.place.longitude, told.place.precision)
    assert exact == ((-2.2, 37.2, 0.1) if role == Role.VIEWER else (-2.153, 37.262, None))
    assert bool(told.original) is (role == Role.OWNER)


def test_a_portion_costs_the_same_queries_for_one_photo_as_for_many(
    elephant: Photo, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        builders.photo("", project=elephant.project)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert len(list(records(photos(), ALL))) == 21


def test_names_of_members_are_told(project: Project) -> None:
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=project, role=Role.OWNER)
    assert about(project, user).people == ("bea",)
    assert about(None, user).people == ("bea",)


def test_a_clock_without_an_offset_is_in_the_zone_of_its_deployment(project: Project) -> None:
    moment = datetime(2024, 5, 1, 6, 30, tzinfo=UTC)
    there = project.deployments.create(name="A1", time_zone="Africa/Nairobi")
    event = there.events.create(start=moment, end=moment)
    for offset in (None, 120):
        builders.photo(
            "", project=project, deployment=there, event=event, taken_at=moment, utc_offset=offset
        )
    told = list(records(photos(), ALL))
    assert Counter(base.cell(one.moment) for one in told) == {
        "2024-05-01T06:30:00+03:00": 1, "2024-05-01T06:30:00+02:00": 1
    }  # fmt: skip
    for one in told:
        assert one.event is not None
        assert base.cell(one.event.start) == base.cell(one.event.end) == "2024-05-01T06:30:00+03:00"


def test_a_deployment_does_not_tell_where_a_sensitive_species_is(
    elephant: Photo, project: Project
) -> None:
    Taxon.objects.filter(slug="loxodonta-africana").update(sensitive=True)
    there = project.deployments.create(
        name="A1", latitude=-2.153, longitude=37.262, location_name="Old well"
    )
    Photo.objects.filter(pk=elephant.pk).update(deployment=there)
    builders.photo("", project=project, deployment=there)  # with nothing on it
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=project, role=Role.VIEWER)
    for told in records(photos(), view_of(user, project)):
        assert told.deployment is not None
        assert told.deployment.place is not None
        assert told.deployment.place.precision == 0.1
        assert "Old well" not in told.deployment.columns.values()
