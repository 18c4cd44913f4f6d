"""Which animals wait together, for whom, and what one word about them does."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.review.conftest import queue, shown
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import (
    Detection,
    Embedding,
    Exemplar,
    Identification,
    Verdict,
)
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event, Project
from wildlife.review import lookalikes, speaking
from wildlife.review.lookalikes import Group, groups_of, next_group, waiting
from wildlife.review.models import Claim
from wildlife.species.models import Taxon

pytestmark = pytest.mark.usefixtures("nothing_is_new")

NEAREST = "nearest@1"
TABLES = (Photo, Detection, Identification, Verdict, Exemplar, Embedding, Claim)


def everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def seen(project: Project, taxon: Taxon, degrees: float = 0.0, **more: Any) -> Detection:
    """A photo of one animal, as the embedder sees it."""
    box = shown(project, taxon, **more).detections.get()
    builders.seen(box, degrees)
    return box


def two_on_one(project: Project, taxon: Taxon, degrees: tuple[float, float]) -> list[Detection]:
    photo = builders.photo("", project=project)
    builders.answered(photo, taxon, animals=2)
    write_digests([photo.pk])
    boxes = list(photo.detections.all())
    for box, angle in zip(boxes, degrees, strict=True):
        builders.seen(box, angle)
    return boxes


def members(groups: list[Group]) -> list[list[int]]:
    return [[one.detection for one in group.members] for group in groups]


def groups_for(project: Project, user: User) -> list[list[int]]:
    return members(groups_of(waiting(queue(project, user), NEAREST)))


def test_what_looks_alike_comes_together_the_biggest_group_first(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    lion, elephant = taxa["panthera-leo"], taxa["elephas-maximus"]
    pair = [seen(mara, elephant, angle) for angle in (200, 201)]
    three = [seen(mara, lion, angle) for angle in (0, 40, 79)]
    seen(mara, lion, 290)
    found = groups_of(waiting(queue(mara, ann), NEAREST))
    first, second = members(found)
    assert first == [three[1].pk, three[2].pk, three[0].pk]
    assert sorted(second) == sorted(box.pk for box in pair)
    assert [group.taxon for group in found] == [lion.pk, elephant.pk]


def test_of_as_many_the_surest_come_first(mara: Project, ann: User, taxa: dict[str, Taxon]) -> None:
    for angle, share in ((0, 0.5), (1, 0.5), (90, 0.9), (91, 0.9)):
        seen(mara, taxa["panthera-leo"], angle, confidence=share)
    first, second = groups_of(waiting(queue(mara, ann), NEAREST))
    assert (first.members[0].sureness, second.members[0].sureness) == (0.9, 0.5)


def test_a_group_is_called_what_the_models_are_surest_of(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    seen(mara, taxa["panthera-leo"], confidence=0.9)
    for _ in range(2):
        seen(mara, taxa["felidae"], confidence=0.4)
    (group,) = groups_of(waiting(queue(mara, ann), NEAREST))
    assert group.taxon == taxa["panthera-leo"].pk


def test_empty_photos_of_one_camera_are_a_group_too(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    boxes = [seen(mara, taxa["panthera-leo"]) for _ in range(2)]
    Identification.objects.update(reason="no_animal", taxon=None)
    (group,) = groups_of(waiting(queue(mara, ann), NEAREST))
    assert (group.kind, group.taxon, len(group.members)) == ("no_animal", None, len(boxes))


def test_vectors_of_two_releases_are_never_compared(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    for _ in range(2):
        seen(mara, taxa["panthera-leo"])
    Embedding.objects.filter(pk=Embedding.objects.latest("pk").pk).update(release="other@1")
    assert groups_for(mara, ann) == []


def test_photos_of_one_event_need_be_less_alike(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    deployment = Deployment.objects.create(project=mara, name="C1")
    now = timezone.now()
    event = Event.objects.create(deployment=deployment, start=now, end=now)
    for angle in (0, 45):
        seen(mara, taxa["panthera-leo"], angle)
    assert groups_for(mara, ann) == []
    Photo.objects.update(deployment=deployment, event=event)
    assert len(groups_for(mara, ann)) == 1


def test_only_what_the_reviewer_may_see_and_speak_of_waits(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    lion = taxa["panthera-leo"]
    other = Project.objects.create(slug="other", name="Other")
    theirs = seen(other, lion)
    boxes = {seen(mara, lion).pk for _ in range(2)}
    stranger = User.objects.create_user("stranger")
    assert groups_for(mara, stranger) == []
    assert set(groups_for(mara, ann)[0]) == boxes
    assert lookalikes.say(queue(mara, ann), NEAREST, [theirs.pk], Word(taxon=lion)).given == 0
    mara.accept_above = 0.8
    mara.save()
    assert groups_for(mara, ann) == []


def test_a_word_is_about_all_of_them_and_undone_leaves_everything_as_it_was(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    boxes = [seen(mara, taxa["panthera-leo"]) for _ in range(4)]
    before = everything()
    chosen = [box.pk for box in boxes[:3]]
    word = Word(taxon=taxa["elephas-maximus"], sex="male")
    said = lookalikes.say(queue(mara, ann), NEAREST, chosen, word)
    assert (said.given, said.passed_over) == (3, 0)
    given = Verdict.objects.filter(given_by=ann, taxon=taxa["elephas-maximus"], sex="male")
    assert set(given.values_list("photo", flat=True)) == {box.photo_id for box in boxes[:3]}
    assert Photo.objects.filter(settled=True, taxon=taxa["elephas-maximus"]).count() == 3
    assert [row.detection for row in waiting(queue(mara, ann), NEAREST)] == [boxes[3].pk]
    assert speaking.take_back(said.batch, ann) == 3
    assert everything() == before
    assert len(groups_for(mara, ann)[0]) == 4


def test_what_somebody_else_has_or_answered_is_left_out(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    boxes = [seen(mara, taxa["panthera-leo"]) for _ in range(5)]
    ids = [box.pk for box in boxes]
    found = next_group(queue(mara, ann), NEAREST)
    assert found.group is not None
    assert (len(found.group.members), found.groups, found.animals) == (5, 1, 5)
    assert next_group(queue(mara, bo), NEAREST).group is None
    assert lookalikes.say(queue(mara, bo), NEAREST, ids, Word(kind="unsure")).given == 0
    lookalikes.leave(queue(mara, ann), ids[:2])
    lookalikes.leave(queue(mara, bo), ids)
    assert set(groups_for(mara, bo)[0]) == set(ids[:2])
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    speaking.say([boxes[0].photo_id], bo, None)
    said = lookalikes.say(queue(mara, ann), NEAREST, ids, Word(taxon=taxa["felidae"]))
    assert (said.given, said.passed_over) == (4, 1)
    assert not Claim.objects.filter(user=ann).exists()
    assert lookalikes.say(queue(mara, ann), NEAREST, ids, Word(kind="unsure")).given == 0


def test_who_was_quicker_keeps_theirs(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and claiming somebody may have claimed."""
    boxes = [seen(mara, taxa["panthera-leo"]) for _ in range(3)]
    rows = waiting(queue(mara, ann), NEAREST)
    until = timezone.now() + timedelta(minutes=1)
    Claim.objects.create(photo=boxes[0].photo, user=bo, until=until)
    monkeypatch.setattr(lookalikes, "waiting", lambda *args: rows)
    group = next_group(queue(mara, ann), NEAREST).group
    assert group is not None
    assert {one.detection for one in group.members} == {boxes[1].pk, boxes[2].pk}
    assert Claim.objects.get(photo=boxes[0].photo).user == bo


