"""People and vehicles become unrecognisable, and stay so."""

import io

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from pipelines.blurring import blurred
from pipelines.keys import crop_folder
from tests.images import saved
from tests.web import builders
from wildlife.identifications import blurring
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word, mark, withdraw
from wildlife.photos.models import Photo
from wildlife.photos.services import delete
from wildlife.projects.models import Membership, Project, Role

STRIPES = ((255, 0, 255), (0, 255, 0))


def striped(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """Stripes of two colours all over, eight pixels wide."""
    image = Image.new("RGB", size)
    for left in range(0, size[0], 8):
        image.paste(STRIPES[left // 8 % 2], (left, 0, left + 8, size[1]))
    return image


def contrast(image: Image.Image) -> int:
    """How far the darkest and the brightest red are apart, 0..255."""
    low, high = image.getchannel("R").getextrema()
    return int(high) - int(low)


def test_nothing_of_a_region_is_left_and_all_of_the_rest() -> None:
    image = striped()
    copy = blurred(image, [(0.25, 0.25, 0.25, 0.5)])
    assert contrast(copy.crop((200, 150, 400, 450))) < 16
    assert copy.crop((0, 0, 100, 600)).tobytes() == image.crop((0, 0, 100, 600)).tobytes()
    assert contrast(image) == 255


def test_a_margin_goes_with_it_and_an_edge_is_no_obstacle() -> None:
    copy = blurred(striped(), [(0.9, 0.9, 0.1, 0.1), (-0.1, 0.0, 0.2, 0.1), (1.0, 1.0, 0.0, 0.0)])
    assert contrast(copy.crop((712, 532, 800, 600))) < 16
    assert contrast(copy.crop((0, 0, 80, 60))) < 16


def test_regions_that_meet_are_averaged_as_one() -> None:
    """Two averages over parts of the same pixels would tell more of them than one."""
    image = striped()
    copy = blurred(image, [(0.2, 0.2, 0.2, 0.2), (0.3, 0.3, 0.2, 0.2)])
    beside_both = (140, 270, 210, 320)
    assert contrast(image.crop(beside_both)) == 255
    assert contrast(copy.crop(beside_both)) < 16


@pytest.fixture
def photo(db: None, monkeypatch: pytest.MonkeyPatch) -> Photo:
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: None)
    project = Project.objects.create(slug="p", name="P")
    made = builders.photo("", project=project)
    made.original = default_storage.save("originals/real.jpg", ContentFile(saved(striped())))
    made.save()
    return made


def opened(key: str) -> Image.Image:
    with default_storage.open(key) as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")


def fresh(photo: Photo) -> Photo:
    return Photo.objects.get(pk=photo.pk)


def key(photo: Photo, sharp: str = "") -> str:
    row = fresh(photo)
    return blurring.blurred_key(row, sharp or row.preview, blurring.regions_of(row))


@pytest.mark.parametrize("category", ["person", "vehicle"])
def test_people_and_vehicles_are_blurred_in_every_picture(photo: Photo, category: str) -> None:
    run = builders.run(photo)
    beside = builders.box(photo, run, 0, x=0.3, y=0.3, width=0.3, height=0.3)
    builders.box(photo, run, 1, category, x=0.4, y=0.3, width=0.2, height=0.3)
    blurring.make([photo.pk])
    preview, crop = opened(key(photo)), opened(key(photo, beside.crop))
    assert contrast(preview.crop((320, 180, 480, 360))) < 24
    assert contrast(preview.crop((0, 0, 80, 600))) > 200
    assert contrast(crop.crop((105, 50, 255, 225))) < 24


def test_a_person_that_anybody_marked_is_blurred_though_no_model_saw_one(photo: Photo) -> None:
    builders.box(photo, builders.run(photo), 0)
    assert blurring.regions_of(fresh(photo)) == ()
    verdict = mark(photo.pk, (0.1, 0.1, 0.2, 0.2), Word(kind=Verdict.Kind.PERSON), None)
    assert blurring.regions_of(fresh(photo)) == ((0.1, 0.1, 0.2, 0.2),)
    withdraw(Verdict.objects.filter(pk=verdict.pk))
    assert blurring.regions_of(fresh(photo)) == ()


def test_what_a_model_took_for_a_person_stays_blurred_whatever_is_said(photo: Photo) -> None:
    """Who may not see it could else say "no animal", and look."""
    found = builders.box(photo, builders.run(photo), 0, "person")
    box = (found.x, found.y, found.width, found.height)
    mark(photo.pk, box, Word(kind=Verdict.Kind.NO_ANIMAL), None)
    assert blurring.regions_of(fresh(photo)) == (box,)


def test_where_the_place_is_not_known_the_whole_photo_is_blurred(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(people=True)
    assert blurring.regions_of(fresh(photo)) == ((0.0, 0.0, 1.0, 1.0),)
    builders.box(photo, builders.run(photo), 0, "person", width=0.0)
    assert blurring.regions_of(fresh(photo)) == ((0.0, 0.0, 1.0, 1.0),)


def test_they_are_made_once_and_anew_when_answers_change(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.box(photo, builders.run(photo), 0, "person")
    blurring.make([photo.pk])
    first = key(photo)
    assert blurring.is_made(first)
    with monkeypatch.context() as patched:
        patched.setattr(blurring, "decode", None)
        blurring.make([photo.pk])
    mark(photo.pk, (0.7, 0.7, 0.2, 0.2), Word(kind=Verdict.Kind.VEHICLE), None)
    assert not blurring.is_made(key(photo))
    blurring.make([photo.pk])
    assert blurring.is_made(key(photo))
    assert not blurring.is_made(first)


def test_keys_are_not_to_be_guessed_from_the_photo(photo: Photo, settings) -> None:
    builders.box(photo, builders.run(photo), 0, "person")
    before = key(photo)
    settings.SECRET_KEY = "another"
    assert key(photo) != before


def test_they_go_with_the_photo(photo: Photo, django_capture_on_commit_callbacks) -> None:
    builders.box(photo, builders.run(photo), 0, "person")
    blurring.make([photo.pk])
    folder = crop_folder(str(photo.pk))
    assert default_storage.listdir(folder)[1]
    with django_capture_on_commit_callbacks(execute=True):
        delete(fresh(photo))
    assert not default_storage.exists(folder)


def test_workers_are_asked_for_those_of_projects_alone(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Celery, "send_task", lambda *args, **more: asked.extend(more["args"]))
    private, empty = builders.photo(), builders.photo("", project=photo.project, name="2.jpg")
    for one in (photo, private):
        builders.box(one, builders.run(one), 0, "vehicle")
    with django_capture_on_commit_callbacks(execute=True):
        blurring.ask_for([photo.pk, private.pk, empty.pk])
    assert asked == [[str(photo.pk)]]


def test_a_lost_original_leaves_the_pictures_withheld(photo: Photo) -> None:
    builders.box(photo, builders.run(photo), 0, "person")
    default_storage.delete(str(photo.original.name))
    blurring.make([photo.pk])
    assert not blurring.is_made(key(photo))


def test_pictures_are_asked_for_when_a_photo_comes_into_a_project(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Celery, "send_task", lambda *args, **more: asked.append(more["args"]))
    owner = User.objects.create_user("ann")
    Membership.objects.create(project=photo.project, user=owner, role=Role.OWNER)
    mine = builders.photo("", owner=owner, name="mine.jpg")
    builders.box(mine, builders.run(mine), 0, "person")
    client = Client()
    client.force_login(owner)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/library/change",
            {"action": "move", "photo": str(mine.pk), "query": "", "target": "p", "sure": "1"},
        )
    assert fresh(mine).project == photo.project
    assert [[str(mine.pk)]] in asked
