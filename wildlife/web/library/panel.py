"""What stands above every view of the library: the filters, what is chosen, what is saved."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
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
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, projects_with, rights_in
from wildlife.species.models import ConservationAssessment, Taxon
from wildlife.species.search import Found, search
from wildlife.web.names import Name, names_of

SUGGESTED = 8
UPLOADS = 50
DEPLOYMENTS = 1000
TARGETS = 200
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
    """`animal` is what the field shows for the taxon that is wished for.

    `project` is the one whose photos are shown, None for the reader's own; `rights` are theirs in
    it. `targets` are the projects that own photos may be moved into.
    """

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
    project: Project | None
    rights: frozenset[Right]
    deployments: tuple[Option, ...]
    targets: tuple[Option, ...]

    @property
    def more_chosen(self) -> bool:
        """Whether something is wished for that the folded part of the form holds."""
        unfolded = {"taxon", "group", "since", "until", "project", "deployment"}
        return bool(set(self.wish.chosen) - unfolded)

    @property
    def may_change(self) -> bool:
        return self.project is None or Right.CURATE in self.rights

    @property
    def may_upload(self) -> bool:
        return Right.UPLOAD in self.rights

    @property
    def may_take_originals(self) -> bool:
        return self.project is None or Right.SEE_PEOPLE in self.rights

    @property
    def cleared(self) -> str:
        """The end of the address without any filter: still of the project."""
        return Wish(project=self.wish.project).query


def wish_of(query: QueryDict) -> Wish:
    """Read an address, or what the form sent: there the animal is a name that somebody typed."""
    wish = Wish.from_query(query.dict())
    if typed := query.get("animal", "").strip()[:120]:
        wish = replace(wish, taxon=_slug(typed))
    return wish


def panel_of(reader: Reader, wish: Wish, project: Project | None = None) -> Panel:
    """Return the panel of a reader's own photos or of a project's: so many queries, never more."""
    name = names_of([wish.taxon]).get(wish.taxon) if wish.taxon else None
    uploads = tuple(_uploads(reader.uploads() if project is None else project.uploads.all(), wish))
    deployments = tuple(_deployments(project)) if project else ()
    saved = tuple(reader.saved_filters())
    return Panel(
        wish=wish,
        animal=_written(name) if name else wish.taxon,
        chips=tuple(_chips(wish, name, (*uploads, *deployments))),
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
        project=project,
        rights=rights_in(reader.user, project) if project else frozenset(),
        deployments=deployments,
        targets=() if project else tuple(_targets(reader)),
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


def _uploads(uploads: QuerySet[Upload], wish: Wish) -> Iterator[Option]:
    """Yield the last of these uploads, and the one that is wished for if it is older."""
    rows = list(uploads[:UPLOADS])
    if wish.upload and wish.upload not in {str(row.pk) for row in rows}:
        rows += uploads.filter(pk=wish.upload)
    for row in rows:
        yield Option(str(row.pk), _when(row))


def _deployments(project: Project) -> Iterator[Option]:
    for pk, name in project.deployments.values_list("pk", "name")[:DEPLOYMENTS]:
        yield Option(str(pk), name)


def _targets(reader: Reader) -> Iterator[Option]:
    found = projects_with(reader.user, Right.UPLOAD)
    for slug, name in found.values_list("slug", "name")[:TARGETS]:
        yield Option(slug, name)


def _when(upload: Upload) -> str:
    return date_format(localtime(upload.started_at), "DATETIME_FORMAT")


def _chips(wish: Wish, name: Name | None, known: Iterable[Option]) -> Iterator[Chip]:
    for names, label in _words(wish, name, {one.value: one.label for one in known}):
        yield Chip(label, wish.without(*names).query)


def _words(
    wish: Wish, name: Name | None, known: dict[str, str]
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
        yield ("upload",), _("uploaded %s") % known.get(wish.upload, _("by somebody else"))
    if wish.deployment:
        yield ("deployment",), known.get(wish.deployment, _("a deployment that is gone"))
    if wish.tag:
        yield ("tag",), _("labelled “%s”") % wish.tag
    for mark, label in (
        ("disputed", _("experts disagree")),
        ("people", _("with people")),
        ("vehicles", _("with vehicles")),
        ("blank", _("empty")),
    ):
        if getattr(wish, mark):
            yield (mark,), label
    if wish.state:
        yield ("state",), str(State(wish.state).label)


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
