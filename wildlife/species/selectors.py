"""What the rest of the system asks of the species tables."""

from collections.abc import Iterable
from threading import Lock

from django.db.models import Subquery

from models_registry.services import registry
from pipelines.taxonomy import GROUP_OF_CLASS, Tree
from wildlife.species.cards import (
    CountryFact,
    HabitatFact,
    RankedName,
    SourceNote,
    SpeciesCard,
    Status,
    common_names_for,
    species_cards_in,
)
from wildlife.species.models import LabelDecision, Taxon
from wildlife.species.stored_tree import StoredTree

__all__ = [
    "CountryFact",
    "HabitatFact",
    "RankedName",
    "SourceNote",
    "SpeciesCard",
    "Status",
    "classes_of",
    "common_names_for",
    "species_card",
    "species_cards",
    "tree",
]

_lock = Lock()
_planted: tuple[tuple[object, ...], Tree] | None = None


def tree() -> Tree:
    """Return the tree of all accepted taxa, which also finds them by their synonyms.

    What the labels of known models can name is held in memory. One cheap query tells whether the
    tree that this process holds is still the right one. It sees what `save`, `delete` and the
    loader do; `QuerySet.update` has to set `updated_at`.
    """
    global _planted
    with _lock:
        cards = registry().cards.values()
        stamp = (_newest(), frozenset(card.fingerprint for card in cards))
        if _planted is None or _planted[0] != stamp:
            names = {label.taxon for card in cards for label in card.outputs if label.taxon}
            _planted = (stamp, StoredTree(names))
        return _planted[1]


def _newest() -> tuple[object, ...] | None:
    """Return what every change of a taxon, or of what a label means, changes.

    Each part is read from the end of an index. A removed taxon leaves an entry in the history.
    """
    changed = Taxon.objects.order_by("-updated_at").values("updated_at")[:1]
    noted = Taxon.history.order_by("-history_id").values("history_id")[:1]
    decided = LabelDecision.history.order_by("-history_id").values("history_id")[:1]
    last = Taxon.objects.order_by("-pk").annotate(
        changed=Subquery(changed), noted=Subquery(noted), decided=Subquery(decided)
    )
    return last.values_list("pk", "changed", "noted", "decided").first()


def classes_of(group: str) -> list[str]:
    """Return the scientific names of the classes that make up a coarse group."""
    return [name for name, other in GROUP_OF_CLASS.items() if other == group]


def species_card(taxon: Taxon, language: str = "en") -> SpeciesCard:
    """Return what is known of a taxon; of a synonym, what is known of the accepted one."""
    return species_cards([taxon], language)[taxon.slug]


def species_cards(taxa: Iterable[Taxon], language: str = "en") -> dict[str, SpeciesCard]:
    """Return the cards of taxa by their slugs, in the same few queries for one as for many."""
    return species_cards_in(taxa, language)
