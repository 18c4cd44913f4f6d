"""Bring a catalogue into the database: again and again, and never over what a person changed.

Loading writes no history, so a row with a history is one that a curator or an import made, changed
or removed: the catalogue leaves it as it is, and facts from other sources than its own as well.
Taxa that the catalogue does not hold stay. A fact that it withdrew goes: one from its own sources,
of a taxon of which it still holds facts of that kind.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from wildlife.species import index
from wildlife.species.catalogue_reader import read
from wildlife.species.catalogue_rows import Catalogue, Facts, Known, TaxonRow
from wildlife.species.catalogue_sync import BATCH, LoadReport, Table, sync, sync_facts
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    NameKey,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)

CATALOGUE = Path(__file__).parent / "catalogue"
"""The project's own catalogue."""

_SOURCES = Table(Source, ("key",), ("citation", "url", "licence"))
_HABITATS = Table(Habitat, ("code",), ("name",))
_NAMES = Table(CommonName, ("taxon_id", "language", "name"), ("preferred", "source_id"))
_ASSESSMENTS = Table(
    ConservationAssessment,
    ("taxon_id", "authority", "country", "year"),
    ("category", "trend", "criteria", "citation", "source_id"),
)
_TAXON_HABITATS = Table(
    TaxonHabitat, ("taxon_id", "habitat_id"), ("suitability", "major", "source_id")
)
_RANGES = Table(Range, ("taxon_id", "country", "region"), ("presence", "source_id"))
_TRAITS = Table(Trait, ("taxon_id", "kind"), ("value", "source_id"))
_IDENTIFIERS = Table(TaxonIdentifier, ("authority", "value"), ("taxon_id", "source_id"))
_LOOK_ALIKES = Table(LookAlike, ("taxon_id", "other_id"), ("difference", "source_id"))


def load(folder: Path = CATALOGUE) -> LoadReport:
    """Load a catalogue in one transaction.

    Raises FileNotFoundError where the folder holds no catalogue.
    """
    with transaction.atomic():
        catalogue = read(folder, _known())
        report = LoadReport(kept=catalogue.kept, problems=catalogue.problems)
        sources = sync(_SOURCES, catalogue.sources, report)
        habitats = sync(_HABITATS, catalogue.habitats, report)
        taxa = _sync_taxa(catalogue.taxa, report)
        _sync_facts(catalogue, taxa, sources, habitats, report)
        if not report.nothing_changed or not index.is_made():
            index.refresh()
            _refresh_statistics()
    return report


def _refresh_statistics() -> None:
    """Tell the database's planner how many rows there are now: it would learn that much later."""
    models = (Taxon, CommonName, NameKey, ConservationAssessment, TaxonHabitat, Range, Trait)
    with connection.cursor() as cursor:
        for model in models:
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
    columns = ("scientific_name", "rank", "parent_id", "accepted_id", "domesticated", "sensitive")
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
        made = Taxon.objects.bulk_create([_taxon(row, ids) for row in generation], BATCH)
        ids.update((taxon.slug, taxon.pk) for taxon in made)
    changed = []
    for row in rows:
        if row.slug in stored:
            taxon = _taxon(row, ids, pk=ids[row.slug], updated_at=timezone.now())
            if row.sensitive is None:
                taxon.sensitive = stored[row.slug][-1]
            if stored[row.slug][1:] != tuple(getattr(taxon, name) for name in columns):
                changed.append(taxon)
    names = [name.removesuffix("_id") for name in columns]
    Taxon.objects.bulk_update(changed, [*names, "updated_at"], BATCH)
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
        sensitive=bool(row.sensitive),
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
        """Replace the text of the natural key, part by part, and the taxon and source by ids."""
        return {
            tuple(kind(part) for kind, part in zip(kinds, key, strict=True)): _with_ids(
                values, taxa, sources
            )
            for key, values in rows.items()
        }

    def taxon(slug: str) -> int:
        return taxa[slug]

    own = frozenset(sources[key] for key in catalogue.sources)
    names = facts(catalogue.names, taxon, str, str)
    _make_room_for_curators(names, own)
    sync_facts(_NAMES, names, own, report)
    assessments = facts(catalogue.assessments, taxon, str, str, int)
    sync_facts(_ASSESSMENTS, assessments, own, report)
    homes = facts(catalogue.taxon_habitats, taxon, lambda code: habitats[(code,)])
    sync_facts(_TAXON_HABITATS, homes, own, report)
    sync_facts(_RANGES, facts(catalogue.ranges, taxon, str, str), own, report)
    sync_facts(_TRAITS, facts(catalogue.traits, taxon, str), own, report)
    sync_facts(_IDENTIFIERS, facts(catalogue.identifiers, str, str), own, report)
    pairs = facts(catalogue.look_alikes, taxon, taxon)
    sync_facts(_LOOK_ALIKES, _said_nowhere_else(pairs, own), own, report)
    _sync_descriptions(facts(catalogue.descriptions, taxon), own, report)


