"""What is written down in English, told in the reader's language.

Workers and model cards know no reader, and what they write is read by many, in several languages:
so it is stored in English, and put into a language when it is shown. What nobody has translated
stays as it is.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext, gettext_noop

WORDS = (
    # The steps of the graph (pipelines.picture) and the models that come along.
    gettext_noop("Photo"),
    gettext_noop("Find animals"),
    gettext_noop("Sort into groups"),
    gettext_noop("Join the votes"),
    gettext_noop("Look up the species"),
    gettext_noop("All animals"),
    gettext_noop("Animals, people and vehicles"),
    gettext_noop("Birds"),
    gettext_noop("Coarse groups"),
    gettext_noop("Insects, spiders and other invertebrates"),
    gettext_noop("Mammals, by day and night"),
    gettext_noop("Nearest neighbours"),
    gettext_noop("Reptiles, amphibians and fish"),
    # Who assesses species (the catalogue).
    gettext_noop("China’s Red List of Biodiversity"),
    gettext_noop("EPBC Act"),
    gettext_noop("Red List for Britain’s Mammals"),
    gettext_noop("Red List of Mammals of South Africa"),
    # What hinders a run, and how it ended (wildlife.identifications).
    gettext_noop("not asked"),
    gettext_noop("No detector is active. Staff can activate one in the admin, under Models."),
    gettext_noop(
        "No coarse classifier is active. Staff can activate one in the admin, under Models."
    ),
    gettext_noop("No species expert is active. Staff can activate one in the admin, under Models."),
    gettext_noop(
        "Looking at this photo stopped the program several times, so it was set aside. "
        "Open it in a picture program, save it again as JPEG and upload that."
    ),
    gettext_noop("Its workers died again and again; the photos were then tried one by one."),
    gettext_noop("No worker finished its step in time."),
    # What is wrong with a file (pipelines.pictures, pipelines.steps).
    gettext_noop("The file of this photo is gone; please upload it again."),
    gettext_noop(
        "This file is empty: nothing was copied into it. Upload it again from the camera's card."
    ),
    gettext_noop(
        "This file is not a photo that we can read. "
        "Upload a JPEG, PNG, HEIC, AVIF, WebP, TIFF, GIF or BMP file."
    ),
    gettext_noop(
        "This file is cut short: its end was never copied. Upload it again from the camera's card."
    ),
    gettext_noop(
        "This file is damaged: the picture in it cannot be read. "
        "Upload it again from the camera's card."
    ),
)
"""Whole sentences and titles. Those that their own module marks for translation are not here."""

PATTERNS = (
    gettext_noop("%(count)s photos together"),
    gettext_noop(
        "The weights of %(names)s are not on this machine; "
        "manage.py sync_models says where they are looked for."
    ),
    gettext_noop("The model that looks at photos cannot be used. %(error)s"),
    gettext_noop("It failed unexpectedly (%(error)s)."),
    gettext_noop(
        "This photo has %(pixels)s million pixels; the most we look at are %(most)s million. "
        "Make it smaller and upload it again."
    ),
    gettext_noop(
        "This file is larger than %(most)s MB, the most we take. "
        "Make it smaller and upload it again."
    ),
    gettext_noop("The server answered with status %(status)d instead of a photo."),
    # As wildlife.photos says them of archives, and of who has no room left.
    gettext_noop("This archive holds more than %(most)d files. Pack the photos into several."),
    gettext_noop(
        "Unpacked, this archive is larger than %(most).4g GB. Pack the photos into several."
    ),
    gettext_noop("This file is larger than %(most).4g MB, the most we take."),
    gettext_noop(
        "This archive is larger than %(most).4g GB, the most we take. Pack the photos into "
        "several smaller ones, or drop their folder as it is."
    ),
    gettext_noop("The server answered with status %(status)d instead of a photo."),
    gettext_noop("The project's photos fill the %(room)s that it has. Delete some to make room."),
    gettext_noop("Your photos fill the %(room)s that you have here. Delete some to make room."),
    gettext_noop(
        "Your photos fill the %(room)s that guests have here. Delete some, or make an account."
    ),
)
"""Sentences with something in them, as it was written down."""

_PLACE = re.compile(r"%\((\w+)\)[\d.]*[a-z]")


def told(written: str) -> str:
    """Return what was written down in English in the reader's language."""
    if not written:
        return ""
    translated = gettext(written)
    if translated != written:
        return translated
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(written):
            # Whatever a number was written as, it is a text by now.
            within = {name: told(part) for name, part in found.groupdict().items()}
            return _PLACE.sub(r"%(\1)s", gettext(sentence)) % within
    return written


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile("".join(_parts(sentence))), sentence) for sentence in PATTERNS)


def _parts(sentence: str) -> Iterator[str]:
    """Yield a sentence as parts of a regular expression, with a group at each place."""
    end = 0
    for place in _PLACE.finditer(sentence):
        yield re.escape(sentence[end : place.start()])
        yield f"(?P<{place.group(1)}>.+?)"
        end = place.end()
    yield re.escape(sentence[end:])
