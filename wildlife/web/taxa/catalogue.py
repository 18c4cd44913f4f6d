"""The catalogue: what is wished for, and the cards that answer it.

Species come in the order of the tree, so that relatives stand together, and a page starts after a
path: the database walks an index, however many taxa there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

import pycountry
from django.core.cache import cache
from django.db.models import Max, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.species.countries import country_name, in_order, is_country
from wildlife.species.filters import assessed_as, found_in, living_in, newest_categories
from wildlife.species.habitats import habitat_name
from wildlife.species.models import ConservationAssessment, Habitat, Taxon
from wildlife.species.paths import starting_with
from wildlife.species.search import Found, search
from wildlife.web.taxa.naming import TaxonName, common_names, name_of

CARDS = 24
MOST_FOUND = 200
"""So many best matches of a text are looked at; who wants more types more."""
MOST_COUNTED = 1000
BEST_KNOWN = (
    "mammalia",
    "aves",
    "reptilia",
    "amphibia",
    "actinopterygii",
    "chondrichthyes",
    "insecta",
    "arachnida",
)
_OPTIONS_FOR = 24 * 3600


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader looks for. Everything is "" where it does not matter.

    `group` is the slug of a taxon to stay within; `after` is where the page before ended: a path,
    or a number of matches where there is a `q`.
    """

    q: str = ""
    group: str = ""
    category: str = ""
    habitat: str = ""
    country: str = ""
    after: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Wish":
        """Read an address; what nobody can wish for is left out."""
        told = {one.name: query.get(one.name, "").strip()[:120] for one in fields(cls)}
        if told["category"] not in ConservationAssessment.Category.values:
            told["category"] = ""
        if told["country"] and not is_country(told["country"]):
            told["country"] = ""
        return cls(**{name: value.replace("\0", "") for name, value in told.items()})

    @property
    def query(self) -> str:
        """The wish as the end of an address, "" for none."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        chosen = {name: value for name, value in told.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def filtered(self) -> bool:
        return bool(self.group or self.category or self.habitat or self.country)

    @property
    def without_filters(self) -> str:
        """The address of the text alone."""
        return Wish(q=self.q).query


@dataclass(frozen=True, slots=True)
class Card:
    """One taxon of the catalogue. `matched` is the name that was found, where no other shows it."""

    name: TaxonName
    category: str
    category_word: str
    matched: str = ""

    @property
    def is_species(self) -> bool:
        return self.name.rank == Taxon.Rank.SPECIES


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str

    @property
    def word(self) -> str:
        """The label without what stands in brackets."""
        return self.label.split(" (")[0]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of the catalogue. `more` is the address of the next one, "" after the last.

    `sentence` says how many there are; it is "" on all pages but the first.
    """

    cards: tuple[Card, ...]
    more: str
    sentence: str
    groups: tuple[Option, ...]
    categories: tuple[Option, ...]
    habitats: tuple[Option, ...]
    countries: tuple[Option, ...]

    @property
    def best_known(self) -> tuple[Option, ...]:
        """The classes that readers begin with, in their order."""
        there = {option.value: option for option in self.groups}
        return tuple(there[slug] for slug in BEST_KNOWN if slug in there)


def shelf_of(wish: Wish, language: str) -> Shelf:
    """Return the page of the catalogue that answers a wish."""
    group = Taxon.objects.filter(slug=wish.group, accepted=None).first() if wish.group else None
    if wish.q:
        cards, after, sentence = _found(wish, group, language)
    else:
        cards, after, sentence = _listed(wish, group, language)
    return Shelf(
        cards=cards,
        more=replace(wish, after=after).query if after else "",
        sentence="" if wish.after else sentence,
        groups=_groups(group, language),
        categories=tuple(
            Option(code, f"{label} ({code})")
            for code, label in ConservationAssessment.Category.choices
        ),
        habitats=_habitats(wish.habitat),
        countries=_countries(language),
    )


def _listed(wish: Wish, group: Taxon | None, language: str) -> tuple[tuple[Card, ...], str, str]:
    """Return cards of species, the path to go on after, and how many there are."""
    # Synonyms have no path. Asking for `accepted` too would lead SQLite to that index, which holds
    # most taxa in one place.
    taxa = Taxon.objects.filter(_matching(wish), path__gt="", rank=Taxon.Rank.SPECIES)
    if wish.group:
        taxa = taxa.filter(starting_with("path", group.path)) if group else taxa.none()
    page = taxa.filter(path__gt=wish.after) if wish.after else taxa
    rows = list(page.order_by("path")[: CARDS + 1])
    after = rows[CARDS - 1].path if len(rows) > CARDS else ""
    count = 0 if wish.after else len(taxa.order_by().values_list("pk")[: MOST_COUNTED + 1])
    return _cards(rows[:CARDS], language), after, _species(count)


