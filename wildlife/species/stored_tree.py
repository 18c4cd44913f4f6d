"""The tree for the vote: what models can name is held in memory, the rest stays in the database."""

from collections.abc import Iterable

from pipelines.taxonomy import Node, Tree
from wildlife.species.models import LabelDecision, Taxon
from wildlife.species.paths import Place, lineages
from wildlife.species.synonyms import accepted

_MOST_BEYOND = 20_000
"""So many taxa that were looked up are kept; then they are forgotten, and looked up again."""


class StoredTree(Tree):
    """All accepted taxa of the database, as they are at its making.

    Taxa with one of `names` (scientific names, or synonyms), all above them and all their synonyms
    are read at once. Whatever else is asked for costs two queries the first time. Threads may
    share a tree: two that look for the same taxon find the same.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._slug_of_beyond: dict[str, str] = {}
        self._beyond: dict[str, Node | None] = {}
        self._moved: dict[str, str] = {}
        wanted = dict.fromkeys(names, "")
        rows = Taxon.objects.filter(scientific_name__in=wanted).order_by()
        ids = {accepted or pk for pk, accepted in rows.values_list("pk", "accepted_id")}
        named = Taxon.objects.filter(pk__in=ids).order_by("pk").only("pk", "path")
        places = {one.pk: one for line in lineages(named).values() for one in line}
        synonyms = Taxon.objects.filter(accepted_id__in=places).order_by("pk")
        slugs = synonyms.values_list("scientific_name", "accepted__slug")
        super().__init__(
            _nodes([places[pk] for pk in sorted(places)]),
            wanted | {name: slug or "" for name, slug in slugs},
            _decisions(),
        )

    def __len__(self) -> int:
        return Taxon.objects.filter(accepted=None).count()

    def get(self, key: str) -> Node | None:
        """Return the accepted taxon with this key, None where there is none."""
        if (node := super().get(key)) is not None:
            return node
        if key and key not in self._beyond:
            self._forget()
            found = Taxon.objects.filter(slug=key, accepted=None).only("pk", "path").first()
            nodes = _nodes(lineages([found])[found.pk]) if found else []
            self._beyond.update({key: None}, **{node.key: node for node in nodes})
        return self._beyond.get(key)

    def current(self, key: str) -> str:
        """Return the key of the accepted taxon that a key stands for today, "" for none."""
        if self.get(key) is not None:
            return key
        if key and key not in self._moved:
            self._forget()
            found = accepted([key]).get(key)
            self._moved[key] = found.slug if found else ""
        return self._moved.get(key, "")

    def find(self, name: str) -> str:
        """Return the key of the accepted taxon with this scientific name or synonym, or ""."""
        if name in self._keys:
            return self._keys[name]
        if name not in self._slug_of_beyond:
            self._forget()
            # An accepted taxon goes before a synonym; of two alike the later one is meant.
            rows = Taxon.objects.filter(scientific_name=name).order_by("pk")
            found = list(rows.values_list("accepted__slug", "slug"))
            slugs = [slug for accepted, slug in found if accepted is None]
            slugs = slugs or [accepted or "" for accepted, _ in found]
            self._slug_of_beyond[name] = slugs[-1] if slugs else ""
        return self._slug_of_beyond.get(name, "")

    def _forget(self) -> None:
        held = (self._beyond, self._slug_of_beyond, self._moved)
        if any(len(one) > _MOST_BEYOND for one in held):
            self._beyond, self._slug_of_beyond, self._moved = {}, {}, {}


def _decisions() -> dict[str, str]:
    """Return what people said that labels mean, by the label; a synonym's taxon is meant."""
    columns = ("label", "taxon__accepted__slug", "taxon__slug")
    rows = LabelDecision.objects.values_list(*columns)
    return {label: accepted or slug or "" for label, accepted, slug in rows}


def _nodes(places: Iterable[Place]) -> list[Node]:
    places = list(places)
    slugs = {place.pk: place.slug for place in places}
    return [
        Node(one.slug, one.scientific_name, one.rank, slugs.get(one.parent_id or 0, ""))
        for one in places
    ]
