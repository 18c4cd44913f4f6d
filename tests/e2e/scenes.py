"""Photos with answers for the browser, made by hand: drawn, not photographed."""

import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from pipelines.keys import preview_key
from tests.web import builders
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon


def drawing(width: int = 1280, height: int = 960) -> bytes:
    """Return a JPEG of hills under a sky, with two round animals."""
    image = Image.new("RGB", (width, height), "#9fc4d8")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height * 0.55, width, height), fill="#b9a56b")
    for left in (0.1, 0.6):
        pen.ellipse(
            (width * left, height * 0.3, width * (left + 0.3), height * 0.7), fill="#5b5148"
        )
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def drawn(photo: Photo) -> Photo:
    """Give a photo its original, its preview, and its crops as a drawing."""
    picture = drawing()
    keys = [str(photo.original.name), preview_key(str(photo.id)), photo.preview]
    keys += [row.crop for row in photo.detections.all()]
    for key in filter(None, keys):
        default_storage.save(key, ContentFile(picture))
    return photo


def single(taxa: dict[str, Taxon]) -> Photo:
    """Make a photo of one elephant, with two votes."""
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])
    return drawn(photo)


def several(taxa: dict[str, Taxon]) -> Photo:
    """Make a photo of two elephants, a cat of some kind and a person."""
    photo = builders.photo()
    run = builders.answered(photo, taxa["loxodonta-africana"], animals=2)
    cat = builders.box(photo, run, 2, x=0.5, y=0.2, width=0.2, height=0.3)
    builders.vote(cat, scores=[["leopardus-pardalis", 0.4], ["panthera-leo", 0.35]], none=0.25)
    builders.vote(cat, "birds", scores=[], none=1.0)
    builders.elephant(
        cat,
        taxa["felidae"],
        confidence=0.74,
        agreement=1.0,
        reason="higher_rank",
        walk=[["felidae", "family", 0.74, True], ["leopardus-pardalis", "species", 0.4, False]],
        runners_up=[["leopardus-pardalis", 0.4], ["panthera-leo", 0.34]],
    )
    builders.box(photo, run, 3, "person", x=0.8, y=0.1, width=0.1, height=0.4)
    return drawn(photo)


def going_on(*ended: str, silent: str = "") -> Photo:
    """Make a photo that a run looks at."""
    photo = builders.photo(state="running")
    builders.going_on(photo, *ended, silent=silent)
    return drawn(photo)


def failed() -> Photo:
    """Make a photo that could not be looked at, which may be tried again."""
    photo = builders.photo(state="failed", failure="The model gave no answer.")
    builders.run(photo, state=Run.State.FAILED, steps=("detect",))
    return photo
