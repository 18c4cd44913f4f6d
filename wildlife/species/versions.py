"""A taxon and its facts as they were: who changed what and why, and the way back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

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

FACTS: tuple[type[models.Model], ...] = (
    CommonName,
    ConservationAssessment,
    TaxonHabitat,
    Range,
    Trait,
    TaxonIdentifier,
    LookAlike,
)
"""All that is said of a taxon in rows of its own, each with a foreign key `taxon`."""

_AT_ONCE = timedelta(seconds=5)
"""What one person changed for one reason within this time was one act."""

_Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a row, in words; "" is nothing."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What happened, or would happen, to one row; `key` names the row among those of its taxon."""

    key: str
    what: str
    kind: str
    """added, changed or removed"""
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Version:
    """What one person did to a taxon and its facts at once, and why."""

    began: datetime
    ended: datetime
    who: str
    why: str
    edits: list[Edit] = field(default_factory=list)


def timeline(taxon: Taxon) -> list[Version]:
    """Return all that people did to a taxon and its facts, the newest first."""
    past = _Past(taxon)
    found: list[Version] = []
    for moment, record, edit in past.edits():
        who = record.history_user.get_username() if record.history_user else ""
        why = record.history_change_reason or ""
        last = found[-1] if found else None
        if last and (last.who, last.why) == (who, why) and moment - last.ended <= _AT_ONCE:
            last.edits.append(edit)
            last.ended = moment
        else:
            found.append(Version(moment, moment, who, why, [edit]))
    return found[::-1]


def difference(taxon: Taxon, before: datetime) -> list[Edit]:
    """Return what would have to happen so that all is as it was just before a moment.

    Facts that came from another taxon since, by a merge, are not among it.
    """
    past = _Past(taxon)
    return [past.edit(row, now, then) for row, now, then in past.steps_back(before)]


@transaction.atomic
def restore(
    taxon: Taxon, before: datetime, keys: Collection[str], *, by: User | None, reason: str
) -> int:
    """Make rows of a taxon (their `Edit.key`) what they were just before a moment; count them.

    A former name comes back by `moves.rename`, a former place by `moves.move`. Raises
    ValidationError with a sentence where what was no longer fits to what is, and changes nothing.
    """
    past = _Past(taxon)
    steps = [step for step in past.steps_back(before) if step[0] in keys]
    # What goes makes room for what comes, and a preferred name for another one.
    steps.sort(key=lambda step: (step[2] is not None, bool((step[2] or {}).get("preferred"))))
    for key, now, then in steps:
        if key == past.own:
            _restore_taxon(taxon, then or {}, by, reason)
        else:
            _restore_fact(past.model(key), key, now, then, by, reason)
    index.refresh([taxon.pk])
    return len(steps)


def _restore_taxon(taxon: Taxon, then: _Values, by: User | None, reason: str) -> None:
    if then["scientific_name"] != taxon.scientific_name:
        moves.rename(taxon, then["scientific_name"], by=by, reason=reason)
    if then["accepted_id"] is None and taxon.accepted_id is None:
        parent = Taxon.objects.filter(pk=then["parent_id"]).first()
        if then["parent_id"] is not None and parent is None:
            raise ValidationError(
                _("The taxon that %(taxon)s was a part of is gone.") % {"taxon": taxon}
            )
        moves.move(taxon, parent, by=by, reason=reason)
    rest = {name: value for name, value in then.items() if getattr(taxon, name) != value}
    if rest:
        _set(taxon, rest)
        taxon.full_clean()
        tracked.save(taxon, by=by, reason=reason)


def _restore_fact(
    model: type[models.Model],
    key: str,
    now: _Values | None,
    then: _Values | None,
    by: User | None,
    reason: str,
) -> None:
    pk = int(key.partition("-")[2])
    row = model(pk=pk) if now is None else model._default_manager.get(pk=pk)
    if then is None:
        tracked.delete(row, by=by, reason=reason)
        return
    _set(row, then)
    try:
        row.full_clean()
    except ValidationError as error:
        what = f"{_named(model)} {row}"
        raise ValidationError(f"{what}: {' '.join(error.messages)}") from error
    tracked.save(row, by=by, reason=reason)


def _set(row: models.Model, values: _Values) -> None:
    for name, value in values.items():
        setattr(row, name, value)