def _found(wish: Wish, group: Taxon | None, language: str) -> tuple[tuple[Card, ...], str, str]:
    """Return cards of the best matches of a text, where to go on, and how many there are."""
    if wish.group and group is None:
        return (), "", ""
    facts = _matching(wish)
    among = Taxon.objects.filter(facts) if facts else None
    found = search(wish.q, language=language, limit=MOST_FOUND, within=group, among=among)
    start = int(wish.after) if wish.after.isdecimal() and len(wish.after) < 5 else 0
    page = found[start : start + CARDS]
    rows = Taxon.objects.in_bulk([one.taxon_id for one in page])
    cards = _cards(
        [rows[one.taxon_id] for one in page if one.taxon_id in rows],
        language,
        {one.taxon_id: one for one in page},
    )
    after = str(start + CARDS) if len(found) > start + CARDS else ""
    return cards, after, _matches(len(found))


def _matching(wish: Wish) -> Q:
    """Return the condition that the facts of a taxon are as wished for."""
    condition = Q()
    if wish.category:
        condition &= assessed_as(wish.category)
    if wish.habitat:
        condition &= living_in(wish.habitat)
    if wish.country:
        condition &= found_in(wish.country)
    return condition


def _cards(
    taxa: Sequence[Taxon], language: str, found: dict[int, Found] | None = None
) -> tuple[Card, ...]:
    ids = [taxon.pk for taxon in taxa]
    names = common_names(ids, language)
    categories = newest_categories(ids)
    cards = []
    for taxon in taxa:
        name = name_of(taxon.pk, taxon.slug, taxon.scientific_name, taxon.rank, names)
        category = categories.get(taxon.pk, "")
        matched = found[taxon.pk].matched if found else ""
        shown = {name.common, name.scientific}
        cards.append(
            Card(
                name=name,
                category=category,
                category_word=_word(category) if category else "",
                matched="" if matched in shown else matched,
            )
        )
    return tuple(cards)


def _word(category: str) -> str:
    return str(ConservationAssessment.Category(category).label)


# --- What there is to choose from ---------------------------------------------------------------


def _groups(chosen: Taxon | None, language: str) -> tuple[Option, ...]:
    """Return the classes of animals, and before them the group that was chosen if it is none."""
    changed = Taxon.objects.aggregate(newest=Max("updated_at"))["newest"]
    key = f"classes-{language}-{changed.timestamp() if changed else 0}"
    options: tuple[Option, ...] | None = cache.get(key)
    if options is None:
        options = _classes(language)
        cache.set(key, options, _OPTIONS_FOR)
    if chosen is not None and chosen.rank != Taxon.Rank.CLASS:
        names = common_names([chosen.pk], language)
        name = name_of(chosen.pk, chosen.slug, chosen.scientific_name, chosen.rank, names)
        return (Option(chosen.slug, _labelled(name)), *options)
    return options


def _classes(language: str) -> tuple[Option, ...]:
    rows = list(Taxon.objects.filter(rank=Taxon.Rank.CLASS, accepted=None))
    names = common_names([row.pk for row in rows], language)
    named = [name_of(row.pk, row.slug, row.scientific_name, row.rank, names) for row in rows]
    named.sort(key=lambda name: (not name.has_common, in_order(name.title)))
    return tuple(Option(name.slug, _labelled(name)) for name in named)


def _labelled(name: TaxonName) -> str:
    return f"{name.title} ({name.scientific})" if name.has_common else name.scientific


def _habitats(chosen: str) -> tuple[Option, ...]:
    """Return the habitats of level one, and the chosen one if it is of level two."""
    rows = Habitat.objects.filter(Q(code=chosen) | ~Q(code__contains="."))
    found = sorted(rows, key=lambda row: [int(part) for part in row.code.split(".")])
    return tuple(Option(row.code, habitat_name(row.name)) for row in found)


def _countries(language: str) -> tuple[Option, ...]:
    codes = [country.alpha_3 for country in pycountry.countries] + ["XKX"]
    options = [Option(code, country_name(code, language)) for code in codes]
    return tuple(sorted(options, key=lambda option: in_order(option.label)))


def _species(count: int) -> str:
    if count > MOST_COUNTED:
        return _("More than %(count)s species") % {"count": f"{MOST_COUNTED:,}"}
    return ngettext("%(count)s species", "%(count)s species", count) % {"count": f"{count:,}"}


def _matches(count: int) -> str:
    if count >= MOST_FOUND:
        return _("The best %(count)s matches") % {"count": MOST_FOUND}
    return ngettext("%(count)s match", "%(count)s matches", count) % {"count": count}