def test_a_group_that_is_passed_over_does_not_come_again(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    big = [seen(mara, taxa["panthera-leo"]).pk for _ in range(3)]
    small = [seen(mara, taxa["panthera-leo"], 90).pk for _ in range(2)]
    group = next_group(queue(mara, ann), NEAREST, [big[1]]).group
    assert group is not None
    assert {one.detection for one in group.members} == set(small)
    assert next_group(queue(mara, ann), NEAREST, [big[1], small[0]]).group is None


def test_where_two_are_needed_the_second_gets_them_too(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    Project.objects.update(reviewers_needed=2)
    mara.refresh_from_db()
    ids = [seen(mara, taxa["panthera-leo"]).pk for _ in range(2)]
    word = Word(taxon=taxa["panthera-leo"])
    lookalikes.say(queue(mara, ann), NEAREST, ids, word)
    assert groups_for(mara, ann) == []
    assert set(groups_for(mara, bo)[0]) == set(ids)
    assert not Photo.objects.filter(settled=True).exists()
    lookalikes.say(queue(mara, bo), NEAREST, ids, word)
    assert Photo.objects.filter(settled=True).count() == 2


def test_the_other_animal_of_a_photo_still_waits_if_need_be_alone(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    lion = taxa["panthera-leo"]
    one, other = two_on_one(mara, lion, (0, 90))
    alike = seen(mara, lion)
    assert [set(group) for group in groups_for(mara, ann)] == [{one.pk, alike.pk}]
    lookalikes.say(queue(mara, ann), NEAREST, [one.pk, alike.pk], Word(taxon=lion))
    assert groups_for(mara, ann) == [[other.pk]]
    assert groups_for(mara, bo) == []  # it is in their queue
    lookalikes.say(queue(mara, ann), NEAREST, [other.pk], Word(kind="no_animal"))
    assert Photo.objects.get(pk=one.photo_id).settled


def test_of_very_many_the_newest_are_compared(
    mara: Project, ann: User, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    old, mid, new = (
        seen(mara, taxa["panthera-leo"], taken_at=now - timedelta(days=days)) for days in (3, 2, 1)
    )
    monkeypatch.setattr(lookalikes, "MOST", 2)
    assert {one.detection for one in waiting(queue(mara, ann), NEAREST)} == {mid.pk, new.pk}
    assert lookalikes.count(queue(mara, ann), NEAREST) == 2
    assert [one.detection for one in waiting(queue(mara, ann), NEAREST, [old.pk])] == [old.pk]


def test_a_crop_that_nobody_could_see_is_in_no_group(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    for _ in range(2):
        seen(mara, taxa["panthera-leo"])
    Embedding.objects.update(vector=b"")
    assert groups_for(mara, ann) == []
    assert lookalikes.count(queue(mara, ann), NEAREST) == 0


def test_many_take_as_many_queries_as_few(
    mara: Project,
    ann: User,
    bo: User,
    taxa: dict[str, Taxon],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    boxes = [seen(mara, taxa["panthera-leo"]) for _ in range(12)]
    speaking.say([boxes[0].photo_id], bo, Word(kind="unsure"))
    with django_assert_max_num_queries(20):
        assert next_group(queue(mara, ann), NEAREST).animals == 12
    assert lookalikes.count(queue(mara, ann), NEAREST) == 12
