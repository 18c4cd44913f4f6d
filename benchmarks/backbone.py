"""Write a made-up taxonomic backbone of any size as a Darwin Core Archive.

    python benchmarks/backbone.py OUT.zip --taxa 500000

It is shaped like the published ones: kingdoms down to species, one synonym for every five species,
English names for some, children often before their parents, and always the same for a size.
"""

import argparse
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

LEVELS = (
    ("kingdom", 1),
    ("phylum", 8),
    ("class", 5),
    ("order", 6),
    ("family", 12),
    ("genus", 14),
    ("species", 10),
)
"""Ranks from above to below, and about how many there are in one of the rank above."""
_SYNONYMS = 0.2
_NAMED = 0.3
_CONSONANTS = "bcdfglmnprstv"
_VOWELS = "aeiou"
_COUNTRIES = ("KE", "TZ", "US", "BR", "IN", "CN", "AU", "DE", "ZA", "CA")
_DWC = "http://rs.tdwg.org/dwc/terms/"
_CORE = (
    "taxonID", "scientificName", "taxonRank", "taxonomicStatus", "parentNameUsageID",
    "acceptedNameUsageID", "kingdom",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A taxon or a synonym; `parent` and `accepted` are ids, 0 for none."""

    id: int
    name: str
    rank: str
    parent: int
    accepted: int = 0


def backbone(taxa: int, seed: int = 1) -> Iterator[Row]:
    """Yield `taxa` rows, synonyms among them, parents first. The same for the same numbers."""
    chance = random.Random(seed)
    # Ranks above species: as many as give about the number of species that is asked for.
    species_wanted = int(taxa / (1 + _SYNONYMS) * 0.92)
    genera = max(1, species_wanted // LEVELS[-1][1])
    counts = [1]
    for _, fan in LEVELS[1:-2]:
        counts.append(max(1, min(counts[-1] * fan, genera // 3)))
    counts.append(genera)
    left = taxa
    above: list[tuple[int, str]] = []
    number = 0
    for (rank, _), count in zip(LEVELS[:-1], counts, strict=True):
        here = []
        for index in range(min(count, left)):
            number += 1
            name = "Animalia" if rank == "kingdom" else _word(number).capitalize()
            parent = above[index % len(above)][0] if above else 0
            yield Row(number, name, rank, parent)
            here.append((number, name))
        left -= len(here)
        above = here
    while left > 0:
        number += 1
        genus, name = above[number % len(above)]
        yield Row(number, f"{name} {_word(number)}", "species", genus)
        left -= 1
        if left and chance.random() < _SYNONYMS:
            accepted = number
            number += 1
            yield Row(number, f"{name} {_word(number)}us", "species", 0, accepted)
            left -= 1


def write_archive(path: Path, taxa: int, seed: int = 1) -> None:
    """Write a Darwin Core Archive with `taxa` core rows, common names and distributions."""
    chance = random.Random(seed)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("meta.xml", _meta())
        archive.writestr("eml.xml", "<eml><dataset><title>Made-up backbone</title></dataset></eml>")
        with archive.open("taxon.tsv", "w", force_zip64=True) as raw:
            out = io.TextIOWrapper(raw, "utf-8", newline="\n")
            out.write("\t".join(_CORE) + "\n")
            # Portions are turned round, so that many children stand before their parents.
            portion: list[Row] = []
            for row in backbone(taxa, seed):
                portion.append(row)
                if len(portion) == 20_000:
                    _write_core(out, portion)
                    portion = []
            _write_core(out, portion)
            out.flush()
            out.detach()
        with archive.open("names.tsv", "w", force_zip64=True) as raw:
            for row in backbone(taxa, seed):
                if row.rank == "species" and not row.accepted and chance.random() < _NAMED:
                    said = f"{row.name.split()[1].capitalize()} {row.name.split()[0]}ling"
                    raw.write(f"{row.id}\t{said}\ten\n".encode())
        with archive.open("places.tsv", "w", force_zip64=True) as raw:
            for row in backbone(taxa, seed):
                if row.rank == "species" and not row.accepted and chance.random() < _NAMED:
                    country = chance.choice(_COUNTRIES)
                    raw.write(f"{row.id}\t{country}\tnative\n".encode())


def _write_core(out: io.TextIOWrapper, rows: list[Row]) -> None:
    for row in reversed(rows):
        status = "synonym" if row.accepted else "accepted"
        cells = (row.id, row.name, row.rank, status, row.parent or "", row.accepted or "")
        out.write("\t".join([*map(str, cells), "Animalia"]) + "\n")


def _word(number: int) -> str:
    """Return a word of syllables that no other number has."""
    base = len(_CONSONANTS) * len(_VOWELS)
    word = ""
    number += base**2
    while number:
        number, digit = divmod(number, base)
        word += _CONSONANTS[digit // len(_VOWELS)] + _VOWELS[digit % len(_VOWELS)]
    return word


def _meta() -> str:
    def part(tag: str, row_type: str, file: str, header: int, key: str, terms: list[str]) -> str:
        fields = "".join(
            f'<field index="{number}" term="{term}"/>' for number, term in enumerate(terms) if term
        )
        return (
            f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
            f'fieldsEnclosedBy="" ignoreHeaderLines="{header}" rowType="{row_type}">'
            f"<files><location>{file}</location></files>"
            f'<{key} index="0"/>{fields}</{tag}>'
        )

    gbif = "http://rs.gbif.org/terms/1.0/"
    return (
        '<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">'
        + part("core", f"{_DWC}Taxon", "taxon.tsv", 1, "id", [_DWC + one for one in _CORE])
        + part(
            "extension",
            f"{gbif}VernacularName",
            "names.tsv",
            0,
            "coreid",
            ["", f"{_DWC}vernacularName", "http://purl.org/dc/terms/language"],
        )
        + part(
            "extension",
            f"{gbif}Distribution",
            "places.tsv",
            0,
            "coreid",
            ["", f"{_DWC}countryCode", f"{_DWC}establishmentMeans"],
        )
        + "</archive>"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--taxa", type=int, default=500_000)
    given = parser.parse_args()
    write_archive(given.out, given.taxa)


if __name__ == "__main__":
    main()
