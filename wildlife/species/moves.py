"""Renaming, moving and merging taxa so that nothing that points at them is lost.

A taxon keeps its slug through all of it: votes, answers and addresses that carry the slug stay
right. A name that is no longer used stays as a synonym, a row that leads to the accepted taxon.

Each function works in one transaction, takes the rows' newest state from the database (also into
the objects it was given), writes who did it and why into the history, and raises ValidationError
with a sentence where the tree would break. A reason is cut to the room that the history has.
"""

from collections.abc import Iterable
from itertools import count

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wildlife.species import index
from wildlife.species.following import follow
from wildlife.species.models import Taxon
from wildlife.species.tracked import save


@transaction.atomic
def rename(taxon: Taxon, name: str, *, by: User | None, reason: str) -> None:
    """Give a taxon another scientific name; the old one becomes a synonym of it.

    Where the new name was a synonym of the taxon, the two change places. Does nothing where the
    taxon has that name already.
    """
    _lock(taxon)
    name = " ".join(name.split())
    former = taxon.scientific_name
    if name == former:
        return
    bearers = list(Taxon.objects.filter(scientific_name=name).exclude(pk=taxon.pk))
    for bearer in bearers:
        if bearer.accepted_id is None:
            raise ValidationError(
                _("%(name)s is the name of another taxon: merge the two instead.") % {"name": name}
            )
        if bearer.accepted_id != taxon.pk:
            raise ValidationError(
                _("%(taxon)s is a synonym of %(of)s.") % {"taxon": name, "of": bearer.accepted}
            )
    taxon.scientific_name = name
    taxon.full_clean()
    save(taxon, by=by, reason=reason)
    if taxon.accepted_id is None:
        synonym = bearers[0] if bearers else Taxon(slug=_free_slug(former), rank=taxon.rank)
        synonym.scientific_name = former
        synonym.accepted = taxon
        synonym.full_clean()
        save(synonym, by=by, reason=reason)
    _refresh(taxon)


@transaction.atomic
def move(taxon: Taxon, parent: Taxon | None, *, by: User | None, reason: str) -> None:
    """Hang a taxon, with all below it, under another parent, or under none."""
    _lock(taxon, parent)
    if taxon.parent_id == (parent.pk if parent else None):
        return
    taxon.parent = parent
    _check(taxon)
    save(taxon, by=by, reason=reason)
    _refresh(taxon)


@transaction.atomic
def become_synonym(taxon: Taxon, of: Taxon, *, by: User | None, reason: str) -> None:
    """Make a taxon's name a synonym of another: it is merged into that one.

    A name that is a synonym already leads to `of` from now on.
    """
    _lock(taxon, of)
    if taxon.accepted_id is None:
        merge(of, taxon, by=by, reason=reason)
    elif taxon.accepted_id != of.pk:
        before = taxon.accepted_id
        taxon.accepted = of
        _check(taxon)
        save(taxon, by=by, reason=reason)
        _refresh(taxon, also=[before])


@transaction.atomic
def merge(keep: Taxon, other: Taxon, *, by: User | None, reason: str) -> None:
    """Make one taxon of two: `other` becomes a synonym of `keep`.

    What hangs below it, its synonyms, names, identifiers and all that points at it goes over to
    `keep`. Where both say something of the same thing, what `keep` says stays.
    """
    _lock(keep, other)
    _check_pair(keep, other)
    children = list(other.children.select_for_update())
    for child in children:
        child.parent = keep
        _check(child)
        save(child, by=by, reason=reason)
    for synonym in other.synonyms.select_for_update():
        synonym.accepted = keep
        save(synonym, by=by, reason=reason)
    follow(other, keep, by=by, reason=reason)
    _take_over(keep, other, by=by, reason=reason)
    other.parent, other.accepted = None, keep
    _check(other)
    save(other, by=by, reason=reason)
    _refresh(keep, other, also=[child.pk for child in children])


def _lock(*taxa: Taxon | None) -> None:
    """Keep others from changing these taxa and all above them until the transaction ends."""
    given = [taxon for taxon in taxa if taxon is not None]
    line: set[int] = set()
    above = {taxon.pk for taxon in given}
    while above - line:
        line |= above
        parents = Taxon.objects.filter(pk__in=above, parent__isnull=False)
        above = set(parents.values_list("parent_id", flat=True))
    rows: models.QuerySet[Taxon] = Taxon.objects.select_for_update().filter(pk__in=line)
    # In the order of their ids, so that two moves at once wait for each other and do not lock up.
    list(rows.order_by("pk").values_list("pk"))
    for taxon in given:
        taxon.refresh_from_db()


def _refresh(*taxa: Taxon, also: Iterable[int] = ()) -> None:
    """Bring the index up to date, and the paths of the objects at hand."""
    index.refresh([*(taxon.pk for taxon in taxa), *also])
    for taxon in taxa:
        taxon.refresh_from_db(fields=["path"])


def _check(taxon: Taxon) -> None:
    """Raise ValidationError, with the taxon's name in the sentence, where it does not fit in."""
    try:
        taxon.full_clean()
    except ValidationError as error:
        raise ValidationError(f"{taxon}: {' '.join(error.messages)}") from error


def _check_pair(keep: Taxon, other: Taxon) -> None:
    if keep.pk == other.pk:
        raise ValidationError(_("%(taxon)s cannot be merged with itself.") % {"taxon": keep})
    for taxon in (keep, other):
        if taxon.accepted_id is not None:
            raise ValidationError(
                _("%(taxon)s is a synonym of %(of)s: choose that one.")
                % {"taxon": taxon, "of": taxon.accepted}
            )
    above = keep.parent
    while above is not None:
        if above.pk == other.pk:
            raise ValidationError(
                _("%(taxon)s hangs below %(other)s, so it cannot take its place.")
                % {"taxon": keep, "other": other}
            )
        above = above.parent


def _take_over(keep: Taxon, other: Taxon, *, by: User | None, reason: str) -> None:
    """Give `keep` the description that only `other` has, and its flag: blurring is the safe side.

    The synonym is left without either.
    """
    gains = False
    if other.description and not keep.description:
        keep.description, keep.description_source = other.description, other.description_source
        gains = True
    if other.sensitive and not keep.sensitive:
        keep.sensitive = gains = True
    if gains:
        save(keep, by=by, reason=reason)
    other.description, other.description_source, other.sensitive = "", None, False


def _free_slug(name: str) -> str:
    """Return a slug for a name; that of the name itself often belongs to the renamed taxon."""
    longest = Taxon._meta.get_field("slug").max_length or 120
    stem = (slugify(name) or "taxon")[: longest - 5]
    taken = set(Taxon.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(
        slug
        for number in count(1)
        if (slug := stem if number == 1 else f"{stem}-{number}") not in taken
    )
