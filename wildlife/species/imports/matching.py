"""Finding the taxa that the records of a batch mean, with a few queries for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from wildlife.species.imports.keys import Entry, Keys, key_of
from wildlife.species.imports.nodes import Doubt, Lineage, Node, choose
from wildlife.species.imports.records import Record
from wildlife.species.models import Taxon, TaxonIdentifier
from wildlife.species.paths import lineages

_BATCH = 5000


class Matcher:
    """The taxa that a batch of records may mean, by identifier and by name.

    `made` holds by their names (without case) the taxa that a dry run would have created in
    earlier batches: no query finds those.
    """

    def __init__(
        self, records: Sequence[Record], keys: Keys, made: Mapping[str, list[Node]]
    ) -> None:
        self._made = made
        self._nodes: dict[int, Node] = {}
        self._by_name: dict[str, list[Node]] = defaultdict(list)
        self._by_identifier: dict[tuple[str, str], Node] = {}
        self._load(records, keys)

    def find(self, record: Record, lineage: Lineage) -> tuple[Node | None, bool]:
        """Return the taxon that a record means, and whether it was found by an identifier.

        By identifier, then by accepted name and rank, then by synonym, which leads to the accepted
        taxon. Raises Doubt.
        """
        named = self.accepted(record.scientific_name, record.rank, lineage)
        if node := self.identified(record):
            if named is not None and not named.is_(node):
                raise Doubt(f"its identifier means {node}, but its name {named}")
            return node, True
        if named is not None:
            return named, False
        bearers = {
            id(node.accepted): node.accepted
            for node in self.synonyms(record.scientific_name)
            if node.accepted and record.rank in ("", node.rank, node.accepted.rank)
        }
        return choose(list(bearers.values()), lineage), False

    def identified(self, record: Record) -> Node | None:
        """Return the taxon that bears an identifier of a record; raises Doubt for several."""
        found = {
            id(node): node
            for one in record.identifiers
            if (node := self._by_identifier.get((one.authority, one.value)))
        }
        if len(found) > 1:
            said = " and ".join(sorted(str(node) for node in found.values()))
            raise Doubt(f"its identifiers mean several taxa: {said}")
        return next(iter(found.values()), None)

    def accepted(self, name: str, rank: str, lineage: Lineage) -> Node | None:
        """Return the accepted taxon of this name, of any rank where none is given; raises Doubt."""
        fitting = [
            one for one in self._bearers(name) if one.accepted is None and rank in ("", one.rank)
        ]
        return choose(fitting, lineage)

    def synonyms(self, name: str) -> list[Node]:
        return [one for one in self._bearers(name) if one.accepted]

    def _bearers(self, name: str) -> list[Node]:
        folded = name.casefold()
        return [*self._by_name.get(folded, ()), *self._made.get(folded, ())]

    def add(self, node: Node) -> None:
        """Know a taxon that this batch makes."""
        self._by_name[node.name.casefold()].append(node)

    # --- Loading ------------------------------------------------------------------------------

    def _load(self, records: Sequence[Record], keys: Keys) -> None:
        stored = keys.stored(
            {
                key
                for one in records
                for key in (key_of(one), one.parent, one.accepted)
                if key and keys.get(key) is None
            }
        )
        wanted = {one.taxon_id for one in stored if one.taxon_id}
        bearers = self._identifiers(records)
        wanted.update(bearers.values())
        self._fetch(_names(records), wanted)
        for place, pk in bearers.items():
            self._by_identifier[place] = self._nodes[pk]
        for one in stored:
            node = self._nodes.get(one.taxon_id or 0)
            keys.hold(Entry(one.key, node, one.name, one.place, one.synonym))
        for pk, key in keys.meant(self._nodes).items():
            self._nodes[pk].key = key

    @staticmethod
    def _identifiers(records: Sequence[Record]) -> dict[tuple[str, str], int]:
        asked: dict[str, set[str]] = defaultdict(set)
        for record in records:
            for one in record.identifiers:
                asked[one.authority].add(one.value)
        return {
            (authority, value): taxon
            for authority, values in asked.items()
            for value, taxon in TaxonIdentifier.objects.filter(
                authority=authority, value__in=values
            ).values_list("value", "taxon_id")
        }

    def _fetch(self, names: set[str], ids: set[int]) -> None:
        """Load taxa by names and ids, what their synonyms stand for, and all above them."""
        rows: dict[int, Taxon] = {}
        columns = ("scientific_name", "rank", "parent_id", "accepted_id", "path", "slug")
        found = Taxon.objects.order_by().only(*columns)
        listed = list(names)
        for start in range(0, len(listed), _BATCH):
            portion = found.filter(scientific_name__in=listed[start : start + _BATCH])
            rows.update((row.pk, row) for row in portion)
        rows.update((row.pk, row) for row in found.filter(pk__in=ids - rows.keys()))
        behind = {row.accepted_id for row in rows.values() if row.accepted_id} - rows.keys()
        rows.update((row.pk, row) for row in found.filter(pk__in=behind))
        for line in lineages(rows.values()).values():
            above: Node | None = None
            for place in line:
                if place.pk not in self._nodes:
                    self._nodes[place.pk] = Node(place.pk, place.scientific_name, place.rank, above)
                above = self._nodes[place.pk]
        for row in rows.values():
            node = self._nodes[row.pk]
            node.row = row
            node.accepted = self._nodes.get(row.accepted_id or 0)
            self.add(node)


def _names(records: Sequence[Record]) -> set[str]:
    """Return every name that may have to be looked up for some records."""
    names = set()
    for record in records:
        names.add(record.scientific_name)
        names.update(record.synonyms)
        names.add(record.scientific_name.split(" ")[0])
        if not record.parent:
            names.update(one.name for one in record.lineage)
    return names
