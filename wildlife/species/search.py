"""Find taxa by the beginning of any of their names, while somebody types."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Length

from wildlife.species.models import CommonName, NameKey, Taxon
from wildlife.species.names import LONGEST_KEY, fold, keys
from wildlife.species.paths import starting_with

_KEYS_PER_TAXON = 4
"""More rows are asked for than taxa, for several names of one taxon may begin alike."""

_FEW_BEGIN_ALIKE = 4
"""From so many letters on, all names that begin with them are few enough to be put in order."""

_MOST_RANKED = 2000
"""So many names of a tier that begin with a letter or two are put in order."""

_Hit = tuple[int, str, str]
"""A taxon's id, the key that was found and its language."""


@dataclass(frozen=True, slots=True)
class Found:
    """An accepted taxon that was searched for.

    `common_name` is the preferred one in the reader's language, else in English, else "".
    `matched` is the name that begins, or of which a word begins, with what was typed;
    `is_synonym` says that it is a scientific name that is no longer used.
    """

    taxon_id: int
    slug: str
    scientific_name: str
    common_name: str
    rank: str
    matched: str
    is_synonym: bool


def search(
    text: str,
    *,
    language: str = "en",
    limit: int = 20,
    within: Taxon | None = None,
    among: "QuerySet[Taxon] | None" = None,
) -> list[Found]:
    """Return the accepted taxa with a name, in any language, that begins like `text`.

    A name that is or ends in `text` comes before others, a whole one first; then taxa that people
    have a word for before others, whole names before words in their middle, the reader's language
    before others, and short names before long ones.
    `within` keeps to a taxon and what is below it, `among` to any taxa.
    """
    typed = fold(text)[:LONGEST_KEY]
    rows = NameKey.objects.all()
    if within is not None:
        if not within.path:
            return []
        rows = rows.filter(starting_with("taxon__path", within.path))
    if among is not None:
        rows = rows.filter(taxon__in=among.order_by().values("pk"))
    if not typed or limit < 1:
        return []
    hits: dict[int, _Hit] = {}
    # Who may be among the found is worked out once, not again for every tier.
    few = len(typed) >= _FEW_BEGIN_ALIKE or among is not None
    for hit in _hits(rows, typed, languages_for(language), limit * _KEYS_PER_TAXON, few=few):
        hits.setdefault(hit[0], hit)
        if len(hits) == limit:
            break
    return _told(list(hits.values()), languages_for(language))


def languages_for(language: str) -> tuple[str, ...]:
    """Return the languages to look for a name in, the best first: zh-hans, zh, en."""
    asked = language.lower()
    return tuple(dict.fromkeys([asked, asked.split("-")[0], "en"]))


def _hits(
    rows: "QuerySet[NameKey]", typed: str, languages: Sequence[str], most: int, *, few: bool
) -> Iterator[_Hit]:
    """Yield keys, the best first.

    Unless `few` fit, so many begin with a letter or two that tier after tier is asked, until there
    are enough.
    """
    same = Case(When(key=typed, then=Value(0)), default=Value(1))
    understood = Case(When(language__in=languages, then=Value(0)), default=Value(1))
    order = (same, "tier", understood, Length("key"), "key", "taxon_id")
    columns = ("taxon_id", "key", "language")
    tiers: list[int] = NameKey.Tier.values
    if few:
        found = rows.filter(starting_with("key", typed), tier__in=tiers)
        yield from found.order_by(*order).values_list(*columns)[:most]
        return
    exact = rows.filter(key=typed, tier__in=tiers)
    yield from exact.order_by(*order).values_list(*columns)[:most]
    for tier in tiers:
        # As the index has them: its order on PostgreSQL is none that can be asked for.
        alike = rows.filter(starting_with("key", typed), tier=tier).order_by()
        found = NameKey.objects.filter(pk__in=alike.values("pk")[:_MOST_RANKED])
        yield from found.order_by(*order).values_list(*columns)[:most]


def _told(hits: Sequence[_Hit], languages: Sequence[str]) -> list[Found]:
    """Say what was found, in three queries."""
    ids = [taxon for taxon, _, _ in hits]
    taxa = Taxon.objects.in_bulk(ids)
    synonyms: dict[int, list[str]] = {}
    old = Taxon.objects.filter(accepted_id__in=ids).values_list("accepted_id", "scientific_name")
    for pk, name in old:
        synonyms.setdefault(pk or 0, []).append(name)
    common: dict[int, list[CommonName]] = {}
    for spoken in CommonName.objects.filter(taxon_id__in=ids):
        common.setdefault(spoken.taxon_id, []).append(spoken)
    return [
        _found(taxa[pk], key, spoken, common.get(pk, []), synonyms.get(pk, []), languages)
        for pk, key, spoken in hits
        if pk in taxa
    ]


def _found(
    taxon: Taxon,
    key: str,
    language: str,
    common: Sequence[CommonName],
    synonyms: Sequence[str],
    languages: Sequence[str],
) -> Found:
    names = [taxon.scientific_name, *synonyms]
    if language:
        names = [one.name for one in common if one.language == language]
    matched = _named(key, names) or taxon.scientific_name
    best = min(
        (one for one in common if one.language in languages),
        key=lambda one: (languages.index(one.language), not one.preferred, one.name),
        default=None,
    )
    return Found(
        taxon_id=taxon.pk,
        slug=taxon.slug,
        scientific_name=taxon.scientific_name,
        common_name=best.name if best else "",
        rank=taxon.rank,
        matched=matched,
        is_synonym=not language and matched != taxon.scientific_name,
    )


def _named(key: str, names: Iterable[str]) -> str:
    """Return the first of these names that has such a key, "" if none has it any more."""
    return next((name for name in names if key in {found for found, _ in keys(name)}), "")
