"""Many answers are accepted at once, and all of that can be taken back as if it had never been."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.review.conftest import shown
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Detection, Exemplar, Identification, Verdict
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project
from wildlife.review import accepting, speaking
from wildlife.review.models import Acceptance
from wildlife.species.models import Taxon

pytestmark = pytest.mark.usefixtures("nothing_is_new")

TABLES = (Photo, Detection, Identification, Verdict, Exemplar, Verdict.history.model)


def everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def many(project: Project, taxa: dict[str, Taxon], number: int) -> None:
    """Make photos as rows alone, each with one animal of 0.90 to 0.99."""
    photos = Photo.objects.bulk_create(
        Photo(project=project, sha256=f"{one:064}", size=1, state="done") for one in range(number)
    )
    run = builders.run(*photos[:1])
    boxes = Detection.objects.bulk_create(
        Detection(
            photo=photo, run=run, index=0, category="animal", confidence=0.9, crop="",
            x=0.1, y=0.1, width=0.5, height=0.5,
        )
        for photo in photos
    )  # fmt: skip
    Identification.objects.bulk_create(
        Identification(
            detection=box, taxon=taxa["panthera-leo"], confidence=0.9 + (index % 10) / 100,
            agreement=1.0, reason="species", walk=[], runners_up=[],
        )
        for index, box in enumerate(boxes)
    )  # fmt: skip
    write_digests(photo.pk for photo in photos)


def run_to_end(job: Acceptance) -> Acceptance:
    """Let workers go on until there is nothing left to do, as slow as the machine may be."""
    for _ in range(100):
        accepting.go_on(job.pk)
        job.refresh_from_db()
        if job.state in (Acceptance.State.DONE, Acceptance.State.UNDONE):
            break
    return job


def test_2000_answers_accepted_and_undone_leave_all_rows_as_they_were(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    many(mara, taxa, 2000)
    before = everything()
    job = accepting.start(mara, ann, Wish(project="mara"), 0.9)
    assert job.total == 2000
    run_to_end(job)
    assert (job.state, job.photos) == ("done", 2000)
    assert Verdict.objects.filter(given_by=ann, taxon=taxa["panthera-leo"]).count() == 2000
    assert Photo.objects.filter(settled=True, confidence=1.0).count() == 2000
    accepting.undo(job)
    assert run_to_end(job).state == "undone"
    assert everything() == before


def test_only_what_is_sure_enough_and_undisputed_is_accepted(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    sure = shown(mara, taxa["panthera-leo"], 0.96)
    shown(mara, taxa["panthera-leo"], 0.94)
    shown(mara, None)
    disputed = shown(mara, taxa["panthera-leo"], 0.97)
    Photo.objects.filter(pk=disputed.pk).update(disputed=True)
    elephant = shown(mara, taxa["elephas-maximus"], 0.99)
    job = accepting.start(mara, ann, Wish(project="mara", taxon="felidae"), 0.95)
    assert run_to_end(job).photos == 1
    assert Verdict.objects.get().photo == sure
    assert not Photo.objects.get(pk=elephant.pk).settled


def test_what_somebody_said_before_or_after_stays(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    first, second = (shown(mara, taxa["panthera-leo"], 0.96) for _ in range(2))
    speaking.say([first.pk], bo, None)
    job = run_to_end(accepting.start(mara, ann, Wish(project="mara"), 0.95))
    assert job.photos == 1
    speaking.say([second.pk], bo, None)
    accepting.undo(job)
    run_to_end(job)
    assert set(Verdict.objects.values_list("given_by", flat=True)) == {bo.pk}


def test_who_may_review_no_more_accepts_nothing_more(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    shown(mara, taxa["panthera-leo"], 0.96)
    job = accepting.start(mara, ann, Wish(project="mara"), 0.95)
    Membership.objects.filter(user=ann).delete()
    assert (run_to_end(job).state, job.photos) == ("done", 0)


def test_what_got_stuck_goes_on(
    mara: Project, ann: User, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Acceptance] = []
    monkeypatch.setattr(accepting, "send", sent.append)
    job = accepting.start(mara, ann, Wish(project="mara"), 0.95)
    accepting.tend()
    assert sent == []
    long_ago = timezone.now() - 2 * accepting.STALE_AFTER
    Acceptance.objects.update(alive_at=long_ago)
    accepting.tend()
    assert sent == [job]
