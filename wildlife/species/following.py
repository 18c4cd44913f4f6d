"""Letting all that points at one taxon point at another.

What points at a taxon is asked of the models themselves, so that tables of other applications are
found without being known here.
"""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from simple_history.models import HistoricalChanges

from wildlife.species.models import CommonName, LookAlike, NameKey, Taxon
from wildlife.species.tracked import delete, save


def follow(other: Taxon, keep: Taxon, *, by: User | None, reason: str) -> None:
    """Point all rows at `keep` that point at `other`, but for taxa and for what is history.

    A row that would say of `keep` what is said already is deleted. To be called in a transaction.
    """
    for model, field in _pointers():
        rows = model._default_manager.filter(**{field.name: other})
        if _may_clash(model, field) or hasattr(model, "history"):
            for row in rows:
                setattr(row, field.name, keep)
                _settle(row, keep, by, reason)
        else:
            rows.update(**{field.name: keep})


def _pointers() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Yield the foreign keys to taxa, also those that go without a name on the taxon's side."""
    for relation in Taxon._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model = relation.related_model
        # Name keys are made again; taxa have rules of their own.
        if model not in (Taxon, NameKey) and not issubclass(model, HistoricalChanges):
            yield model, relation.field


def _may_clash(model: type[models.Model], field: models.Field) -> bool:
    """Tell whether a rule of the model speaks of this field; else all rows are moved at once."""
    named = {name for rule in model._meta.constraints for name in _fields_of(rule)}
    named.update(*model._meta.unique_together)
    return field.unique or field.name in named


def _fields_of(rule: models.BaseConstraint) -> set[str]:
    """Return the fields that a check or a unique constraint speaks of."""
    condition = getattr(rule, "condition", None)
    named: set[str] = condition.referenced_base_fields if condition else set()
    return named | set(getattr(rule, "fields", ()))


def _settle(row: models.Model, keep: Taxon, by: User | None, reason: str) -> None:
    """Save a row that points at `keep` now, or delete it where it says nothing new."""
    if isinstance(row, CommonName) and row.preferred:
        preferred = keep.common_names.filter(language=row.language, preferred=True)
        row.preferred = not preferred.exists()
    if _is_new(row):
        save(row, by=by, reason=reason)
    else:
        delete(row, by=by, reason=reason)


def _is_new(row: models.Model) -> bool:
    if isinstance(row, LookAlike):
        turned = LookAlike.objects.filter(taxon=row.other_id, other=row.taxon_id)
        if turned.exclude(pk=row.pk).exists():
            return False
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError:
        return False
    return True
