"""Checklists as Darwin Core Archives, as GBIF, Catalogue of Life and others publish them.

Read are the taxa with their status and place in the tree, and of the extensions common names,
distributions (countries, and threat statuses) and body masses. References have no place here.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pycountry
from django.conf import settings
from django.utils.text import slugify

from pipelines.taxonomy import RANKS
from wildlife.species.imports.archives import open_zip
from wildlife.species.imports.dwca_meta import DataFile, described
from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    Credit,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    RangeFact,
    Record,
    TraitFact,
)
from wildlife.species.imports.spool import CoreRow, Extra, Numbered, Spool
from wildlife.species.imports.values import category_of, country_of, is_formula, rank_of

_CORE = (
    "taxonID", "scientificName", "scientificNameAuthorship", "canonicalName", "genericName",
    "specificEpithet", "infraspecificEpithet", "taxonRank", "taxonomicStatus",
    "kingdom", "phylum", "class", "order", "family", "genus",
)  # fmt: skip
_EXTRAS = {
    "vernacularname": ("vernacularName", "language", "isPreferredName"),
    "distribution": (
        "locationID", "locality", "country", "countryCode", "establishmentMeans",
        "occurrenceStatus", "threatStatus", "source",
    ),
    "speciesprofile": ("massInGram",),
}  # fmt: skip
_UNUSED = ("misapplied", "ambiguous")
_GROUPS = ("kingdom", "phylum", "class", "order", "family", "genus")
_MARKERS = frozenset({"subsp.", "ssp.", "var.", "f.", "subvar.", "cf.", "aff.", "sp.", "×"})
_EPITHET = re.compile(r"[a-zà-öø-ÿ][a-zà-öø-ÿ-]+")
_PARTICLES = frozenset(
    {
        "de", "da", "di", "du", "del", "della", "des", "van", "von", "der", "den", "la", "le", "et",
        "ex", "in", "and", "zu",
    }
)  # fmt: skip
_ISO = re.compile(r"(?:iso(?:[-_ ]?3166(?:-1)?)?:)?([a-z]{2,3})", re.IGNORECASE)
_STANDARD = re.compile(r"^iso ?639-[123]:", re.IGNORECASE)
_PRESENCE = {
    "introduced": "introduced", "invasive": "introduced", "naturalised": "introduced",
    "naturalized": "introduced", "managed": "introduced", "alien": "introduced",
    "vagrant": "vagrant", "extinct": "extinct", "native": "native", "endemic": "native",
}  # fmt: skip
_NOT_THERE = frozenset({"absent", "excluded", "doubtful", "questionable"})


class DarwinCoreArchive:
    """Reads a zip with a meta.xml whose core holds taxa. Positions are numbers in the spool."""

    def __init__(self, target: str) -> None:
        self._archive = open_zip(target)
        try:
            self._about = described(self._archive)
        except Exception:
            self._archive.close()
            raise
        self._authority, self.credit = _credit(self._about.title, Path(target).stem)
        with Path(target).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._spool = Spool.at(Path(settings.DATA_DIR) / "imports" / f"{digest}.spool")
        self._all_read = False
        self.total: int | None = self._spool.total if self._spool.full else None

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        if not self._spool.full:
            self._spool.fill(self._core(), self._extras())
            self.total = self._spool.total
        if not position or position.startswith("!"):
            for number, problem in self._spool.problems(int(position[1:] or 0)):
                yield Problem(problem.place, problem.reason, f"!{number}")
            position = ""
        for one in self._spool.rows(int(position or 0)):
            yield self._record(one)
        self._all_read = True

    def close(self) -> None:
        self._archive.close()
        if self._all_read:
            self._spool.remove()
        else:
            self._spool.close()

    # --- Into the spool -----------------------------------------------------------------------

    def _core(self) -> Iterator[CoreRow | Problem]:
        core = self._about.core
        for item in core.read(self._archive):
            if isinstance(item, Problem):
                yield item
                continue
            line, cells = item
            place = Place(line, core.location)
            values = core.values(cells)
            key = core.id_of(cells)
            if len(cells) <= core.id_column or not key:
                yield Problem(place, "the id of the taxon is missing")
                continue
            # Some archives say "itself" for a taxon that is accepted or has nothing above it.
            own = {key, values.get("taxonID", key), ""}
            accepted = values.get("acceptedNameUsageID", "")
            parent = values.get("parentNameUsageID", "")
            status = values.get("taxonomicStatus", "").casefold()
            if any(word in status for word in _UNUSED):
                continue
            if "synonym" in status and accepted in own:
                yield Problem(place, "a synonym without an accepted taxon")
                continue
            accepted = "" if accepted in own else accepted
            yield CoreRow(
                key,
                line,
                "" if accepted or parent in own else parent,
                accepted,
                {term: values[term] for term in _CORE if term in values},
                values.get("taxonID", key),
            )

    def _extras(self) -> Iterator[Extra | Problem]:
        for file in self._about.extensions:
            if terms := _EXTRAS.get(file.row_type):
                yield from self._extra(file, terms)

    def _extra(self, file: DataFile, terms: tuple[str, ...]) -> Iterator[Extra | Problem]:
        for item in file.read(self._archive):
            if isinstance(item, Problem):
                yield item
                continue
            line, cells = item
            values = file.values(cells)
            found = {term: values[term] for term in terms if term in values}
            if found and (key := file.id_of(cells)):
                yield Extra(key, file.row_type, Place(line, file.location), found)

    # --- Out of it ----------------------------------------------------------------------------

    def _record(self, one: Numbered) -> Record | Problem:
        row, values = one.row, one.row.values
        place, position = Place(row.line, self._about.core.location), str(one.number)
        for term, value in values.items():
            if is_formula(value):
                reason = f"{term}: {value[:40]!r} could be run as a formula"
                return Problem(place, reason, position)
        if "scientificName" not in values and "canonicalName" not in values:
            return Problem(place, "the scientific name is missing", position)
        rank = rank_of(values.get("taxonRank", ""))
        if not rank:
            return Problem(place, "the rank is missing", position)
        identifiers: tuple[IdentifierFact, ...] = ()
        if self._authority:
            identifiers = (IdentifierFact(self._authority, row.id[:61]),)
        extras = one.extras
        lineage = _lineage(values, rank)
        return Record(
            place=place,
            scientific_name=_canonical(values),
            key=row.id,
            rank=rank,
            parent="" if one.orphan and lineage else row.parent,
            lineage=lineage,
            accepted=row.accepted,
            identifiers=identifiers,
            names=tuple(_names(extras)),
            assessments=tuple(self._assessments(extras)),
            ranges=tuple(_ranges(extras)),
            traits=tuple(
                TraitFact("body_mass_g", one.values["massInGram"], one.place)
                for one in extras
                if "massInGram" in one.values
            ),
            position=position,
        )

    def _assessments(self, extras: tuple[Extra, ...]) -> Iterator[AssessmentFact]:
        for one in extras:
            if "threatStatus" not in one.values:
                continue
            country = _country(one.values)
            authority = one.values.get("source") or self._about.title or self.credit.key
            yield AssessmentFact(
                category_of(one.values["threatStatus"]),
                authority=authority[:120] if country else "IUCN Red List",
                country=country,
                place=one.place,
            )


def _credit(title: str, stem: str) -> tuple[str, Credit]:
    """Return which database the ids are of, blank where it is none of ours, and the credit."""
    said = title or stem
    if "gbif backbone" in said.casefold():
        url = "https://doi.org/10.15468/39omei"
        return "gbif", Credit("gbif-backbone", title, url, "CC BY 4.0")
    if "catalogue of life" in said.casefold():
        return "col", Credit("col", title, "https://www.catalogueoflife.org", "CC BY 4.0")
    return "", Credit(slugify(said)[:60] or "checklist", said)


def _canonical(values: dict[str, str]) -> str:
    """Return the scientific name without author, year, subgenus and marks of rank."""
    if "canonicalName" in values:
        return values["canonicalName"]
    parts = [
        values.get(term, "") for term in ("genericName", "specificEpithet", "infraspecificEpithet")
    ]
    if parts[0] and parts[1]:
        return " ".join(part for part in parts if part)
    name = values["scientificName"]
    author = values.get("scientificNameAuthorship", "")
    if author and name.endswith(author):
        name = name[: -len(author)].rstrip(" ,(")
    words = [word for word in name.split() if word not in _MARKERS]
    found = words[:1]
    for word in words[1:]:
        if word.startswith("(") and len(found) == 1:
            continue
        if not _EPITHET.fullmatch(word) or word in _PARTICLES or len(found) == 3:
            break
        found.append(word)
    return " ".join(found)


def _lineage(values: dict[str, str], rank: str) -> tuple[Ancestor, ...]:
    """Return the groups that the row names above its own rank."""
    below = RANKS.index(rank) if rank in RANKS else 0
    return tuple(
        Ancestor(group, values[group])
        for group in _GROUPS
        if group in values and RANKS.index(group) < below
    )


def _names(extras: tuple[Extra, ...]) -> Iterator[NameFact]:
    for one in extras:
        if "vernacularName" in one.values and "language" in one.values:
            preferred = one.values.get("isPreferredName", "").casefold() in ("true", "1", "yes")
            language = _language(one.values["language"])
            yield NameFact(language, one.values["vernacularName"], preferred, one.place)


def _language(said: str) -> str:
    """Return the BCP 47 tag of a language that is given by a code or its English name."""
    said = _STANDARD.sub("", said.strip())
    code, _, rest = said.casefold().replace("_", "-").partition("-")
    known = pycountry.languages
    found = known.get(alpha_2=code) or known.get(alpha_3=code) or known.get(name=code.title())
    if found is None:
        return said.casefold()
    tag = str(getattr(found, "alpha_2", found.alpha_3))
    return f"{tag}-{rest}" if rest else tag


def _ranges(extras: tuple[Extra, ...]) -> Iterator[RangeFact]:
    for one in extras:
        if one.sort != "distribution" or not (country := _country(one.values)):
            continue
        status = one.values.get("occurrenceStatus", "").casefold()
        means = one.values.get("establishmentMeans", "").casefold()
        if status in _NOT_THERE:
            continue
        presence = next(
            (_PRESENCE[word] for word in (status, means) if word in _PRESENCE), "native"
        )
        yield RangeFact(country, presence, place=one.place)


def _country(values: dict[str, str]) -> str:
    """Return the country of a distribution, blank for the world and for what is no country.

    A code that no country has is returned as it stands, to be named as a problem.
    """
    if "countryCode" in values:
        return country_of(values["countryCode"])
    match = _ISO.fullmatch(values.get("locationID", "").strip())
    if match:
        return country_of(match[1])
    for term in ("country", "locality"):
        if len(code := country_of(values.get(term, ""))) == 3:
            return code
    return ""
