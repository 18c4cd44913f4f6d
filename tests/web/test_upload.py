import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.images import saved, scene
from wildlife.identifications import unpacking
from wildlife.photos.models import Photo, Upload


def jpeg(name: str = "fox.jpg", width: int = 64) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, saved(scene(width)), content_type="image/jpeg")


def text() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.txt", b"no photo at all", content_type="image/jpeg")


def test_one_photo_leads_straight_to_its_page(guest: Client, dispatched: list[int]) -> None:
    response = guest.post("/photos/", {"photos": jpeg()})

    photo = Photo.objects.get()
    assert response["Location"] == f"/photos/{photo.id}/"
    assert photo.guest == "a-guest"
    assert photo.priority == Photo.Priority.INTERACTIVE
    assert dispatched == [1]


def test_several_photos_lead_to_their_upload_and_start_work_once(
    guest: Client, dispatched: list[int]
) -> None:
    response = guest.post("/photos/", {"photos": [jpeg(), jpeg("b.jpg", 72)]})

    assert response["Location"] == Upload.objects.get().get_absolute_url()
    assert {photo.upload for photo in Photo.objects.all()} == {Upload.objects.get()}
    assert Photo.objects.count() == 2
    assert dispatched == [1]


def test_a_form_with_many_photos_lets_other_visitors_go_first(
    guest: Client, dispatched: list[int]
) -> None:
    guest.post("/photos/", {"photos": [jpeg(width=64 + number) for number in range(6)]})

    assert {photo.priority for photo in Photo.objects.all()} == {Photo.Priority.BULK}


def test_a_refused_photo_is_named_and_the_others_go_on(
    guest: Client, dispatched: list[int]
) -> None:
    page = guest.post("/photos/", {"photos": [text(), jpeg()]}, follow=True).content.decode()

    assert Photo.objects.get().filename == "fox.jpg"
    assert "notes.txt" in page
    assert "not a photo that we can read" in page


def test_an_archive_of_a_form_is_unpacked(
    guest: Client, dispatched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "send", unpacking.go_on)
    monkeypatch.setattr(unpacking, "dispatch", lambda: None)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.jpg", saved(scene()))

    response = guest.post("/photos/", {"photos": SimpleUploadedFile("a.zip", buffer.getvalue())})

    assert response["Location"] == Upload.objects.get().get_absolute_url()
    assert Photo.objects.get().filename == "a.jpg"


def test_an_upload_of_nothing_says_so(guest: Client, dispatched: list[int]) -> None:
    page = guest.post("/photos/", follow=True).content.decode()

    assert "No photo was chosen." in page
    assert dispatched == []


def test_a_signed_in_user_owns_what_they_upload(
    client: Client, django_user_model, dispatched: list[int]
) -> None:
    user = django_user_model.objects.create_user("ada")
    client.force_login(user)

    client.post("/photos/", {"photos": jpeg()})

    assert (Photo.objects.get().owner, Photo.objects.get().guest) == (user, "")


def test_uploads_from_other_sites_are_refused_with_a_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/photos/", {"photos": jpeg()})

    assert response.status_code == 403
    assert "This form was too old" in response.content.decode()
    assert not Photo.objects.exists()
