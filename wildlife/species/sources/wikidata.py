"""Wikidata: the results of a query in a file, or the taxa below one asked for at the endpoint.

A file of results (SPARQL JSON or CSV) has any of these columns, one row for each label: item, name
(P225), rank (P105), parent (P171), gbif (P846), inat (P3151), iucn (P627), label and language;
labels may also stand in columns of their own: label_en, label_zh_hans. With ranks it describes the
tree, without it only brings identifiers and names to known taxa; so does the endpoint.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from wildlife.species.imports.records import (
    Credit,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    Record,
    UnreadableSource,
)
from wildlife.species.imports.spool import CoreRow, Extra, Numbered
from wildlife.species.imports.values import rank_of
from wildlife.species.sources.files import Entry, Row, entries, header, rows
from wildlife.species.sources.spooled import SpooledReader
from wildlife.species.sources.web import Web

_ITEM = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d*)")
_LABEL = re.compile(r"label[_-]?([a-z]{2,3}(?:[_-][a-z]{2,8})*)", re.IGNORECASE)
_COLUMNS = {
    "name": ("name", "taxonname", "scientificname", "scientific_name", "p225"),
    "item": ("item", "taxon", "wikidata", "qid"),
    "rank": ("rank", "ranklabel", "taxonrank", "p105"),
    "parent": ("parent", "parenttaxon", "p171"),
    "gbif": ("gbif", "gbifid", "gbif_id", "p846"),
    "inat": ("inat", "inaturalist", "inatid", "inat_id", "p3151"),
    "iucn": ("iucn", "iucnid", "iucn_id", "p627"),
    "label": ("label", "itemlabel", "taxonlabel", "common_name"),
    "language": ("language", "lang"),
}
_MEANING = {column: name for name, columns in _COLUMNS.items() for column in columns}
_RANKS = {
    "Q36732": "kingdom", "Q38348": "phylum", "Q1153785": "subphylum", "Q37517": "class",
    "Q36602": "order", "Q5867959": "suborder", "Q2889003": "infraorder", "Q713623": "clade",
    "Q2136103": "superfamily", "Q35409": "family", "Q164280": "subfamily", "Q227936": "tribe",
    "Q34740": "genus", "Q7432": "species", "Q68947": "subspecies", "Q3238261": "subgenus",
    "Q5867051": "subclass", "Q3504061": "superclass", "Q2007442": "infraclass",
    "Q5868144": "superorder", "Q6311258": "parvorder", "Q3965313": "subtribe",
}  # fmt: skip
_LANGUAGES = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
_SPOKEN = ("en", "zh-hans", "zh-cn", "zh", "zh-hant", "de", "es", "fr", "pt", "ru", "ja")
_PAGE = 500
_CREDIT = Credit(
    key="wikidata",
    citation="Wikidata contributors. Wikidata, the free knowledge base.",
    url="https://www.wikidata.org/",
    licence="CC0 1.0",
)

_QUERY = """
SELECT ?item ?name ?gbif ?inat ?iucn ?label (LANG(?label) AS ?language) WHERE {{
  {{ SELECT DISTINCT ?item WHERE {{ ?item wdt:P171* wd:{top} ; wdt:P225 [] }}
     ORDER BY ?item LIMIT {limit} OFFSET {offset} }}
  ?item wdt:P225 ?name .
  OPTIONAL {{ ?item wdt:P846 ?gbif }}
  OPTIONAL {{ ?item wdt:P3151 ?inat }}
  OPTIONAL {{ ?item wdt:P627 ?iucn }}
  OPTIONAL {{ ?item rdfs:label ?label FILTER(LANG(?label) IN ({languages})) }}
}} ORDER BY ?item ?label
"""


class WikidataResults:
    """Reads a file of results, or asks for the taxa below an item: Q25265 (the cats)."""

    credit = _CREDIT

    def __init__(self, target: str) -> None:
        asked = _ITEM.fullmatch(target) and not Path(target).exists()
        self._reader = _Endpoint(_item(target)) if asked else _File(target)

    @property
    def total(self) -> int | None:
        return self._reader.total

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        return self._reader.records(position)

    def close(self) -> None:
        self._reader.close()


class _Endpoint:
    """Asks for one page of items after another. Positions say how many came before."""

    total: int | None = None

    def __init__(self, top: str) -> None:
        self._top = top
        self._web = Web(settings.WIKIDATA_URL, {"Accept": "application/sparql-results+json"})

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        offset = int(position or 0)
        languages = ", ".join(f'"{one}"' for one in _SPOKEN)
        while True:
            query = _QUERY.format(top=self._top, limit=_PAGE, offset=offset, languages=languages)
            answer = self._web.get("", {"query": query, "format": "json"})
            if answer is None:
                raise UnreadableSource(f"there is no endpoint at {settings.WIKIDATA_URL}")
            page = f"{self._top}, page from {offset}"
            said = (
                (Place(number, page), _meant(row))
                for number, row in enumerate(_bindings(answer[0]), 1)
            )
            seen = 0
            for item, group in groupby(said, key=lambda one: _item(one[1].get("item", ""))):
                seen += 1
                rows_ = list(group)
                place, first = rows_[0]
                yield _record(item, first.get("name", ""), place, rows_, str(offset + seen))
            offset += seen
            if seen < _PAGE:
                return

    def close(self) -> None:
        self._web.close()


class _File(SpooledReader):
    credit = _CREDIT

    def __init__(self, target: str) -> None:
        found = entries(target)
        if len(found) != 1:
            raise UnreadableSource(f"{target} holds {len(found)} files: choose one of them")
        self._file = found[0]
        if not _is_json(self._file):
            columns = _meant(dict.fromkeys(header(self._file), ""))
            if not columns.keys() >= {"item", "name"}:
                raise UnreadableSource(
                    "this is neither SPARQL JSON nor a table with the columns item and name"
                )
        super().__init__(found)

    def core(self) -> Iterator[CoreRow | Problem]:
        seen = set()
        for one in _read(self._file):
            if isinstance(one, Problem):
                yield one
                continue
            line, row = one
            item = _item(row.get("item", ""))
            if not item:
                reason = f"{row.get('item', '')!r} is no item of Wikidata"
                yield Problem(Place(line, self._file.name), reason)
            elif item not in seen:
                seen.add(item)
                parent = _item(row.get("parent", "")) if row.get("rank") else ""
                yield CoreRow(item, line, parent, "", row)

    def extras(self) -> Iterator[Extra | Problem]:
        for one in _read(self._file):
            if not isinstance(one, Problem) and (item := _item(one[1].get("item", ""))):
                yield Extra(item, "row", Place(one[0], self._file.name), one[1])

    def record(self, taxon: Numbered) -> Record:
        row = taxon.row
        said = [(one.place, one.values) for one in taxon.extras]
        place, name = Place(row.line, self._file.name), row.values.get("name", "")
        record = _record(row.id, name, place, said, str(taxon.number))
        if rank := _rank(row.values.get("rank", "")):
            return replace(record, key=row.id, rank=rank, parent=row.parent)
        return record


def _read(entry: Entry) -> Iterator[tuple[int, Row] | Problem]:
    """Yield the number of each result, and its values by what they mean."""
    if not _is_json(entry):
        for one in rows(entry):
            yield one if isinstance(one, Problem) else (one[0], _meant(one[1]))
        return
    with entry.open() as file:
        try:
            answer = json.loads(file.read().decode("utf-8-sig", errors="replace"))
        except (ValueError, RecursionError) as error:
            raise UnreadableSource(f"this is no JSON: {error}") from error
    for number, row in enumerate(_bindings(answer), 1):
        yield number, _meant(row)


def _is_json(entry: Entry) -> bool:
    with entry.open() as file:
        return file.read(256).removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"["))


def _bindings(answer: Any) -> Iterator[Row]:
    """Yield the rows of SPARQL JSON, or of the plain list of objects that the website saves."""
    if isinstance(answer, dict):
        results = answer.get("results")
        answer = results.get("bindings") if isinstance(results, dict) else None
    if not isinstance(answer, list):
        raise UnreadableSource("this is no result of a SPARQL query")
    for row in answer:
        if isinstance(row, dict):
            yield dict(_values(row))


def _values(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if not isinstance(value, dict):
            yield name, str(value)
            continue
        yield name, str(value.get("value", ""))
        if _MEANING.get(name.lower()) == "label" and (spoken := value.get("xml:lang")):
            yield "language", str(spoken)


def _meant(row: Row) -> dict[str, str]:
    """Return the values of a row by what its columns mean; labels by `label:LANGUAGE`."""
    found: dict[str, str] = {}
    for column, value in row.items():
        if name := _MEANING.get(column.lower()):
            found.setdefault(name, value.strip())
        elif spoken := _LABEL.fullmatch(column):
            found[f"label:{_language(spoken.group(1))}"] = value.strip()
    if "label" in found:
        found[f"label:{_language(found.get('language', 'en'))}"] = found.pop("label")
    return found


def _item(text: str) -> str:
    """Return Q140 for itself or its address, "" for anything else."""
    found = _ITEM.fullmatch(text.strip())
    return found.group(1) if found else ""


def _language(code: str) -> str:
    word = code.lower().replace("_", "-")
    return _LANGUAGES.get(word, word)


def _rank(text: str) -> str:
    return _RANKS.get(_item(text), rank_of(text))


def _record(
    item: str, name: str, place: Place, said: Sequence[tuple[Place, Row]], position: str
) -> Record:
    """Return what all rows about an item say."""
    return Record(
        place=place,
        scientific_name=name,
        identifiers=tuple(_identifiers(item, said)),
        names=tuple(_names(name, said)),
        position=position,
    )


def _identifiers(item: str, said: Iterable[tuple[Place, Row]]) -> Iterator[IdentifierFact]:
    yield IdentifierFact("wikidata", item)
    seen = set()
    for place, row in said:
        for authority in ("gbif", "inat", "iucn"):
            value = row.get(authority, "")
            if value and (authority, value) not in seen:
                seen.add((authority, value))
                yield IdentifierFact(authority, value, place)


def _names(scientific: str, said: Iterable[tuple[Place, Row]]) -> Iterator[NameFact]:
    """Labels that are names: many are only the scientific name again."""
    seen = {("", "")}
    for place, row in said:
        for column, name in row.items():
            kind, _, language = column.partition(":")
            if kind != "label" or name.casefold() in ("", scientific.casefold()):
                continue
            if (language, name) not in seen and not _ITEM.fullmatch(name):
                seen.add((language, name))
                yield NameFact(language, name, place=place)
