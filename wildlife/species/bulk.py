"""Saying the same of many taxa at once, after a look at what that would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wildlife.species import moves, tracked
from wildlife.species.countries import country_name
from wildlife.species.habitats import habitat_name
from wildlife.species.models import Habitat, Range, Source, Taxon, TaxonHabitat

MOST = 500
"""So many taxa may be edited at once: a person should be able to read what changes."""


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What to say of each taxon; None or "" leaves things as they are."""

    sensitive: bool | None = None
    domesticated: bool | None = None
    parent: Taxon | None = None
    habitat: Habitat | None = None
    suitability: str = TaxonHabitat.Suitability.SUITABLE
    country: str = ""
    presence: str = Range.Presence.NATIVE
    source: Source | None = None

    @property
    def says_nothing(self) -> bool:
        flags = (self.sensitive, self.domesticated)
        return flags == (None, None) and not (self.parent or self.habitat or self.country)


@dataclass(frozen=True, slots=True)
class Step:
    """What the edit changes of one taxon, in words, or why it leaves the taxon alone."""

    taxon: Taxon
    changes: tuple[str, ...]
    problem: str = ""


def plan(taxa: Sequence[Taxon], edit: BulkEdit) -> list[Step]:
    """Return a step for each taxon, in the same order, without changing anything."""
    habitats, ranges = _known(taxa, edit)
    return [_step(taxon, edit, habitats.get(taxon.pk), ranges.get(taxon.pk)) for taxon in taxa]


@transaction.atomic
def apply(taxa: Sequence[Taxon], edit: BulkEdit, *, by: User | None, reason: str) -> int:
    """Do what `plan` says; return how many taxa changed. Those with a problem stay as they are."""
    habitats, ranges = _known(taxa, edit)
    changed = 0
    for taxon in taxa:
        habitat, place = habitats.get(taxon.pk), ranges.get(taxon.pk)
        step = _step(taxon, edit, habitat, place)
        if step.problem or not step.changes:
            continue
        changed += 1
        if edit.parent is not None:
            moves.move(taxon, edit.parent, by=by, reason=reason)
        if _set_flags(taxon, edit):
            tracked.save(taxon, by=by, reason=reason)
        if edit.habitat is not None and _differs(habitat, "suitability", edit.suitability):
            habitat = habitat or TaxonHabitat(taxon=taxon, habitat=edit.habitat)
            habitat.suitability, habitat.source = edit.suitability, edit.source
            tracked.save(habitat, by=by, reason=reason)
        if edit.country and _differs(place, "presence", edit.presence):
            place = place or Range(taxon=taxon, country=edit.country)
            place.presence, place.source = edit.presence, edit.source
            tracked.save(place, by=by, reason=reason)
    return changed


def _known(
    taxa: Sequence[Taxon], edit: BulkEdit
) -> tuple[dict[int, TaxonHabitat], dict[int, Range]]:
    """Return what is said already of the habitat and the country, by the taxon's id."""
    habitats = TaxonHabitat.objects.filter(taxon__in=taxa, habitat=edit.habitat)
    ranges = Range.objects.filter(taxon__in=taxa, country=edit.country, region="")
    return (
        {row.taxon_id: row for row in habitats} if edit.habitat else {},
        {row.taxon_id: row for row in ranges} if edit.country else {},
    )


def _step(taxon: Taxon, edit: BulkEdit, habitat: TaxonHabitat | None, place: Range | None) -> Step:
    if taxon.accepted_id is not None:
        return Step(taxon, (), _("It is a synonym of %(of)s.") % {"of": taxon.accepted})
    changes = []
    for name in ("sensitive", "domesticated"):
        wanted = getattr(edit, name)
        if wanted is not None and wanted != getattr(taxon, name):
            changes.append(f"{_(name)}: {_('yes') if wanted else _('no')}")
    if edit.parent is not None and taxon.parent_id != edit.parent.pk:
        if problem := _misfit(taxon, edit.parent):
            return Step(taxon, (), problem)
        changes.append(
            _("belongs to: %(old)s → %(new)s")
            % {"old": taxon.parent or _("nothing"), "new": edit.parent}
        )
    if edit.habitat is not None and _differs(habitat, "suitability", edit.suitability):
        old = f"{habitat.get_suitability_display()} → " if habitat else ""
        new = TaxonHabitat.Suitability(edit.suitability).label
        changes.append(
            _("habitat %(habitat)s: %(change)s")
            % {"habitat": habitat_name(edit.habitat.name), "change": f"{old}{new}".lower()}
        )
    if edit.country and _differs(place, "presence", edit.presence):
        old = f"{place.get_presence_display()} → " if place else ""
        new = Range.Presence(edit.presence).label
        changes.append(
            _("range %(country)s: %(change)s")
            % {
                "country": country_name(edit.country, get_language() or "en"),
                "change": f"{old}{new}".lower(),
            }
        )
    return Step(taxon, tuple(changes))


def _differs(row: object | None, name: str, wanted: str) -> bool:
    return row is None or getattr(row, name) != wanted


def _misfit(taxon: Taxon, parent: Taxon) -> str:
    """Say why a taxon cannot belong to another, "" where it can."""
    trial = Taxon(pk=taxon.pk, rank=taxon.rank, parent=parent)
    try:
        trial.clean()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _set_flags(taxon: Taxon, edit: BulkEdit) -> bool:
    changed = False
    for name in ("sensitive", "domesticated"):
        wanted = getattr(edit, name)
        if wanted is not None and wanted != getattr(taxon, name):
            setattr(taxon, name, wanted)
            changed = True
    return changed
