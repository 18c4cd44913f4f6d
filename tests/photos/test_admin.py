"""Photos in the admin: facts to read, and deleting for good."""

from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.photos.build import files_in, photo_of
from wildlife.identifications.models import Detection, Identification, Run
from wildlife.photos.models import Photo


def test_staff_find_photos_and_never_a_guests_secret(admin_client: Client) -> None:
    photo = photo_of("the-guests-secret")
    page = admin_client.get(reverse("admin:photos_photo_changelist"), {"state": "waiting"})
    assert photo.filename in page.text
    facts = admin_client.get(reverse("admin:photos_photo_change", args=[photo.pk]))
    assert photo.sha256 in facts.text
    assert "the-guests-secret" not in page.text + facts.text
    assert reverse("admin:photos_photo_add") not in page.text


def test_deleting_in_the_admin_removes_the_file(
    admin_client: Client,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = photo_of()
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(reverse("admin:photos_photo_delete", args=[photo.pk]), {"post": "yes"})
    assert not Photo.objects.exists()
    assert files_in(media) == []


def test_a_photo_being_looked_at_is_not_deleted_in_the_admin(admin_client: Client) -> None:
    photo = photo_of(state="running")
    admin_client.post(reverse("admin:photos_photo_delete", args=[photo.pk]), {"post": "yes"})
    admin_client.post(
        reverse("admin:photos_photo_changelist"),
        {"action": "delete_selected", "_selected_action": photo.pk, "post": "yes"},
    )
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_a_photo_goes_with_all_that_was_found_on_it(
    admin_client: Client,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = photo_of(state="done")
    run = Run.objects.create(lineup={}, alive_at=timezone.now())
    run.photos.add(photo)
    detection = Detection.objects.create(
        photo=photo,
        run=run,
        index=0,
        category="animal",
        confidence=0.9,
        x=0,
        y=0,
        width=1,
        height=1,
    )
    Identification.objects.create(
        detection=detection, confidence=0.9, agreement=1, reason="unknown_animal"
    )
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(
            reverse("admin:photos_photo_changelist"),
            {"action": "delete_selected", "_selected_action": photo.pk, "post": "yes"},
        )
    assert not Photo.objects.exists()
    assert files_in(media) == []


def test_an_account_is_not_deleted_before_its_photos(
    admin_client: Client, django_user_model: type[User]
) -> None:
    owner = django_user_model.objects.create_user("owner")
    photo_of(owner=owner, guest="")
    admin_client.post(reverse("admin:auth_user_delete", args=[owner.pk]), {"post": "yes"})
    assert django_user_model.objects.filter(pk=owner.pk).exists()
    assert Photo.objects.exists()
