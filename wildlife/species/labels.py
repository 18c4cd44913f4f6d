"""What the labels of models stand for: read from names, decided by people, or not known yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from models_registry.card import ModelCard
from models_registry.interfaces import GROUPS, Label
from models_registry.services import registry
from pipelines.taxonomy import Node, Tree, label_name
from wildlife.species import tracked
from wildlife.species.models import CommonName, LabelDecision, NameKey, Taxon
from wildlife.species.names import fold
from wildlife.species.paths import starting_with
from wildlife.species.search import search
from wildlife.species.selectors import tree

LEAST_ALIKE = 78
"""Names that are at least this alike (0..100, of all letters) are suggested."""
_LATER_WORD = 0.85
"""How much likeness counts that begins at a later word: taxa keep it when their genus changes."""
_BEGINNING = 3
"""So many first letters are taken to be right."""
_COMPARED = 1000
"""So many names that begin alike are compared, per word and tier of names."""


class State(StrEnum):
    NAMED = "named"
    SYNONYM = "synonym"
    DECIDED = "decided"
    UNKNOWN = "unknown"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Reading:
    """A label of a release with what it stands for; `name` is what decisions are kept under."""

    label: Label
    name: str
    state: State
    taxon: Node | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A taxon that a label may stand for, and why; `alike` is 0..100."""

    taxon_id: int
    scientific_name: str
    common_name: str
    rank: str
    why: str
    alike: int


def naming_cards() -> list[ModelCard]:
    """Return the cards of models that name taxa, as far as their cards are here."""
    return [card for card in registry().cards.values() if card.kind == "expert"]


def readings(card: ModelCard) -> list[Reading]:
    """Return what each label of a release stands for, in the release's order."""
    whole = tree()
    decided = set(LabelDecision.objects.values_list("label", flat=True))
    return [_read(label, whole, decided) for label in card.labels]


def _read(label: Label, whole: Tree, decided: set[str]) -> Reading:
    name = label_name(label)
    node = whole.get(whole.meant_by(label))
    if name in decided:
        state = State.DECIDED
    elif node is not None:
        state = State.NAMED if node.name == label.taxon else State.SYNONYM
    elif label.taxon or label.group in GROUPS:
        state = State.UNKNOWN
    else:
        state = State.NOTHING
    return Reading(label, name, state, node)


def unknown() -> dict[str, list[str]]:
    """Return the names of labels that stand for nothing known, with the releases that have them."""
    found: dict[str, list[str]] = {}
    for card in naming_cards():
        for reading in readings(card):
            if reading.state is State.UNKNOWN and card.key not in found.get(reading.name, ()):
                found.setdefault(reading.name, []).append(card.key)
    return found


def nameable() -> list[int]:
    """Return the ids of the taxa that models can name."""
    whole = tree()
    keys = {whole.meant_by(label) for card in naming_cards() for label in card.labels}
    ids: list[int] = []
    wanted = sorted(keys - {""})
    for start in range(0, len(wanted), 2000):
        batch = Taxon.objects.filter(slug__in=wanted[start : start + 2000])
        ids += batch.order_by().values_list("pk", flat=True)
    return ids


@transaction.atomic
def decide(label: str, taxon: Taxon | None, *, by: User | None, reason: str) -> None:
    """Say what a label stands for (None: no taxon); the next identification goes by it."""
    row = LabelDecision.objects.select_for_update().filter(label=label).first()
    row = row or LabelDecision(label=label)
    row.taxon = taxon.accepted or taxon if taxon else None
    row.full_clean()
    tracked.save(row, by=by, reason=reason)


@transaction.atomic
def withdraw(label: str, *, by: User | None, reason: str) -> None:
    """Let a label be read from names again."""
    for row in LabelDecision.objects.filter(label=label):
        tracked.delete(row, by=by, reason=reason)


def suggestions(texts: Iterable[str], limit: int = 5) -> list[Suggestion]:
    """Return taxa that a label may stand for, the likeliest first.

    `texts` are what is known of it: the scientific name that its release gives, and its own text.
    Names that are the same, or begin so, come before those that are only spelled alike.
    """
    found: dict[int, Suggestion] = {}
    for text in filter(None, dict.fromkeys(texts)):
        for one in search(text, limit=limit):
            same = fold(one.matched) == fold(text)
            why = _("known as %(name)s")
            if same:
                why = _("its synonym is %(name)s") if one.is_synonym else _("its name is %(name)s")
            why %= {"name": one.matched}
            _keep(
                found,
                Suggestion(
                    one.taxon_id,
                    one.scientific_name,
                    one.common_name,
                    one.rank,
                    why,
                    100 if same else 95,
                ),
            )
        for alike in _alike(text, limit):
            _keep(found, alike)
    return sorted(found.values(), key=lambda one: (-one.alike, one.scientific_name))[:limit]


def _keep(found: dict[int, Suggestion], one: Suggestion) -> None:
    before = found.get(one.taxon_id)
    if before is None or before.alike < one.alike:
        found[one.taxon_id] = one


def _alike(text: str, limit: int) -> list[Suggestion]:
    """Compare a text, and what follows its first word, with the names that begin a bit like it."""
    best: dict[int, tuple[float, str]] = {}
    words = fold(text).split()
    for place in range(min(2, len(words))):
        asked = " ".join(words[place:])
        if len(asked) < _BEGINNING:
            continue
        weight = _LATER_WORD if place else 1.0
        keys = _beginning_like(asked)
        hits = process.extract(
            asked, keys, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE / weight, limit=limit
        )
        for key, score, row in hits:
            if score * weight > best.get(row[0], (0.0, ""))[0]:
                best[row[0]] = (score * weight, key)
    taxa = Taxon.objects.in_bulk(best)
    spoken = CommonName.objects.filter(taxon_id__in=best, language="en", preferred=True)
    names = dict(spoken.values_list("taxon_id", "name"))
    return [
        Suggestion(
            pk,
            taxa[pk].scientific_name,
            names.get(pk, ""),
            taxa[pk].rank,
            _("spelled like %(name)s") % {"name": key},
            round(score),
        )
        for pk, (score, key) in best.items()
        if pk in taxa
    ]


def _beginning_like(text: str) -> dict[tuple[int, int], str]:
    """Return keys with the same first letters, by taxon and a number of their own."""
    rows: dict[tuple[int, int], str] = {}
    alike = NameKey.objects.filter(starting_with("key", text[:_BEGINNING]))
    for tier in NameKey.Tier.values:
        found = alike.filter(tier=tier).order_by("key").values_list("pk", "taxon_id", "key")
        rows |= {(taxon, pk): key for pk, taxon, key in found[:_COMPARED]}
    return rows
