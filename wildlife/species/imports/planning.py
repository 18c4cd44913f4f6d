"""What a batch of records changes in the tree, decided before anything is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from pipelines.taxonomy import RANKS
from wildlife.species.imports.keys import Entry, Keys, key_of
from wildlife.species.imports.matching import Matcher
from wildlife.species.imports.nodes import Doubt, Lineage, Node, choose, lineage_of, named
from wildlife.species.imports.records import Ancestor, Place, Problem, Record
from wildlife.species.imports.values import OTHER_RANKS


@dataclass(frozen=True, slots=True)
class Rename:
    """`former` stands for the synonym that the old name becomes; it is known once it is written."""

    node: Node
    name: str
    former: Node
    place: Place


@dataclass(frozen=True, slots=True)
class Move:
    node: Node
    before: Node | None
    parent: Node
    place: Place


@dataclass(frozen=True, slots=True)
class Merge:
    """A taxon becomes a synonym of another."""

    node: Node
    of: Node
    place: Place


@dataclass(slots=True)
class Plan:
    """The changes of a batch, in order. The nodes are already as they will be afterwards."""

    created: list[Node] = field(default_factory=list)
    """Synonyms among them."""
    steps: list[Rename | Move | Merge] = field(default_factory=list)
    facts: list[tuple[Node, Record]] = field(default_factory=list)
    """What is said of which taxon; of a synonym only its identifiers."""


class Planner:
    """Decides record by record. `within` is the id of a taxon outside of which nothing is read."""

    def __init__(
        self,
        matcher: Matcher,
        keys: Keys,
        within: int | None,
        note: Callable[[str], None],
        leave_out: Callable[[Problem], None],
    ) -> None:
        self._matcher = matcher
        self._keys = keys
        self._within = within
        self._note = note
        self._leave_out = leave_out
        self.plan = Plan()

    def decide(self, records: Sequence[Record]) -> Plan:
        for record in records:
            try:
                self._record(record)
            except Doubt as doubt:
                self._leave_out(Problem(record.place, str(doubt)))
        return self.plan

    def _record(self, record: Record) -> None:
        known = self._keys.get(key_of(record))
        if known is not None and known.place != str(record.place):
            raise Doubt(f"{record.scientific_name} stands at {known.place} already")
        if record.accepted:
            self._synonym_record(record)
            return
        above = self._keys.get(record.parent) if record.parent else None
        if above is not None and above.node is None:
            self._outside(record)
            return
        parent = above.node if above is not None else self._lowest(_whole(record), make=False)
        if record.rank in OTHER_RANKS:
            self._note("passed")
            self._keys.add(_entry(record, parent))
            return
        lineage = named(record.lineage) | lineage_of(parent)
        node, identified = self._matcher.find(record, lineage)
        if node is not None and not record.rank and not self._is_within(node):
            self._outside(record)
            return
        if node is None:
            node = self._unknown(record, parent, lineage, hung=above is not None)
        else:
            node = self._found(record, node, parent, identified)
        if node is None:
            return
        if node.key and node.key != key_of(record):
            raise Doubt(f"{node} was brought in by another row of this source already")
        node.key = key_of(record)
        self._keys.add(_entry(record, node))
        self.plan.facts.append((node, record))
        for name in record.synonyms:
            try:
                self._synonym(name, record, node, record.scientific_name)
            except Doubt as doubt:
                self._leave_out(Problem(record.place, str(doubt)))

    # --- Where it hangs -----------------------------------------------------------------------

    def _lowest(self, lineage: Sequence[Ancestor], *, make: bool) -> Node | None:
        """Return the lowest taxon of a lineage; with `make`, those that miss are planned."""
        here: Node | None = None
        passed: Lineage = {}
        for one in lineage:
            found = self._matcher.accepted(one.name, one.rank, passed)
            if found is None:
                behind = [
                    node.accepted
                    for node in self._matcher.synonyms(one.name)
                    if node.accepted and node.accepted.rank == one.rank
                ]
                found = choose(behind, passed)
            if found is None and make and (here is not None or one.rank == "kingdom"):
                found = self._create(one.name, one.rank, here)
            here = found or here
            passed[one.rank] = one.name
        return here

    def _outside(self, record: Record) -> None:
        self._note("outside")
        if record.rank not in ("species", "subspecies"):
            self._keys.add(_entry(record, None))

    def _is_within(self, node: Node) -> bool:
        return self._within is None or any(one.pk == self._within for one in node.line())

    # --- Taxa ---------------------------------------------------------------------------------

    def _unknown(
        self, record: Record, parent: Node | None, lineage: Lineage, *, hung: bool
    ) -> Node | None:
        """Plan a new taxon, or find it under one of the other names that the source has for it.

        `hung`: its parent is that of the record's own key.
        """
        name, rank = record.scientific_name, record.rank
        if not rank:
            raise Doubt(f"no taxon is called {name}")
        for other in record.synonyms:
            former = self._matcher.accepted(other, rank, lineage)
            if former is not None and not former.key:
                return self._found(record, former, parent, identified=True)
        if self._within and (parent is None or not self._is_within(parent)):
            self._outside(record)
            return None
        if not hung:
            parent = self._lowest(_whole(record), make=True) or parent
        if parent is not None:
            _check_order(rank, name, parent)
        elif record.parent:
            raise Doubt(f"parent {record.parent!r} is unknown or was left out")
        elif rank != "kingdom":
            raise Doubt(f"nothing is known that the {rank} {name} belongs to")
        return self._create(name, rank, parent)

    def _found(
        self, record: Record, node: Node, parent: Node | None, identified: bool
    ) -> Node | None:
        """Plan what a record changes about a taxon that is known."""
        if not self._is_within(node):
            self._outside(record)
            return None
        if not record.rank:
            return node
        if node.accepted is not None:
            raise Doubt(f"its identifier means {node}, a synonym of {node.accepted} here")
        if identified:
            if node.name != record.scientific_name:
                self._rename(node, record.scientific_name, record.place)
        elif node.name.casefold() != record.scientific_name.casefold():
            self._note("followed")
            return node
        if parent is not None and not node.hangs_on(parent):
            self._move(record, node, parent)
        return node

    def _move(self, record: Record, node: Node, parent: Node) -> None:
        if parent.hangs_on(node):
            raise Doubt(f"the tree would run in a circle: {parent} hangs below {node}")
        _check_order(node.rank, node.name, parent)
        self.plan.steps.append(Move(node, node.parent, parent, record.place))
        node.parent = parent

    def _rename(self, node: Node, name: str, place: Place) -> Node:
        """Plan another name for a taxon; return what stands for its old one."""
        former = Node(0, node.name, node.rank, accepted=node)
        self.plan.steps.append(Rename(node, name, former, place))
        node.name = name
        self._matcher.add(node)
        return former

    def _create(
        self, name: str, rank: str, parent: Node | None, accepted: Node | None = None
    ) -> Node:
        node = Node(0, name, rank, parent, accepted)
        self.plan.created.append(node)
        self._matcher.add(node)
        return node

    # --- Synonyms -----------------------------------------------------------------------------

    def _synonym_record(self, record: Record) -> None:
        entry = self._keys.get(record.accepted)
        if entry is None or entry.node is None:
            if entry is not None or self._within:
                self._note("outside")
                return
            raise Doubt(f"accepted taxon {record.accepted!r} is unknown or was left out")
        node = self._synonym(record.scientific_name, record, entry.node, entry.name)
        self._keys.add(
            Entry(key_of(record), entry.node, entry.name, str(record.place), synonym=True)
        )
        if node is not None:
            self.plan.facts.append((node, record))

    def _synonym(self, name: str, record: Record, of: Node, said: str) -> Node | None:
        """Plan that a name is a synonym of a taxon which the source calls `said`.

        Returns the synonym where it has a row of its own.
        """
        if name.casefold() == of.name.casefold():
            return self._rename(of, said, record.place) if said != of.name and of.pk else None
        bearers = self._matcher.synonyms(name)
        if same := [one for one in bearers if of.is_(one.accepted)]:
            return same[0]
        other = self._matcher.accepted(name, "", lineage_of(of))
        if other is not None and other.is_(of):
            return next(one.former for one in self.plan.steps if _renames(one, of))
        if other is not None:
            if other.key:
                raise Doubt(f"{name} is an accepted name in this source too")
            if not other.pk or of.hangs_on(other):
                raise Doubt(f"{name} lies above {of}, so it cannot be a synonym of it")
            self.plan.steps.append(Merge(other, of, record.place))
            other.accepted = of
            return other
        if bearers:
            raise Doubt(f"{name} is a synonym of {bearers[0].accepted} here, not of {of}")
        rank = record.rank if record.accepted else of.rank
        return self._create(name, rank if rank in RANKS else of.rank, None, of)


def _renames(step: Rename | Move | Merge, node: Node) -> TypeGuard[Rename]:
    return isinstance(step, Rename) and step.node is node


def _whole(record: Record) -> list[Ancestor]:
    """Return the lineage of a record, with the genus that the name of a species gives away."""
    lineage = list(record.lineage)
    genus, _, rest = record.scientific_name.partition(" ")
    if record.rank == "species" and rest and all(one.rank != "genus" for one in lineage):
        lineage.append(Ancestor("genus", genus))
    return lineage


def _check_order(rank: str, name: str, parent: Node) -> None:
    if RANKS.index(rank) <= RANKS.index(parent.rank):
        raise Doubt(f"the {rank} {name} cannot hang below the {parent.rank} {parent}")


def _entry(record: Record, node: Node | None) -> Entry:
    return Entry(key_of(record), node, record.scientific_name, str(record.place))
