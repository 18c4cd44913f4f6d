"""Make the rows of one table what a catalogue says, but for those that people or imports wrote."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import models

from wildlife.species.catalogue_rows import Problem

BATCH = 2000

Key = tuple[Any, ...]


@dataclass(slots=True)
class LoadReport:
    """What a load did: rows by the plural of what they are, and the rows that were left out.

    `kept` counts the catalogue's rows that gave way to what a curator or an import has.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        counts = (self.created, self.changed, self.withdrawn)
        return not any(count for kind in counts for count in kind.values())


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its natural key and the columns that the catalogue fills besides.

    Where `taxon_id` and `source_id` are among them, the rows are facts of a taxon.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def plural(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def row(self, place: Key, values: Mapping[str, Any], **more: Any) -> models.Model:
        return self.model(**dict(zip(self.key, place, strict=True)), **values, **more)

    def stored(self) -> dict[Key, tuple[int, Key]]:
        """Return the ids and the other columns of all rows by their key."""
        found = self.model._default_manager.order_by().values_list("pk", *self.key, *self.columns)
        size = 1 + len(self.key)
        return {tuple(row[1:size]): (row[0], tuple(row[size:])) for row in found}

    def reader(self, column: str) -> Callable[[Key, Key], Any]:
        """Return what takes a column out of a key and the other columns."""
        if column in self.key:
            place = self.key.index(column)
            return lambda key, _: key[place]
        place = self.columns.index(column)
        return lambda _, values: values[place]


def sync(table: Table, rows: Mapping[Key, Mapping[str, Any]], report: LoadReport) -> dict[Key, int]:
    """Create the rows that are missing, change those that differ; return all ids by key."""
    stored = table.stored()
    ids = {place: pk for place, (pk, _) in stored.items()}
    new, changed = [], []
    for place, values in rows.items():
        if place not in stored:
            new.append(table.row(place, values))
        elif stored[place][1] != tuple(values[name] for name in table.columns):
            changed.append(table.row(place, values, pk=ids[place]))
    ids.update(_write(table, new, changed, report))
    return ids


def sync_facts(
    table: Table,
    rows: Mapping[Key, Mapping[str, Any]],
    own_sources: frozenset[int],
    report: LoadReport,
) -> None:
    """Create the facts that are missing, change those that differ, delete what was withdrawn.

    `own_sources` are the ids of the catalogue's sources: a stored fact from another one, or one
    with a history, stays. Withdrawn is what the rows no longer say of a taxon that they still
    speak of.
    """
    stored = table.stored()
    edited, emptied = _curated(table, rows)
    taxon, source = table.reader("taxon_id"), table.reader("source_id")
    spoken_of = set()
    new, changed = [], []
    for place, values in rows.items():
        wanted = tuple(values[name] for name in table.columns)
        spoken_of.add(taxon(place, wanted))
        if place in edited:
            report.kept += 1
        elif place not in stored:
            if taxon(place, wanted) in emptied:
                report.kept += 1
            else:
                new.append(table.row(place, values))
        elif stored[place][1] != wanted:
            if source(place, stored[place][1]) in own_sources:
                changed.append(table.row(place, values, pk=stored[place][0]))
            else:
                report.kept += 1
    withdrawn = [
        pk
        for place, (pk, values) in stored.items()
        if source(place, values) in own_sources
        and taxon(place, values) in spoken_of
        and place not in rows
        and place not in edited
    ]
    _withdraw(table.model, withdrawn)
    report.withdrawn[table.plural] = len(withdrawn)
    _write(table, new, changed, report)


def _curated(table: Table, rows: Mapping[Key, Any]) -> tuple[set[Key], set[int]]:
    """Return the keys that people touched, and the taxa where they changed a key of the catalogue.

    Of a row that loading made and a person changed, the history holds only what it became. Where
    that has another key (a name spelled otherwise, another country), nothing tells which of the
    catalogue's facts it was: the taxon then gets no more facts of this kind.
    """
    history = table.model.history  # type: ignore[attr-defined]
    columns = dict.fromkeys((*table.key, "taxon_id"))
    first: dict[int, str] = {}
    keys: dict[int, list[Key]] = {}
    taxa: dict[int, set[int]] = {}
    found = history.order_by("history_date", "history_id").values_list(
        "id", "history_type", *columns
    )
    for pk, kind, *values in found:
        named = dict(zip(columns, values, strict=True))
        first.setdefault(pk, kind)
        keys.setdefault(pk, []).append(tuple(named[name] for name in table.key))
        taxa.setdefault(pk, set()).add(named["taxon_id"])
    edited = {key for all_keys in keys.values() for key in all_keys}
    rekeyed = [pk for pk, kind in first.items() if kind == "~" and keys[pk][0] not in rows]
    return edited, {taxon for pk in rekeyed for taxon in taxa[pk]}


def _withdraw(model: type[models.Model], ids: Sequence[int]) -> None:
    """Delete rows without a trace in the history: that is kept for what people did."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        model._default_manager.filter(pk__in=batch).delete()
        model.history.filter(id__in=batch).delete()  # type: ignore[attr-defined]


def _write(
    table: Table,
    new: Sequence[models.Model],
    changed: Iterable[models.Model],
    report: LoadReport,
) -> dict[Key, int]:
    """Change rows, of names those first that are no longer the preferred one, and create rows."""
    manager = table.model._default_manager
    columns = [name.removesuffix("_id") for name in table.columns]
    ordered = sorted(changed, key=lambda row: getattr(row, "preferred", False))
    for _, batch in groupby(ordered, key=lambda row: getattr(row, "preferred", False)):
        manager.bulk_update(list(batch), columns, BATCH)
    made = manager.bulk_create(new, BATCH)
    report.created[table.plural] = len(new)
    report.changed[table.plural] = len(ordered)
    return {tuple(getattr(row, name) for name in table.key): row.pk for row in made}
