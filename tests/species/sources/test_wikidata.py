"""Results of Wikidata's query service, from a file and from an endpoint."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.species.sources.conftest import read
from tests.species.sources.server import Answer, Server
from wildlife.species.imports.records import TryAgain, UnreadableSource
from wildlife.species.sources import wikidata
from wildlife.species.sources.wikidata import WikidataResults

ENTITY = "http://www.wikidata.org/entity/"


def literal(value: str, language: str = "") -> dict[str, str]:
    return {"type": "literal", "value": value} | ({"xml:lang": language} if language else {})


def uri(item: str) -> dict[str, str]:
    return {"type": "uri", "value": ENTITY + item}


def results(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"head": {"vars": ["item"]}, "results": {"bindings": list(rows)}}


LION = {
    "item": uri("Q140"),
    "name": literal("Panthera leo"),
    "gbif": literal("5219404"),
    "inat": literal("41964"),
    "iucn": literal("15951"),
}
LABELS = [
    {**LION, "label": literal("lion", "en")},
    {**LION, "label": literal("狮", "zh-cn")},
    {**LION, "label": literal("Panthera leo", "de")},
]


def test_all_rows_of_an_item_are_one_record(tmp_path: Path) -> None:
    path = tmp_path / "query.json"
    path.write_text(json.dumps(results(*LABELS)))

    [record], problems = read(WikidataResults(str(path)))

    assert problems == []
    assert (record.scientific_name, record.rank, record.key) == ("Panthera leo", "", "")
    assert [(one.authority, one.value) for one in record.identifiers] == [
        ("wikidata", "Q140"),
        ("gbif", "5219404"),
        ("inat", "41964"),
        ("iucn", "15951"),
    ]
    assert {(one.language, one.name) for one in record.names} == {("en", "lion"), ("zh-hans", "狮")}
    assert str(record.names[1].place) == "line 2"


def test_a_table_with_ranks_describes_the_tree(tmp_path: Path) -> None:
    path = tmp_path / "query.csv"
    path.write_text(
        "item,taxonName,rank,parent,GBIF,label_en,label_zh_hans\n"
        f"{ENTITY}Q140,Panthera leo,{ENTITY}Q7432,{ENTITY}Q127960,5219404,lion,狮\n"
        f"{ENTITY}Q127960,Panthera,{ENTITY}Q34740,{ENTITY}Q25265,,,\n"
        f"{ENTITY}Q15,Felis,sept,{ENTITY}Q25265,,,\n"
        "not-an-item,Felis,genus,,,,\n"
    )

    records, problems = read(WikidataResults(str(path)))

    assert [(one.key, one.parent, one.rank) for one in records] == [
        ("Q127960", "Q25265", "genus"),
        ("Q15", "Q25265", "sept"),
        ("Q140", "Q127960", "species"),
    ]
    assert [(one.language, one.name) for one in records[2].names] == [
        ("en", "lion"),
        ("zh-hans", "狮"),
    ]
    assert [str(one) for one in problems] == ["line 5: 'not-an-item' is no item of Wikidata"]
    again, problems = read(WikidataResults(str(path)), records[1].position)
    assert (again, problems) == (records[2:], [])


def test_the_list_that_the_website_saves_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "query.json"
    path.write_text(
        json.dumps([{"item": ENTITY + "Q140", "name": "Panthera leo", "iucn": "15951"}])
    )
    [record], _ = read(WikidataResults(str(path)))
    assert [one.value for one in record.identifiers] == ["Q140", "15951"]


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "query.json"
    for text in ("<html>", '{"error": 1}', "[1", "item,label\n"):
        path.write_text(text)
        with pytest.raises(UnreadableSource):
            read(WikidataResults(str(path)))
    with pytest.raises(UnreadableSource, match="no file"):
        WikidataResults(str(tmp_path / "missing.json"))


def test_the_endpoint_is_asked_one_page_at_a_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wikidata, "_PAGE", 2)
    lynx = {"item": uri("Q43375"), "name": literal("Lynx lynx")}
    puma = {"item": uri("Q35255"), "name": literal("Puma concolor")}
    server.says("/sparql", Answer(results(*LABELS, lynx)), Answer(results(puma)))

    records, problems = read(WikidataResults("Q25265"))

    assert problems == []
    assert [one.scientific_name for one in records] == [
        "Panthera leo", "Lynx lynx", "Puma concolor",
    ]  # fmt: skip
    assert len(records[0].names) == 2
    assert {one.rank for one in records} == {""}
    queries = [one.query["query"] for one in server.asked]
    assert [query.partition("LIMIT 2 OFFSET ")[2].split()[0] for query in queries] == ["0", "2"]
    assert all("wdt:P171* wd:Q25265" in query for query in queries)
    headers = server.asked[0].headers
    assert headers["User-Agent"] == "Wildlife (curator@example.org)"
    assert headers["Accept"] == "application/sparql-results+json"
    assert "Authorization" not in headers

    server.asked.clear()
    server.says("/sparql", Answer(results(puma)))
    again, _ = read(WikidataResults("Q25265"), records[0].position)
    assert [one.scientific_name for one in again] == ["Puma concolor"]
    assert "OFFSET 1 " in server.asked[0].query["query"]


def test_an_endpoint_that_is_busy_is_left_for_later(server: Server) -> None:
    server.says("/sparql", Answer({}, 500))
    with pytest.raises(TryAgain):
        read(WikidataResults("Q25265"))
