"""What is kept beside the taxa so that they are found quickly: their paths and their name keys.

Both are made from the taxa and their names alone, so making them again is always right.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, cast

from django.db import connection, transaction
from django.db.models import Q

from wildlife.species.models import CommonName, NameKey, Taxon
from wildlife.species.names import keys
from wildlife.species.paths import DEEPEST, code, ids_in

Tier = NameKey.Tier
_SCIENTIFIC = (Tier.SCIENTIFIC, Tier.OBSCURE)
_SCIENTIFIC_TIERS = {
    True: (Tier.SCIENTIFIC, Tier.SCIENTIFIC_WORD),
    False: (Tier.OBSCURE, Tier.OBSCURE_WORD),
}
"""Of whole names and of their later words, by whether the taxon has a common name."""

_BATCH = 2000
_Item = TypeVar("_Item")
_Key = tuple[str, str, bool, int]
"""Key, language, whether it is a whole name, and its tier."""


@transaction.atomic
def refresh(taxon_ids: Iterable[int] | None = None) -> None:
    """Bring paths and name keys up to date: of these taxa and what hangs below them, or of all.

    To be called after taxa, synonyms or common names were written or removed. Of a synonym that
    was removed or renamed, and of a name that moved, name the taxon that it led to before. Ids
    that are gone do no harm. Raises ValueError where the tree runs in a circle.
    """
    if taxon_ids is None:
        _write_below(_write_tops(Q(parent=None), frozenset()).items())
        for ids in _all_ids():
            _refresh_keys(ids)
        return
    asked = frozenset(taxon_ids)
    for batch in _batches(list(asked)):
        moved = _write_tops(Q(pk__in=batch), asked, only_moved=True)
        _write_below(moved.items())
        _refresh_keys(_led_to(batch))


def is_made() -> bool:
    """Whether there is an index at all: there is none right after an update brought it anew."""
    return NameKey.objects.exists() or not Taxon.objects.exists()


# --- Paths ------------------------------------------------------------------------------------


def _write_tops(which: Q, asked: frozenset[int], *, only_moved: bool = False) -> dict[int, str]:
    """Write the paths of the upper ends of subtrees; return those to go on from, by their ids.

    Taxa of `asked` that are reached from another one are left to it: the path of the one above,
    which theirs is made of, may be old.
    """
    columns = ("pk", "path", "parent_id", "parent__path", "accepted_id")
    stored: dict[int, str] = {}
    tops: dict[int, str] = {}
    for pk, path, parent, above, accepted in Taxon.objects.filter(which).values_list(*columns):
        stored[pk] = path
        if accepted is not None:
            tops[pk] = ""
        elif parent is None or above:
            tops[pk] = (above or "") + code(pk)
        elif parent not in asked:
            tops[pk] = _climb(parent) + code(pk)
    if only_moved:
        moved = {pk for pk, path in tops.items() if path != stored[pk]}
        tops = {pk: tops[pk] for pk in moved if moved.isdisjoint({*ids_in(tops[pk])} - {pk})}
    _write([(path, pk) for pk, path in tops.items() if path != stored[pk]])
    return {pk: path for pk, path in tops.items() if path}


def _climb(pk: int) -> str:
    """Return the path of a taxon from its parents alone, for want of a stored one."""
    path = ""
    above: int | None = pk
    while above is not None:
        path = code(above) + path
        if len(path) > DEEPEST * len(code(0)):
            raise ValueError(f"the lineage of the taxon {pk} runs in a circle")
        above = Taxon.objects.values_list("parent_id", flat=True).get(pk=above)
    return path


def _write_below(tops: Iterable[tuple[int, str]]) -> None:
    """Write the paths of all that hangs below taxa with these, some thousand at a time.

    The branches that wait lie on a stack, the deepest on top: it never holds a whole generation.
    """
    waiting = [dict(batch) for batch in _batches(list(tops))]
    while waiting:
        above = waiting.pop()
        if len(next(iter(above.values()))) >= DEEPEST * len(code(0)):
            raise ValueError(f"the tree runs in a circle at the taxa {sorted(above)[:5]}")
        below, changed = [], []
        children = Taxon.objects.filter(parent_id__in=above).order_by()
        for pk, stored, parent in children.values_list("pk", "path", "parent_id"):
            path = above[parent] + code(pk)
            below.append((pk, path))
            if path != stored:
                changed.append((path, pk))
        _write(changed)
        waiting += [dict(batch) for batch in _batches(below)]


def _write(paths: Sequence[tuple[str, int]]) -> None:
    """Set paths by id. Django's own bulk update takes many times as long."""
    if paths:
        table = connection.ops.quote_name(Taxon._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET path = %s WHERE id = %s", paths)  # noqa: S608


# --- Name keys --------------------------------------------------------------------------------


def _led_to(ids: Sequence[int]) -> list[int]:
    """Return taxa, those that they are synonyms of, and those that their names led to so far."""
    rows = list(Taxon.objects.filter(pk__in=ids).values_list("accepted_id", "scientific_name"))
    accepted = {pk for pk, _ in rows if pk is not None}
    names = [next(keys(name), ("", True))[0] for _, name in rows]
    led = NameKey.objects.filter(tier__in=_SCIENTIFIC, key__in=names)
    return list({*ids, *accepted, *led.values_list("taxon_id", flat=True)})


def _refresh_keys(ids: Sequence[int]) -> None:
    """Make the name keys of some taxa; rows that are right already stay."""
    wanted = _wanted(ids)
    stale = []
    rows = NameKey.objects.filter(taxon_id__in=ids).order_by()
    for pk, taxon, *stored in rows.values_list(
        "pk", "taxon_id", "key", "language", "whole", "tier"
    ):
        here = wanted.get(taxon, set())
        key = cast(_Key, tuple(stored))
        if key in here:
            here.remove(key)
        else:
            stale.append(pk)
    NameKey.objects.filter(pk__in=stale).delete()
    NameKey.objects.bulk_create(
        (
            NameKey(taxon_id=taxon, key=key, language=language, whole=whole, tier=tier)
            for taxon, missing in wanted.items()
            for key, language, whole, tier in sorted(missing)
        ),
        batch_size=_BATCH,
    )


def _wanted(ids: Sequence[int]) -> dict[int, set[_Key]]:
    """Return the keys that each accepted one of some taxa should have."""
    accepted = Taxon.objects.filter(pk__in=ids, accepted=None).order_by()
    wanted: dict[int, set[_Key]] = {pk: set() for pk in accepted.values_list("pk", flat=True)}
    spoken = CommonName.objects.filter(taxon_id__in=wanted).order_by()
    for pk, name, language in spoken.values_list("taxon_id", "name", "language"):
        wanted[pk].update(_keys(name, language, Tier.COMMON, Tier.COMMON_WORD))
    called = {pk for pk, found in wanted.items() if found}
    named = Taxon.objects.filter(Q(pk__in=wanted) | Q(accepted_id__in=wanted)).order_by()
    for pk, leads_to, name in named.values_list("pk", "accepted_id", "scientific_name"):
        taxon = leads_to or pk
        tiers = _SCIENTIFIC_TIERS[taxon in called]
        wanted[taxon].update(_keys(name, "", *tiers))
    return wanted


def _keys(name: str, language: str, tier: int, tier_of_words: int) -> Iterator[_Key]:
    for key, whole in keys(name):
        yield key, language, whole, int(tier if whole else tier_of_words)


# --- Portions ---------------------------------------------------------------------------------


def _all_ids() -> Iterator[list[int]]:
    last = 0
    ids = Taxon.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(ids.filter(pk__gt=last)[:_BATCH]):
        yield batch
        last = batch[-1]


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
