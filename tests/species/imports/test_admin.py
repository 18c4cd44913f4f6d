"""The pages of imports: who may, what they show, and that only uploads are read."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from wildlife.species import tasks
from wildlife.species.models import SpeciesImport, Taxon

pytestmark = pytest.mark.django_db
ADD = "admin:species_speciesimport_add"
Taxa = dict[str, Taxon]


@pytest.fixture(autouse=True)
def surroundings(settings: object, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    # A worker's task has a connection of its own; here it is the test's.
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What workers were told, in place of a broker."""
    told: list[tuple[str, int]] = []
    for name in ("look_at_import", "go_on_with_import"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay", lambda pk, name=name: told.append((name, pk)))
    return told


@pytest.fixture
def curator(client: Client) -> Client:
    person = User.objects.create_user("curator", is_staff=True)
    wanted = ("add_speciesimport", "view_speciesimport", "view_source")
    person.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(person)
    return client


def upload(client: Client, text: str, kind: str = "csv", **more: str) -> object:
    file = SimpleUploadedFile("../../cats.csv", text.encode())
    return client.post(reverse(ADD), {"kind": kind, "file": file, "name": "", **more})


def test_a_file_is_looked_at_then_brought_in_in_the_background(
    taxa: Taxa,
    curator: Client,
    sent: list[tuple[str, int]],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        upload(curator, "scientific_name,genus,category\nPanthera tigris,Panthera,EN\nX x,,ZZ\n")
    job = SpeciesImport.objects.get()
    assert sent == [("look_at_import", job.pk)]
    tasks.look_at_import(job.pk)
    page = curator.get(reverse("admin:species_speciesimport_change", args=[job.pk]))
    text = page.content.decode()
    assert "nothing was written" in text
    assert "species Panthera tigris" in text
    assert "line 3: &#x27;ZZ&#x27; is no category" in text
    assert not Taxon.objects.filter(slug="panthera-tigris").exists()
    curator.post(reverse("admin:species_import_apply", args=[job.pk]))
    assert sent[1:] == [("go_on_with_import", job.pk)]
    tasks.go_on_with_import(job.pk)
    job.refresh_from_db()
    assert (job.state, job.counts["created"], bool(job.file)) == ("done", 1, False)
    tiger = Taxon.objects.get(slug="panthera-tigris")
    assert tiger.history.latest().history_user.username == "curator"
    assert len(sent) == 2


def test_whoever_may_only_look_cannot_bring_in(taxa: Taxa, client: Client) -> None:
    person = User.objects.create_user("viewer", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_speciesimport"))
    client.force_login(person)
    job = SpeciesImport.objects.create(kind="csv", name="x", state="previewed")
    page = client.get(reverse("admin:species_speciesimport_change", args=[job.pk]))
    assert page.status_code == 200
    assert "Bring it in" not in page.content.decode()
    for url in ("admin:species_import_apply", "admin:species_import_look"):
        assert client.post(reverse(url, args=[job.pk])).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403


def test_nothing_is_brought_in_by_a_mere_link(curator: Client) -> None:
    job = SpeciesImport.objects.create(kind="csv", name="x", state="previewed")
    assert curator.get(reverse("admin:species_import_apply", args=[job.pk])).status_code == 403


@pytest.mark.parametrize(("kind", "name"), [("csv", "/etc/passwd"), ("inat", "/etc/passwd")])
def test_no_path_of_the_server_is_read(curator: Client, kind: str, name: str) -> None:
    page = curator.post(reverse(ADD), {"kind": kind, "name": name, "within": ""})
    assert page.status_code == 200
    assert not SpeciesImport.objects.exists()


def test_without_a_broker_it_says_so(curator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(pk: int) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(tasks.go_on_with_import, "delay", away)
    job = SpeciesImport.objects.create(kind="csv", name="x", state="previewed")
    page = curator.post(reverse("admin:species_import_apply", args=[job.pk]), follow=True)
    assert "No worker can be told" in page.content.decode()
    job.refresh_from_db()
    assert job.state == "failed"
