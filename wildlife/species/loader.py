"""Bring a catalogue into the database: again and again, and never over what a person changed.

Loading writes no history, so a row with a history is one that a curator made, changed or removed:
the catalogue leaves it as it is. Taxa that the catalogue does not hold stay. A fact that it
withdrew goes: one from its own sources, of a taxon of which it still holds facts of that kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from wildlife.species.catalogue_reader import read
from wildlife.species.catalogue_rows import Catalogue, Facts, Known, Problem, TaxonRow
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
)

CATALOGUE = Path(__file__).parent / "catalogue"
"""The project's own catalogue."""

_BATCH = 2000


@dataclass(slots=True)
class LoadReport:
    """What a load did: rows by the plural of what they are, and the rows that were left out."""

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        counts = (self.created, self.changed, self.withdrawn)
        return not any(count for kind in counts for count in kind.values())


def load(folder: Path = CATALOGUE) -> LoadReport:
    """Load a catalogue in one transaction.

    Raises FileNotFoundError where the folder holds no catalogue.
    """
    with transaction.atomic():
        catalogue = read(folder, _known())
        report = LoadReport(kept=catalogue.kept, problems=catalogue.problems)
        sources = _sync(Source, ("key",), ("citation", "url", "licence"), catalogue.sources, report)
        habitats = _sync(Habitat, ("code",), ("name",), catalogue.habitats, report)
        taxa = _sync_taxa(catalogue.taxa, report)
        _sync_facts(catalogue, taxa, sources, habitats, report)
        if not report.nothing_changed:
            _refresh_statistics()
    return report


def _refresh_statistics() -> None:
    """Tell the database's planner how many rows there are now: it would learn that much later."""
    with connection.cursor() as cursor:
        for model in (Taxon, CommonName, ConservationAssessment, TaxonHabitat, Range):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _known() -> Known:
    rows = list(Taxon.objects.values_list("slug", "rank", "parent__slug", "accepted_id"))
    return Known(
        taxa={slug: parent or "" for slug, _, parent, accepted in rows if accepted is None},
        ranks={slug: rank for slug, rank, _, _ in rows},
        synonyms=frozenset(slug for slug, _, _, accepted in rows if accepted is not None),
        edited=frozenset(Taxon.history.values_list("slug", flat=True)),
        sources=frozenset(Source.objects.values_list("key", flat=True)),
        habitats=frozenset(Habitat.objects.values_list("code", flat=True)),
    )


def _sync_taxa(rows: list[TaxonRow], report: LoadReport) -> dict[str, int]:
    """Write the taxa; return the ids of all that the database then holds, by slug.

    `rows` has parents before children: they are made generation by generation, for their ids.
    """
    columns = ("scientific_name", "rank", "parent_id", "accepted_id", "domesticated")
    stored = {
        slug: (pk, *values)
        for pk, slug, *values in Taxon.objects.values_list("pk", "slug", *columns)
    }
    ids: dict[str, int] = {slug: values[0] for slug, values in stored.items()}
    depth: dict[str, int] = {}
    for row in rows:
        depth[row.slug] = 1 + depth.get(row.parent or row.accepted, 0)
    new = sorted((row for row in rows if row.slug not in stored), key=lambda row: depth[row.slug])
    for _, generation in groupby(new, key=lambda row: depth[row.slug]):
        made = Taxon.objects.bulk_create([_taxon(row, ids) for row in generation], _BATCH)
        ids.update((taxon.slug, taxon.pk) for taxon in made)
    changed = []
    for row in rows:
        if row.slug in stored:
            taxon = _taxon(row, ids, pk=ids[row.slug], updated_at=timezone.now())
            if stored[row.slug][1:] != tuple(getattr(taxon, name) for name in columns):
                changed.append(taxon)
    names = [name.removesuffix("_id") for name in columns]
    Taxon.objects.bulk_update(changed, [*names, "updated_at"], _BATCH)
    report.created["taxa"] = len(new)
    report.changed["taxa"] = len(changed)
    return ids


def _taxon(row: TaxonRow, ids: Mapping[str, int], **more: Any) -> Taxon:
    return Taxon(
        slug=row.slug,
        scientific_name=row.scientific_name,
        rank=row.rank,
        parent_id=ids[row.parent] if row.parent else None,
        accepted_id=ids[row.accepted] if row.accepted else None,
        domesticated=row.domesticated,
        **more,
    )