class _Past:
    """The records of a taxon and of all facts that were ever said of it, oldest first."""

    def __init__(self, taxon: Taxon) -> None:
        self._taxon = taxon
        models_here: tuple[type[models.Model], ...] = (Taxon, *FACTS)
        self._models = {_slug(model): model for model in models_here}
        self.own = _key(Taxon, taxon.pk)
        self._records: dict[str, list[Any]] = {}
        for model in self._models.values():
            for record in self._load(model):
                self._records.setdefault(_key(model, record.id), []).append(record)
        self._words = _Words(record for rows in self._records.values() for record in rows)

    def _load(self, model: type[models.Model]) -> Iterable[Any]:
        history = model.history  # type: ignore[attr-defined]
        mine = {"id": self._taxon.pk}
        if model is not Taxon:
            mine = {"id__in": history.filter(taxon_id=self._taxon.pk).values("id")}
        records = history.filter(**mine).select_related("history_user")
        return records.order_by("history_date", "history_id")

    def model(self, key: str) -> type[models.Model]:
        return self._models[key.partition("-")[0]]

    def edits(self) -> list[tuple[datetime, Any, Edit]]:
        """Return what was done to each row while it was the taxon's, the oldest first."""
        found = []
        for key, records in self._records.items():
            before: _Values | None = None
            for record in records:
                after = None if record.history_type == "-" else self._values(key, record)
                last = self._values(key, record) if before is None and after is None else before
                if record.history_date > tracked.BEFORE and self._mine(key, after, last):
                    edit = self.edit(key, last, after)
                    if edit.changes or edit.kind != "changed":
                        found.append((record.history_date, record, edit))
                before = after
        return sorted(found, key=lambda one: (one[0], one[1].history_id))

    def steps_back(self, before: datetime) -> list[tuple[str, _Values | None, _Values | None]]:
        """Return rows that differ from what they were before a moment: now, and then."""
        steps = []
        present = self._present()
        for key, records in self._records.items():
            known, then = self._at(key, records, before)
            now = present.get(key)
            if not known or now == then or (key == self.own and then is None):
                continue
            if all(self._mine(key, side) for side in (now, then) if side):
                steps.append((key, now, then))
        return steps

    def _at(self, key: str, records: list[Any], before: datetime) -> tuple[bool, _Values | None]:
        """Return whether it is known what a row was just before a moment, and what it was."""
        then: _Values | None = None
        for record in records:
            if record.history_date >= before:
                break
            then = None if record.history_type == "-" else self._values(key, record)
        first = records[0]
        if first.history_date < before or first.history_type == "+":
            return True, then
        # Written without a note of what was there before; a row that was deleted says it itself.
        return first.history_type == "-", self._values(key, first)

    def _present(self) -> dict[str, _Values]:
        """Return the rows as they stand in the tables: not all that writes them keeps a history."""
        found = {}
        for slug, model in self._models.items():
            keys = [key for key in self._records if key.startswith(f"{slug}-")]
            ids = [int(key.partition("-")[2]) for key in keys]
            for row in model._default_manager.filter(pk__in=ids):
                key = _key(model, row.pk)
                found[key] = self._values(key, row)
        return found

    def _values(self, key: str, row: Any) -> _Values:
        names = [one.attname for one in self._tracked(key)]
        return {name: getattr(row, name) for name in names if name != "id"}

    def _tracked(self, key: str) -> list[Any]:
        return list(self.model(key).history.model.tracked_fields)  # type: ignore[attr-defined]

    def _mine(self, key: str, *sides: _Values | None) -> bool:
        if key == self.own:
            return True
        return any(side is not None and side["taxon_id"] == self._taxon.pk for side in sides)

    def edit(self, key: str, old: _Values | None, new: _Values | None) -> Edit:
        """Say in words what leads from one state of a row to another; None: it is not there."""
        kind = "added" if old is None else "removed" if new is None else "changed"
        changes = []
        for one in self._tracked(key):
            name = one.attname
            if name == "id" or (name == "taxon_id" and (old is None or new is None)):
                continue
            words = [self._words(one, side[name]) if side else "" for side in (old, new)]
            if words[0] != words[1]:
                changes.append(Change(str(one.verbose_name).capitalize(), *words))
        return Edit(key, _named(self.model(key)), kind, tuple(changes))


class _Words:
    """What values of fields are for people; what foreign keys point to is fetched all at once."""

    def __init__(self, records: Iterable[Any]) -> None:
        wanted: dict[type[models.Model], set[int]] = {}
        for record in records:
            for one in record.tracked_fields:
                pk = getattr(record, one.attname)
                if one.is_relation and pk is not None:
                    wanted.setdefault(one.related_model, set()).add(pk)
        self._rows = {
            model: model._default_manager.in_bulk(list(ids)) for model, ids in wanted.items()
        }

    def __call__(self, one: Any, value: Any) -> str:
        if value is None or value == "":
            return ""
        if one.is_relation:
            row = self._rows.get(one.related_model, {}).get(value)
            gone = _("%(what)s %(key)s, which is gone") % {"what": one.verbose_name, "key": value}
            return str(row) if row else gone
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(dict(one.flatchoices).get(value, value))


def _slug(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def _key(model: type[models.Model], pk: int) -> str:
    return f"{_slug(model)}-{pk}"


def _named(model: type[models.Model]) -> str:
    """Return what a model is for people who look at a taxon: its habitat, not a taxon habitat."""
    return str(model._meta.verbose_name).removeprefix("taxon ").capitalize()
