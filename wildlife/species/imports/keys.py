"""What the keys of a source mean, kept in the database so that an import needs little memory and
can go on after it was interrupted."""

from collections.abc import Iterable
from dataclasses import dataclass

from wildlife.species.imports.nodes import Node
from wildlife.species.imports.records import Record
from wildlife.species.models import ImportedKey, SpeciesImport

_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a key means: a taxon, None where it lies outside of what was asked for."""

    key: str
    node: Node | None
    name: str
    place: str
    synonym: bool = False


def key_of(record: Record) -> str:
    """Return the record's key, or one made of what it is called."""
    above = "/".join(one.name for one in record.lineage)
    return record.key or f"{record.rank}:{record.scientific_name}:{above}"[:255]


class Keys:
    """The keys of one run. Without a stored run they are held in memory (for a dry run)."""

    def __init__(self, run: SpeciesImport | None) -> None:
        self._run = run
        self._held: dict[str, Entry] = {}
        self._meant: dict[int, str] = {}
        self._new: list[Entry] = []

    def stored(self, keys: Iterable[str]) -> list[ImportedKey]:
        """Return what earlier batches of a stored run noted of these keys."""
        if self._run is None:
            return []
        found: list[ImportedKey] = []
        wanted = list(keys)
        for start in range(0, len(wanted), _BATCH):
            found += self._run.keys.filter(key__in=wanted[start : start + _BATCH])
        return found

    def meant(self, ids: Iterable[int]) -> dict[int, str]:
        """Return by taxon the keys of the accepted records of earlier batches that meant it."""
        if self._run is None:
            return {pk: self._meant[pk] for pk in ids if pk in self._meant}
        rows = self._run.keys.filter(taxon_id__in=list(ids), synonym=False)
        return {pk: key for pk, key in rows.values_list("taxon_id", "key") if pk is not None}

    def hold(self, entry: Entry) -> None:
        """Know a stored entry during a batch."""
        self._held[entry.key] = entry

    def add(self, entry: Entry) -> None:
        """Note what a key means."""
        self._held[entry.key] = entry
        self._new.append(entry)
        if entry.node is not None and entry.node.pk and not entry.synonym:
            self._meant.setdefault(entry.node.pk, entry.key)

    def get(self, key: str) -> Entry | None:
        return self._held.get(key)

    def end_batch(self) -> None:
        """Write what is new; a stored run then forgets, for the next batch loads what it needs."""
        if self._run is not None:
            ImportedKey.objects.bulk_create(
                (
                    ImportedKey(
                        run=self._run,
                        key=entry.key,
                        taxon_id=entry.node.pk if entry.node else None,
                        name=entry.name[:120],
                        place=entry.place[:120],
                        synonym=entry.synonym,
                    )
                    for entry in self._new
                ),
                batch_size=_BATCH,
                ignore_conflicts=True,
            )
            self._held = {}
            self._meant = {}
        self._new = []

    def forget(self) -> None:
        """Remove what is stored: the run is over."""
        if self._run is not None:
            self._run.keys.all()._raw_delete(using=self._run.keys.db)
