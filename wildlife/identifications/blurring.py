"""The pictures of photos with people, for those who may not see people: blurred where they are.

B1  A person or a vehicle is wherever a model saw one, however sure it was, and wherever anybody
    said that there is one, also where others said something else: only the looks of the photo
    could settle that, and those are not everybody's.
B2  Where nobody knows the place, the whole photo is blurred: a box without area, or people in the
    digest that no box is about.
B3  All pictures of such a photo are made anew from its original, with the regions blurred before
    anything is cut out or scaled down: the preview, the small one, and each animal's crop.

They are made by workers, once for each state of the answers, and lie among the photo's crops, with
which they go. Their keys follow from that state and the site's secret: after a change there is none
until the new ones are made, so that an old one is never taken for what may be shown.
"""

from collections.abc import Iterable
from typing import BinaryIO, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from kombu.exceptions import OperationalError
from PIL import Image
from redis.exceptions import RedisError

from pipelines.blurring import blurred
from pipelines.keys import crop_folder, preview_key, thumb_key
from pipelines.pictures import PictureUnreadable, decode
from pipelines.steps import (
    CROP_QUALITY,
    CROP_SIDE,
    DECODED_SIDE,
    PREVIEW_QUALITY,
    PREVIEW_SIDE,
    cut_around,
    jpeg,
)
from wildlife.celery import app
from wildlife.identifications.answers import WHOLE, Box, box_of
from wildlife.identifications.models import Detection
from wildlife.photos.models import Photo

log = structlog.get_logger(__name__)

TASK = "wildlife.identifications.tasks.blur"
AT_ONCE = 50
"""Photos in one message."""
PREFIX = "blurred-"
HIDDEN = frozenset({Detection.Category.PERSON.value, Detection.Category.VEHICLE.value})
"""Categories of detections and kinds of verdicts."""


def regions_of(photo: Photo) -> tuple[Box, ...]:
    """Return where people and vehicles are on a photo (B1, B2); none where nobody saw any.

    Two queries where detections and verdicts were not fetched along with the photo.
    """
    found = {box_of(row) for row in photo.detections.all() if row.category in HIDDEN}
    found |= {box_of(row) for row in photo.verdicts.all() if row.kind in HIDDEN}
    nowhere = any(not (width > 0 and height > 0) for _x, _y, width, height in found)
    if nowhere or (photo.people and not found):
        return (WHOLE,)
    return tuple(sorted(found))


def blurred_key(photo: Photo, sharp: str, regions: Iterable[Box]) -> str:
    """Return the storage key of the blurred picture in place of the one under the key `sharp`."""
    state = repr((str(photo.pk), sharp, tuple(regions), photo.finished_at))
    digest = salted_hmac(__name__, state, algorithm="sha256").hexdigest()
    return f"{crop_folder(str(photo.pk))}/{PREFIX}{digest[:40]}.jpg"


def is_made(key: str) -> bool:
    return default_storage.exists(key)


def ask_for(photo_ids: Iterable[UUID | str]) -> None:
    """Let workers make the blurred pictures of those of the photos that need some.

    Only those of projects do: other photos are seen by nobody but their owner and the staff. To be
    called whenever answers change; where the broker is away, whoever looks asks again.
    """
    of_projects = Photo.objects.filter(
        pk__in=list(photo_ids), project__isnull=False, state=Photo.State.DONE
    )
    shown = of_projects.filter(
        Q(people=True) | Q(detections__category__in=HIDDEN) | Q(verdicts__kind__in=HIDDEN)
    )
    ids = [str(pk) for pk in shown.order_by().values_list("pk", flat=True).distinct()]
    if ids:
        transaction.on_commit(lambda: _send(ids))


def make(photo_ids: Iterable[UUID | str]) -> None:
    """Make the blurred pictures of photos; those that are there already are left as they are."""
    for photo_id in photo_ids:
        photo = Photo.objects.filter(pk=photo_id, state=Photo.State.DONE).first()
        if photo is not None:
            _make(photo)


def _send(ids: list[str]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        try:
            app.send_task(TASK, args=[ids[start : start + AT_ONCE]], ignore_result=True)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("broker_away", task=TASK, error=type(error).__name__)
            return


def _make(photo: Photo) -> None:
    regions = regions_of(photo)
    if not regions or is_made(blurred_key(photo, _preview(photo), regions)):
        return
    try:
        with default_storage.open(str(photo.original.name)) as file:
            picture = decode(
                cast(BinaryIO, file), long_side=DECODED_SIDE, max_pixels=settings.MAX_PHOTO_PIXELS
            )
    except (PictureUnreadable, FileNotFoundError) as error:
        # Then the pictures stay withheld.
        log.warning("not_blurred", photo=str(photo.pk), error=str(error))
        return
    image = blurred(picture.image, regions)
    made = {
        thumb_key(str(photo.pk)): jpeg(image, CROP_SIDE, quality=PREVIEW_QUALITY),
        **{
            row.crop: jpeg(_cut(image, row), CROP_SIDE, quality=CROP_QUALITY)
            for row in photo.detections.all()
            if row.crop
        },
        # Last: where it is there, so are the others.
        _preview(photo): jpeg(image, PREVIEW_SIDE, quality=PREVIEW_QUALITY),
    }
    _keep(photo, {blurred_key(photo, sharp, regions): data for sharp, data in made.items()})


@transaction.atomic
def _keep(photo: Photo, pictures: dict[str, bytes]) -> None:
    """Store a photo's blurred pictures in place of older ones, unless it is being deleted."""
    if not Photo.objects.select_for_update().filter(pk=photo.pk).exists():
        return
    folder = crop_folder(str(photo.pk))
    for name in _names_in(folder):
        if name.startswith(PREFIX) and f"{folder}/{name}" not in pictures:
            default_storage.delete(f"{folder}/{name}")
    for key, data in pictures.items():
        default_storage.save(key, ContentFile(data))


def _names_in(folder: str) -> list[str]:
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []


def _preview(photo: Photo) -> str:
    return photo.preview or preview_key(str(photo.pk))


def _cut(image: Image.Image, row: Detection) -> Image.Image:
    return image if row.whole_image else image.crop(cut_around(box_of(row), image.size))
