"""Exports are made by workers, once, of what their asker may see at that time."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tests.web import builders
from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to workers, none of which works."""
    ids: list[str] = []
    monkeypatch.setattr(jobs.app, "send_task", lambda _name, args, **_more: ids.extend(args))
    return ids


def member(project: Project, role: Role, name: str = "ann") -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def made(job: ExportJob) -> ExportJob:
    jobs.make(job.pk)
    job.refresh_from_db()
    return job


def content(job: ExportJob) -> bytes:
    with job.file.open("rb") as file:
        return file.read()


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_made_by_a_worker(key: str, elephant: Photo, project: Project) -> None:
    job = made(jobs.ask(member(project, Role.OWNER), project, key))
    assert (job.state, job.done, job.total) == ("ready", 1, 1)
    told = content(job)
    assert job.size == len(told) > 0
    assert jobs.filename(job).startswith(f"savanna-{key}-")
    if FORMATS[key].suffix == ".zip":
        assert ZipFile(io.BytesIO(told)).testzip() is None
    assert job.expires_at is not None


def test_asking_sends_it_to_a_worker(
    project: Project, sent: list[str], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(member(project, Role.VIEWER), project, "csv")
    assert sent == [str(job.pk)]
    assert job.state == "making"


def test_what_counts_is_what_the_asker_may_see_when_it_is_made(
    elephant: Photo, project: Project
) -> None:
    ann = member(project, Role.OWNER)
    exact = content(made(jobs.ask(ann, project, "csv")))
    assert b"-2.153" in exact
    job = jobs.ask(ann, project, "csv")
    Membership.objects.update(role=Role.VIEWER)
    told = content(made(job))
    assert b"-2.153" not in told
    assert elephant.sha256.encode() in told
    last = jobs.ask(ann, project, "csv")
    Membership.objects.all().delete()
    assert (made(last).state, last.failure, bool(last.file)) == ("failed", "no_right", False)
    assert not jobs.exports_for(ann).exists()


def test_a_closed_account_gets_nothing(project: Project) -> None:
    ann = member(project, Role.OWNER)
    job = jobs.ask(ann, None, "csv")
    User.objects.update(is_active=False)
    assert made(job).failure == "no_right"


def test_own_photos_are_those_of_nobody_else_not_even_for_staff(elephant: Photo) -> None:
    ann = User.objects.create_user("ann", is_staff=True)
    mine = builders.photo("", owner=ann, sha256="a" * 64)
    builders.photo("a-guest")
    job = made(jobs.ask(ann, None, "csv"))
    told = content(job)
    assert job.done == 1
    assert mine.sha256.encode() in told
    assert elephant.sha256.encode() not in told


def test_a_wish_chooses_and_leads_to_no_other_project(elephant: Photo, project: Project) -> None:
    ann = member(project, Role.OWNER)
    builders.photo("", project=project)
    some = jobs.ask(ann, project, "csv", Wish(taxon="loxodonta-africana", project="savanna"))
    assert made(some).done == 1
    with pytest.raises(jobs.WrongExport, match="another project"):
        jobs.ask(ann, None, "csv", Wish(project="savanna"))
    with pytest.raises(jobs.WrongExport, match="another project"):
        jobs.ask(ann, project, "csv", Wish(project="mara"))
    with pytest.raises(jobs.WrongExport, match="no such format"):
        jobs.ask(ann, project, "xls")


def test_only_so_many_are_made_at_once(project: Project) -> None:
    ann = member(project, Role.OWNER)
    for _ in range(jobs.MOST_AT_WORK):
        last = jobs.ask(ann, None, "csv")
    with pytest.raises(jobs.WrongExport, match="Wait"):
        jobs.ask(ann, None, "csv")
    jobs.delete([last])
    jobs.ask(ann, None, "csv")


def test_a_job_whose_worker_died_is_begun_again_once(
    elephant: Photo, project: Project, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.ask(member(project, Role.OWNER), project, "csv")

    def dies(*_args: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "records", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.make(job.pk)
    jobs.tend()
    assert sent == []
    assert made(job).state == "making"  # that it is sent twice does not begin it twice
    ExportJob.objects.update(alive_at=timezone.now() - timedelta(hours=1))
    jobs.tend()
    assert sent == [str(job.pk)]
    assert (made(job).state, job.attempts) == ("ready", 2)
    jobs.make(job.pk)
    assert default_storage.listdir("exchange")[1].count(job.file.name.rpartition("/")[2]) == 1


def test_what_kills_workers_ends(project: Project) -> None:
    job = jobs.ask(member(project, Role.OWNER), project, "csv")
    old = timezone.now() - timedelta(hours=1)
    ExportJob.objects.update(attempts=jobs.MOST_ATTEMPTS, alive_at=old)
    assert (made(job).state, job.failure) == ("failed", "stopped")


@pytest.mark.parametrize("beat", [0.0, 1e9])
def test_deleting_a_job_stops_it_and_leaves_no_file(
    beat: float, elephant: Photo, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.ask(member(project, Role.OWNER), project, "csv")
    real = jobs.records

    def meanwhile(*args: object) -> object:
        jobs.delete(ExportJob.objects.all())
        return real(*args)

    monkeypatch.setattr(jobs, "records", meanwhile)
    monkeypatch.setattr(jobs, "BEAT", beat)
    jobs.make(job.pk)
    assert not ExportJob.objects.exists()
    assert not default_storage.exists(f"exchange/{job.pk}")


def test_files_go_when_they_are_over_or_their_project_is_gone(
    elephant: Photo, project: Project, sent: list[str]
) -> None:
    ann = member(project, Role.OWNER)
    over, kept = (made(jobs.ask(ann, None, "csv")) for _ in range(2))
    of_project = made(jobs.ask(ann, project, "csv"))
    ExportJob.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    ExportJob.objects.filter(pk=of_project.pk).delete()
    at_work = jobs.ask(ann, None, "csv")
    default_storage.save(f"exchange/{at_work.pk}", ContentFile(b"x"))
    jobs.tend()
    assert not default_storage.exists(over.file.name)
    assert not default_storage.exists(of_project.file.name)
    assert default_storage.exists(kept.file.name)
    assert default_storage.exists(f"exchange/{at_work.pk}")
    assert set(ExportJob.objects.all()) == {kept, at_work}


def test_a_file_that_tells_more_than_its_asker_may_see_now_is_made_again(
    elephant: Photo, project: Project, sent: list[str], django_capture_on_commit_callbacks
) -> None:
    ann = member(project, Role.OWNER)
    job, own = made(jobs.ask(ann, project, "csv")), made(jobs.ask(ann, None, "csv"))
    old = job.file.name
    assert not jobs.refresh(job)
    Membership.objects.update(role=Role.CURATOR)  # who sees places, but no people
    assert not jobs.refresh(own)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.refresh(job)
    assert sent == [str(job.pk)]
    assert not default_storage.exists(old)
    again = made(ExportJob.objects.get(pk=job.pk))
    assert (again.state, again.done, again.places, again.people) == ("ready", 1, True, False)
    assert not jobs.refresh(again)
    Membership.objects.update(role=Role.VIEWER)
    assert jobs.refresh(again)
    again = made(ExportJob.objects.get(pk=job.pk))
    assert b"-2.153" not in content(again)
    Membership.objects.update(role=Role.OWNER)  # more than before does not make it wrong
    assert not jobs.refresh(again)
