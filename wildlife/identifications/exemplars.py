"""Verified animals as embedders see them: made once per verdict, compared with every crop."""

from dataclasses import dataclass
from threading import Lock
from typing import BinaryIO, cast

import numpy as np
import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Max, QuerySet
from numpy.typing import NDArray
from PIL.Image import Image

from models_registry.gallery import Learned
from models_registry.interfaces import Label
from models_registry.services import registry
from pipelines.pictures import PictureUnreadable, decode
from pipelines.steps import DECODED_SIDE, cut_around
from wildlife.identifications.models import Exemplar, Verdict
from wildlife.species.selectors import tree

log = structlog.get_logger(__name__)

_WANTED = Verdict.SecondLook.WANTED
AT_ONCE = 200
"""Verdicts that are looked at in one go; `sweep` comes back for more."""


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[object, ...]
    learned: Learned


_lock = Lock()
_kept: dict[str, _Kept] = {}


def learn(release: str) -> int:
    """Embed the animals of the verdicts that a release has not seen; return how many were new.

    A photo that cannot be read any more teaches nothing, and is not tried again. Raises as the
    registry does.
    """
    verdicts = list(unseen(release).select_related("photo").order_by("pk")[:AT_ONCE])
    for verdict in verdicts:
        image = _crop(verdict)
        vector = b""
        if image is not None:
            [seen] = registry().embedder(release).embed([image])
            vector = seen.astype(np.float16).tobytes()
        Exemplar.objects.update_or_create(
            verdict=verdict, release=release, defaults={"vector": vector}
        )
    return len(verdicts)


def unseen(release: str) -> QuerySet[Verdict]:
    """Return the verdicts on animals that a release has not looked at.

    What wants a second look first teaches nothing before it.
    """
    told = Verdict.objects.filter(taxon__isnull=False).exclude(second_look=_WANTED)
    return told.exclude(exemplars__release=release)


def learned(release: str) -> Learned:
    """Return all that people verified since a release was made, as it sees it.

    One query tells whether what this process holds is still all of it.
    """
    stamp = tuple(
        _rows(release).aggregate(Count("pk"), Max("pk"), Max("verdict__given_at")).values()
    )
    with _lock:
        if (found := _kept.get(release)) is None or found.stamp != stamp:
            found = _Kept(stamp, _read(release))
            _kept[release] = found
    return found.learned


def _rows(release: str) -> QuerySet[Exemplar]:
    rows = Exemplar.objects.filter(release=release, verdict__taxon__isnull=False)
    return rows.exclude(verdict__second_look=_WANTED)


def _read(release: str) -> Learned:
    rows = (
        _rows(release)
        .exclude(vector=b"")
        .order_by("pk")
        .values_list("vector", "verdict__taxon__slug")
    )
    whole = tree()
    vectors: list[NDArray[np.float32]] = []
    labels: list[Label] = []
    for raw, slug in rows.iterator():
        key = whole.current(slug)
        if not key:
            continue
        node = whole[key]
        vectors.append(np.frombuffer(bytes(raw), np.float16).astype(np.float32))
        labels.append(Label(len(labels), node.name, node.name, node.rank, whole.group(key)))
    stacked = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    return Learned(stacked, tuple(labels))


def _crop(verdict: Verdict) -> Image | None:
    try:
        with default_storage.open(str(verdict.photo.original.name)) as stored:
            file, most = cast(BinaryIO, stored), settings.MAX_PHOTO_PIXELS
            picture = decode(file, long_side=DECODED_SIDE, max_pixels=most)
    except (OSError, PictureUnreadable) as error:
        log.warning("verdict_not_learned", verdict=verdict.pk, error=str(error))
        return None
    box = (verdict.x, verdict.y, verdict.width, verdict.height)
    return picture.image.crop(cut_around(box, picture.image.size))