def _with_ids(
    values: Mapping[str, Any],
    taxa: Mapping[str, int],
    sources: Mapping[tuple[Any, ...], int],
) -> dict[str, Any]:
    found = dict(values)
    found["source_id"] = sources[(found.pop("source"),)]
    if "taxon" in found:
        found["taxon_id"] = taxa[found.pop("taxon")]
    return found


def _make_room_for_curators(names: Facts, own_sources: frozenset[int]) -> None:
    """Let a name that others prefer stay the only preferred one of its taxon and language."""
    edited = set(CommonName.history.values_list("taxon_id", "language", "name"))
    columns = ("taxon_id", "language", "name", "source_id")
    chosen = {
        (taxon, language)
        for taxon, language, name, source in CommonName.objects.filter(preferred=True).values_list(
            *columns
        )
        if (taxon, language, name) in edited or source not in own_sources
    }
    for key, values in names.items():
        if key[:2] in chosen:
            values["preferred"] = False


def _said_nowhere_else(pairs: Facts, own_sources: frozenset[int]) -> Facts:
    """Leave out the pairs that a person or an import has, or had, the other way round."""
    columns = ("taxon_id", "other_id")
    others = LookAlike.objects.exclude(source_id__in=own_sources).values_list(*columns)
    said = {*others, *LookAlike.history.values_list(*columns)}
    return {
        (one, other): value for (one, other), value in pairs.items() if (other, one) not in said
    }


def _sync_descriptions(rows: Facts, own_sources: frozenset[int], report: LoadReport) -> None:
    """Write descriptions where there is none, or one of the catalogue's, of taxa nobody edited."""
    if not rows:
        return
    edited = set(Taxon.history.values_list("id", flat=True))
    changed = []
    for taxon in _described(rows):
        wanted = rows.get((taxon.pk,), {"description": "", "source_id": None})
        if (taxon.description, taxon.description_source_id) == tuple(wanted.values()):
            continue
        own = taxon.description_source_id in own_sources
        if taxon.pk in edited or (taxon.description and not own):
            report.kept += (taxon.pk,) in rows
            continue
        taxon.description = wanted["description"]
        taxon.description_source_id = wanted["source_id"]
        taxon.updated_at = timezone.now()
        changed.append(taxon)
    columns = ["description", "description_source", "updated_at"]
    Taxon.objects.bulk_update(changed, columns, BATCH)
    report.changed["descriptions"] = len(changed)


def _described(rows: Facts) -> Iterable[Taxon]:
    """Yield the taxa that have a description, or are to get one."""
    columns = ("pk", "description", "description_source_id")
    for taxon in Taxon.objects.only(*columns).order_by().iterator(BATCH):
        if taxon.description or (taxon.pk,) in rows:
            yield taxon