def _sync_facts(
    catalogue: Catalogue,
    taxa: Mapping[str, int],
    sources: Mapping[tuple[Any, ...], int],
    habitats: Mapping[tuple[Any, ...], int],
    report: LoadReport,
) -> None:
    def facts(rows: Facts, *kinds: Any) -> Facts:
        """Replace slugs and keys by ids; `kinds` turn the rest of the natural key."""
        return {
            (taxa[key[0]], *(kind(part) for kind, part in zip(kinds, key[1:], strict=True))): {
                name: value for name, value in values.items() if name != "source"
            }
            | {"source_id": sources[(values["source"],)]}
            for key, values in rows.items()
        }

    own = frozenset(sources[key] for key in catalogue.sources)
    names = facts(catalogue.names, str, str)
    _make_room_for_curators(names)
    _sync(
        CommonName,
        ("taxon_id", "language", "name"),
        ("preferred", "source_id"),
        names,
        report,
        own,
    )
    _sync(
        ConservationAssessment,
        ("taxon_id", "authority", "year"),
        ("category", "trend", "source_id"),
        facts(catalogue.assessments, str, int),
        report,
        own,
    )
    _sync(
        TaxonHabitat,
        ("taxon_id", "habitat_id"),
        ("source_id",),
        facts(catalogue.taxon_habitats, lambda code: habitats[(code,)]),
        report,
        own,
    )
    _sync(
        Range,
        ("taxon_id", "country"),
        ("presence", "source_id"),
        facts(catalogue.ranges, str),
        report,
        own,
    )


def _make_room_for_curators(names: Facts) -> None:
    """Let a name that a curator prefers stay the only preferred one of its taxon and language."""
    edited = set(CommonName.history.values_list("taxon_id", "language", "name"))
    preferred = CommonName.objects.filter(preferred=True)
    chosen = {
        (taxon, language)
        for taxon, language, name in preferred.values_list("taxon_id", "language", "name")
        if (taxon, language, name) in edited or (taxon, language, name) not in names
    }
    for key, values in names.items():
        if key[:2] in chosen:
            values["preferred"] = False


def _sync(
    model: type[models.Model],
    key: tuple[str, ...],
    columns: tuple[str, ...],
    rows: Mapping[tuple[Any, ...], Mapping[str, Any]],
    report: LoadReport,
    own_sources: frozenset[int] = frozenset(),
) -> dict[tuple[Any, ...], int]:
    """Create the rows that are missing, change those that differ; return all ids by key.

    Facts come with the ids of the catalogue's own sources; what it withdrew is deleted. Their key
    starts with the taxon, their columns end with the source.
    """
    manager = model._default_manager
    stored = {
        tuple(found[: len(key)]): (pk, tuple(found[len(key) :]))
        for pk, *found in manager.order_by().values_list("pk", *key, *columns)
    }
    edited = _edited(model, key)
    ids = {found: pk for found, (pk, _) in stored.items()}
    new: list[models.Model] = []
    changed: list[models.Model] = []
    for place, values in rows.items():
        wanted = tuple(values[name] for name in columns)
        if place in edited:
            report.kept += 1
        elif place not in stored:
            new.append(model(**dict(zip(key, place, strict=True)), **values))
        elif stored[place][1] != wanted:
            changed.append(model(pk=stored[place][0], **values))
    taxa = {place[0] for place in rows}
    withdrawn = [
        pk
        for place, (pk, values) in stored.items()
        if values[-1] in own_sources
        and place[0] in taxa
        and place not in rows
        and place not in edited
    ]
    _withdraw(model, withdrawn)
    _update(model, changed, [name.removesuffix("_id") for name in columns])
    for made in manager.bulk_create(new, _BATCH):
        ids[tuple(getattr(made, name) for name in key)] = made.pk
    what = str(model._meta.verbose_name_plural)
    report.created[what] = len(new)
    report.changed[what] = len(changed)
    report.withdrawn[what] = len(withdrawn)
    return ids


def _withdraw(model: type[models.Model], ids: list[int]) -> None:
    """Delete rows without a trace in the history: that is kept for what people did."""
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        model._default_manager.filter(pk__in=batch).delete()
        model.history.filter(id__in=batch).delete()  # type: ignore[attr-defined]


def _edited(model: type[models.Model], key: tuple[str, ...]) -> set[tuple[Any, ...]]:
    history = getattr(model, "history", None)
    return set() if history is None else set(history.values_list(*key))


def _update(model: type[models.Model], rows: Iterable[models.Model], columns: list[str]) -> None:
    """Change rows; of names, those first that are no longer the preferred one."""
    rows = sorted(rows, key=lambda row: getattr(row, "preferred", False))
    for _, batch in groupby(rows, key=lambda row: getattr(row, "preferred", False)):
        model._default_manager.bulk_update(list(batch), columns, _BATCH)
