"""What stands above every view of the library: the filters, what is chosen, what is saved."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from models_registry.interfaces import GROUPS
from wildlife.library.models import SavedFilter
from wildlife.library.reader import Reader
from wildlife.library.wish import State, Sure, Wish
from wildlife.photos.models import Upload
from wildlife.species.models import ConservationAssessment, Taxon
from wildlife.species.search import Found, search
from wildlife.web.names import Name, names_of

SUGGESTED = 8
UPLOADS = 50
_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the end of the address without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`animal` is what the field shows for the taxon that is wished for."""

    wish: Wish
    animal: str
    chips: tuple[Chip, ...]
    tabs: tuple[Tab, ...]
    groups: tuple[Option, ...]
    categories: tuple[Option, ...]
    sures: tuple[Option, ...]
    states: tuple[Option, ...]
    uploads: tuple[Option, ...]
    tags: tuple[str, ...]
    saved: tuple[SavedFilter, ...]
    is_saved: bool

    @property
    def more_chosen(self) -> bool:
        """Whether something is wished for that the folded part of the form holds."""
        return bool(set(self.wish.chosen) - {"taxon", "group", "since", "until"})


def wish_of(query: QueryDict) -> Wish:
    """Read an address, or what the form sent: there the animal is a name that somebody typed."""
    wish = Wish.from_query(query.dict())
    if typed := query.get("animal", "").strip()[:120]:
        wish = replace(wish, taxon=_slug(typed))
    return wish


def panel_of(reader: Reader, wish: Wish) -> Panel:
    """Return the panel, in a fixed number of queries."""
    name = names_of([wish.taxon]).get(wish.taxon) if wish.taxon else None
    uploads = tuple(_uploads(reader, wish))
    saved = tuple(reader.saved_filters())
    return Panel(
        wish=wish,
        animal=_written(name) if name else wish.taxon,
        chips=tuple(_chips(wish, name, uploads)),
        tabs=tuple(
            Tab(key, title, reverse(f"web:library:{key}") + wish.query)
            for key, title in (
                ("gallery", _("Photos")),
                ("map", _("Map")),
                ("times", _("Times")),
                ("species", _("Species")),
            )
        ),
        groups=tuple(Option(group, group_word(group)) for group in GROUPS),
        categories=tuple(
            Option(code, f"{label} ({code})")
            for code, label in ConservationAssessment.Category.choices
        ),
        sures=_options(Sure.choices),
        states=_options(State.choices),
        uploads=uploads,
        tags=tuple(dict.fromkeys(reader.tags().values_list("name", flat=True))),
        saved=saved,
        is_saved=any(one.query == wish.query for one in saved),
    )


def suggestions(typed: str) -> list[str]:
    """Return what the field of the animal offers for what was typed so far."""
    found = search(typed, language=get_language() or "en", limit=SUGGESTED)
    return [_written(_named(one)) for one in found]


def group_word(group: str) -> str:
    """Return a coarse group as a reader says it, for many animals."""
    return {
        "mammal": _("Mammals"),
        "bird": _("Birds"),
        "reptile": _("Reptiles"),
        "amphibian": _("Amphibians"),
        "fish": _("Fish"),
        "insect": _("Insects"),
        "arachnid": _("Arachnids"),
        "other": _("Other animals"),
    }.get(group, capfirst(group))


def _slug(typed: str) -> str:
    """Return the taxon that somebody means by a name; what nobody is called stays as it is."""
    exact = _IN_BRACKETS.search(typed)
    name = exact.group(1) if exact else typed
    found = Taxon.objects.filter(scientific_name=name, accepted=None).first() if exact else None
    if found is not None:
        return found.slug
    hits = search(name, language=get_language() or "en", limit=1)
    return hits[0].slug if hits else typed


def _named(found: Found) -> Name:
    return Name(found.slug, found.scientific_name, found.common_name, found.rank)


def _written(name: Name) -> str:
    return f"{name.title} ({name.scientific})" if name.common else name.scientific


def _options(choices: Iterable[tuple[Any, Any]]) -> tuple[Option, ...]:
    return tuple(Option(value, capfirst(str(label))) for value, label in choices)


def _uploads(reader: Reader, wish: Wish) -> Iterator[Option]:
    """Yield the reader's last uploads, and the one that is wished for if it is older."""
    rows = list(reader.uploads()[:UPLOADS])
    if wish.upload and wish.upload not in {str(row.pk) for row in rows}:
        rows += reader.uploads().filter(pk=wish.upload)
    for row in rows:
        yield Option(str(row.pk), _when(row))


def _when(upload: Upload) -> str:
    return date_format(localtime(upload.started_at), "DATETIME_FORMAT")


def _chips(wish: Wish, name: Name | None, uploads: Iterable[Option]) -> Iterator[Chip]:
    for names, label in _words(wish, name, {one.value: one.label for one in uploads}):
        yield Chip(label, wish.without(*names).query)


def _words(
    wish: Wish, name: Name | None, uploads: dict[str, str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if wish.taxon:
        yield ("taxon",), name.title if name else _("nothing called “%s”") % wish.taxon
    if wish.group:
        yield ("group",), group_word(wish.group)
    if wish.category:
        yield ("category",), str(ConservationAssessment.Category(wish.category).label)
    if wish.sure:
        yield ("sure",), capfirst(str(Sure(wish.sure).label))
    since, until = (_day(day) for day in wish.days)
    if since and until:
        span = since if since == until else _("%(since)s to %(until)s")
        yield ("since", "until"), span % {"since": since, "until": until}
    elif since:
        yield ("since",), _("since %s") % since
    elif until:
        yield ("until",), _("until %s") % until
    if wish.box:
        yield ("box",), _("in the area chosen on the map")
    if wish.upload:
        yield ("upload",), _("uploaded %s") % uploads.get(wish.upload, _("by somebody else"))
    if wish.tag:
        yield ("tag",), _("labelled “%s”") % wish.tag
    for mark, label in (
        ("disputed", _("experts disagree")),
        ("people", _("with people")),
        ("blank", _("empty")),
    ):
        if getattr(wish, mark):
            yield (mark,), label
    if wish.state:
        yield ("state",), str(State(wish.state).label)


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
