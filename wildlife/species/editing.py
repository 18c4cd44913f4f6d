"""Making, changing and removing taxa with their facts, each in one transaction.

All functions write who did it and why into the history, keep the index right, and raise
ValidationError, by field, where the tree would break or a fact is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pipelines.taxonomy import RANKS
from wildlife.species import index, moves, tracked
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    LookAlike,
    Range,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)
from wildlife.species.paths import ancestors


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: its rows, and the columns that tell two of one taxon apart."""

    model: Any
    key: tuple[str, ...]


FACTS: Mapping[str, Kind] = {
    "common_names": Kind(CommonName, ("language", "name")),
    "assessments": Kind(ConservationAssessment, ("authority", "country", "year")),
    "habitats": Kind(TaxonHabitat, ("habitat",)),
    "ranges": Kind(Range, ("country", "region")),
    "traits": Kind(Trait, ("kind",)),
    "identifiers": Kind(TaxonIdentifier, ("authority", "value")),
    "look_alikes": Kind(LookAlike, ("other",)),
}
"""The facts of a taxon by the name of their relation."""


@transaction.atomic
def create(values: Mapping[str, Any], *, by: User | None, reason: str) -> Taxon:
    """Make a taxon of its columns and lists of facts; without a slug it gets one of its name."""
    own, facts = _divided(values)
    _lock(own.get("parent"), own.get("accepted"))
    taxon = Taxon(**own)
    taxon.slug = taxon.slug or slugify(taxon.scientific_name)
    taxon.full_clean()
    tracked.save(taxon, by=by, reason=reason)
    for relation, rows in facts.items():
        _replace(taxon, relation, rows, by=by, reason=reason)
    index.refresh([taxon.pk])
    taxon.refresh_from_db()
    return taxon


@transaction.atomic
def change(taxon: Taxon, values: Mapping[str, Any], *, by: User | None, reason: str) -> None:
    """Change columns of a taxon, and replace lists of its facts.

    A former scientific name stays as a synonym, and one that becomes the synonym of another taxon
    hands over to it what it has, as `moves` does it.
    """
    own, facts = _divided(values)
    name, accepted = own.pop("scientific_name", None), own.pop("accepted", taxon.accepted)
    _lock(taxon, own.get("parent"))
    led_to = taxon.accepted_id
    if name is not None:
        moves.rename(taxon, name, by=by, reason=reason)
    if accepted is not None:
        moves.become_synonym(taxon, accepted, by=by, reason=reason)
    elif led_to is not None:
        own["accepted"] = None
    changed = {field for field, value in own.items() if getattr(taxon, field) != value}
    for field in changed:
        setattr(taxon, field, own[field])
    if changed:
        taxon.full_clean()
        if "rank" in changed:
            _check_ranks_below(taxon)
        tracked.save(taxon, by=by, reason=reason)
    for relation, rows in facts.items():
        _replace(taxon, relation, rows, by=by, reason=reason)
    index.refresh([taxon.pk, *([led_to] if led_to else [])])
    taxon.refresh_from_db()


@transaction.atomic
def remove(taxon: Taxon, *, by: User | None, reason: str) -> None:
    """Delete a taxon with its synonyms and facts.

    Raises django.db.models.ProtectedError where taxa hang below it or photos were identified as it.
    """
    led_to = taxon.accepted_id
    tracked.delete(taxon, by=by, reason=reason)
    if led_to:
        index.refresh([led_to])


def _divided(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    own = {name: value for name, value in values.items() if name not in FACTS}
    return own, {name: value for name, value in values.items() if name in FACTS}


def _lock(*taxa: Taxon | None) -> None:
    """Keep others from changing these and what is above them, so that no circle is closed."""
    given = [taxon for taxon in taxa if taxon is not None and taxon.pk]
    line = {pk for taxon in given for pk in (taxon.pk, *ancestors(taxon))}
    list(Taxon.objects.select_for_update().filter(pk__in=line).order_by("pk").values_list("pk"))


def _check_ranks_below(taxon: Taxon) -> None:
    ranks = set(taxon.children.values_list("rank", flat=True))
    if any(RANKS.index(rank) <= RANKS.index(taxon.rank) for rank in ranks):
        raise ValidationError({"rank": _("Taxa of this rank or above hang below this one.")})


def _replace(
    taxon: Taxon,
    relation: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: User | None,
    reason: str,
) -> None:
    """Make the facts of one kind those that `rows` tell; what is there already stays untouched."""
    kind = FACTS[relation]
    blank = {part: _default(kind.model, part) for part in kind.key}
    wanted = {tuple({**blank, **row}[part] for part in kind.key): row for row in rows}
    if len(wanted) < len(rows):
        raise ValidationError({relation: _("The same is said twice.")})
    facts = list(kind.model.objects.filter(taxon=taxon))
    stored = {tuple(getattr(row, part) for part in kind.key): row for row in facts}
    if relation == "look_alikes":
        # Said of the other taxon, it holds for this one just as well.
        stored = {(row.taxon,): row for row in taxon.looks_like.all()} | stored
    for key in stored.keys() - wanted.keys():
        tracked.delete(stored[key], by=by, reason=reason)
    # A name is preferred only after the one before it is no longer.
    for key, values in sorted(wanted.items(), key=lambda item: bool(item[1].get("preferred"))):
        row = stored.get(key) or kind.model(taxon=taxon)
        told = {name: value for name, value in values.items() if name not in kind.key}
        if row.pk is not None and all(getattr(row, name) == told[name] for name in told):
            continue
        for name, value in (told if row.pk else values).items():
            setattr(row, name, value)
        _check(row, relation)
        tracked.save(row, by=by, reason=reason)


def _default(model: Any, column: str) -> Any:
    return model._meta.get_field(column).get_default()


def _check(row: models.Model, relation: str) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise ValidationError({relation: error.messages}) from error
