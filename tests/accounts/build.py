"""A user with something of everything, and a dump of all that is stored."""

from pathlib import Path

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from pipelines.keys import crop_key, preview_key, thumb_key
from tests.images import saved, scene
from tests.photos.build import put, upload
from tests.web import builders
from wildlife.identifications.models import Detection, Identification, Verdict, Vote
from wildlife.photos.models import Photo, Upload
from wildlife.photos.services import receive
from wildlife.tokens.models import Token
from wildlife.tokens.services import hashed


def photo_with_answer(user: User, side: int) -> Photo:
    """A finished photo of a user with its files, a run, a vote and an answer."""
    name = f"{user.username}-{side}.jpg"
    photo = receive(upload(saved(scene(side, 48)), name), owner=user).photo
    photo.upload = Upload.objects.create(owner=user)
    photo.state = Photo.State.DONE
    photo.preview = preview_key(str(photo.pk))
    photo.save()
    for key in (photo.preview, crop_key(str(photo.pk), 0), thumb_key(str(photo.pk))):
        put(key)
    run = builders.run(photo)
    found = Detection.objects.create(
        photo=photo,
        run=run,
        index=0,
        category="animal",
        confidence=0.9,
        x=0.1,
        y=0.1,
        width=0.5,
        height=0.5,
        crop=crop_key(str(photo.pk), 0),
    )
    Vote.objects.create(detection=found, expert="mammals", release="mammals@3", weight=1.0)
    Identification.objects.create(
        detection=found, confidence=0.9, agreement=1.0, reason="unknown_animal"
    )
    return photo


def verdict_on(photo: Photo, by: User) -> Verdict:
    """What a person says of a photo: that there is no animal."""
    return Verdict.objects.create(photo=photo, x=0, y=0, width=1, height=1, given_by=by)


def secret_of(user: User) -> str:
    """The secret of the token that `furnish` gives a user."""
    return f"wl_secret-of-{user.username}"


def furnish(user: User) -> list[Photo]:
    """Give a user two photos with answers, an API token and a line in the admin's log."""
    photos = [photo_with_answer(user, 60), photo_with_answer(user, 62)]
    verdict_on(photos[0], user)
    Token.objects.create(
        user=user, name="script", scopes=["read"], secret_hash=hashed(secret_of(user))
    )
    LogEntry.objects.create(
        user=User.objects.create_user(f"staff-of-{user.pk}"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=user.username,
        action_flag=CHANGE,
    )
    return photos


def everything_stored(folder: Path) -> str:
    """All rows of all tables, and the names of all files, as one text."""
    lines = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [f"{table}: {row}" for row in cursor.fetchall()]
    lines += [str(path) for path in folder.rglob("*")]
    return "\n".join(lines)
