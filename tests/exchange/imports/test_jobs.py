"""Imports go on after whatever stops them, and never twice."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.exchange.imports.conftest import Bring
from tests.web import builders
from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.entries import WrongFile
from wildlife.exchange.imports.models import Import
from wildlife.exchange.imports.portions import Portion
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Membership, Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
TABLE = b"file,taxon\n" + b"".join(b"IMG_%d.JPG,lion\n" % n for n in range(5))


@pytest.fixture(autouse=True)
def photos(project: Project, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PORTION", 2)
    for number in range(5):
        builders.photo("", project=project, name=f"IMG_{number}.JPG")


def test_a_worker_that_dies_in_the_middle_leaves_the_rest_to_another(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bring(TABLE, "a.csv", only_look=True)
    jobs.confirm(job)
    take, calls = Portion.take, iter(range(9))

    def dies(self: Portion, rows: list) -> object:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return take(self, rows)

    monkeypatch.setattr(Portion, "take", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.go_on(job.pk)
    assert Verdict.objects.count() == 2
    jobs.go_on(job.pk)
    job.refresh_from_db()
    assert (job.state, job.position, job.counts["matched"]) == ("done", 5, 5)
    assert Verdict.objects.count() == 5


def test_a_long_import_lets_others_have_their_turn(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, nothing_is_sent: list[str]
) -> None:
    monkeypatch.setattr(jobs, "SECONDS", 0.0)
    job = bring(TABLE, "a.csv", only_look=True)
    assert (job.state, job.position) == ("checking", 2)
    assert nothing_is_sent[-1] == str(job.pk)
    for _ in range(3):
        jobs.go_on(job.pk)
    job.refresh_from_db()
    assert (job.state, job.total, job.counts["verdicts_new"]) == ("ready", 5, 5)


def test_an_import_goes_on_behind_what_is_not_here(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SECONDS", 0.0)
    job = bring(
        b"file,taxon\nIMG_9.JPG,lion\n" + TABLE.partition(b"\n")[2], "a.csv", only_look=True
    )
    for _ in range(3):
        jobs.go_on(job.pk)
    job.refresh_from_db()
    assert (job.state, job.total, job.counts["not_here"]) == ("ready", 6, 1)


def test_what_is_stale_is_sent_again_and_what_kills_workers_ends(
    bring: Bring, nothing_is_sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bring(TABLE, "a.csv", only_look=True)
    jobs.confirm(job)
    nothing_is_sent.clear()
    jobs.tend()
    assert nothing_is_sent == []
    Import.objects.update(alive_at=timezone.now() - timedelta(minutes=10))
    jobs.tend()
    assert nothing_is_sent == [str(job.pk)]

    def dies(self: Portion, rows: list) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Portion, "take", dies)
    for _ in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.go_on(job.pk)
    jobs.go_on(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error


def test_who_may_no_longer_curate_imports_no_more(bring: Bring, ann: User) -> None:
    job = bring(TABLE, "a.csv", only_look=True)
    jobs.confirm(job)
    Membership.objects.filter(user=ann).update(role="viewer")
    jobs.go_on(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Verdict.objects.exists()


def test_old_files_go_and_their_imports_stay(bring: Bring) -> None:
    job = bring(TABLE, "a.csv")
    storage, name = job.file.storage, job.file.name
    Import.objects.update(alive_at=timezone.now() - timedelta(days=30))
    jobs.tend()
    job.refresh_from_db()
    assert (job.state, job.file.name) == ("done", "")
    assert not storage.exists(name)


def test_the_file_of_an_import_goes_after_its_project(
    bring: Bring, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bring(TABLE, "a.csv")
    storage, name = job.file.storage, job.file.name
    jobs.tend()
    assert storage.exists(name)
    Import.objects.all().delete()
    jobs.tend()
    assert storage.exists(name)  # its row may only be on its way
    monkeypatch.setattr(jobs, "ORPHANED", -timedelta(days=1))
    jobs.tend()
    assert not storage.exists(name)


def test_nobody_piles_up_imports(bring: Bring, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_UNFINISHED", 1)
    bring(TABLE, "a.csv", only_look=True)
    with pytest.raises(WrongFile, match="first"):
        jobs.start([SimpleUploadedFile("b.csv", TABLE)], ann, None)
