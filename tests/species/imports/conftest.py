"""A small tree, and sources written by hand to bring in."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from wildlife.species import index
from wildlife.species.imports.importer import run
from wildlife.species.imports.records import Credit, Problem, Record
from wildlife.species.imports.summary import Summary
from wildlife.species.imports.tables import CsvTable
from wildlife.species.models import Habitat, SpeciesImport, Taxon

TREE = (
    ("Animalia", "kingdom", ""),
    ("Chordata", "phylum", "Animalia"),
    ("Mammalia", "class", "Chordata"),
    ("Carnivora", "order", "Mammalia"),
    ("Felidae", "family", "Carnivora"),
    ("Panthera", "genus", "Felidae"),
    ("Panthera leo", "species", "Panthera"),
)


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    """The line from animals to the lion by scientific name, made without history."""
    found: dict[str, Taxon] = {}
    for name, rank, parent in TREE:
        row = Taxon(
            slug=name.lower().replace(" ", "-"),
            scientific_name=name,
            rank=rank,
            parent=found.get(parent),
        )
        Taxon.objects.bulk_create([row])
        found[name] = row
    Habitat.objects.bulk_create([Habitat(code="1", name="Forest"), Habitat(code="2.1", name="Dry")])
    index.refresh()
    return found


class Said:
    """A reader that says what it was given."""

    credit = Credit("said", "Somebody said so")
    total: int | None = None

    def __init__(self, *items: Record | Problem) -> None:
        self.items = items

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        yield from self.items[int(position or 0) :]

    def close(self) -> None:
        pass


@pytest.fixture
def job(db: None) -> SpeciesImport:
    return SpeciesImport.objects.create(kind="csv", name="species.csv")


Bring = Callable[..., Summary]


@pytest.fixture
def bring(tmp_path: Path, db: None) -> Bring:
    """Bring in a table that is given as its rows; options go to `run`, `within` to the job."""

    def bring(*lines: dict[str, str] | str, within: str = "", **options: bool) -> Summary:
        path = tmp_path / "species.csv"
        if lines and isinstance(lines[0], dict):
            out = StringIO()
            columns = list(dict.fromkeys(column for line in lines for column in line))
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(lines)  # type: ignore[arg-type]
            path.write_text(out.getvalue())
        else:
            path.write_text("\n".join([*map(str, lines), ""]))
        job = SpeciesImport(kind="csv", name="species.csv", within=within)
        if not options.get("dry_run"):
            job.save()
        return run(job, CsvTable(str(path)), **options)

    return bring


META = """<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
<core encoding="UTF-8" fieldsTerminatedBy="{mark}" linesTerminatedBy="\\n"
 fieldsEnclosedBy="{quote}" ignoreHeaderLines="1" rowType="http://rs.tdwg.org/dwc/terms/Taxon">
<files><location>taxon.txt</location></files><id index="{id}"/>{fields}</core>
{extensions}</archive>"""
EXTENSION = """<extension encoding="UTF-8" fieldsTerminatedBy="\\t" fieldsEnclosedBy=""
 ignoreHeaderLines="0" rowType="http://rs.gbif.org/terms/1.0/{type}">
<files><location>{type}.txt</location></files><coreid index="0"/>{fields}</extension>"""


def _fields(columns: list[str]) -> str:
    return "".join(
        f'<field index="{number}" term="http://rs.tdwg.org/dwc/terms/{column}"/>'
        for number, column in enumerate(columns)
        if column
    )


Archive = Callable[..., str]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Write a Darwin Core Archive: the core as lines with a header, extensions by their type."""

    def archive(
        *lines: str,
        mark: str = "\\t",
        quote: str = "",
        title: str = "A checklist",
        **extensions: list[str],
    ) -> str:
        sign = "\t" if mark == "\\t" else mark
        columns = lines[0].split(sign)
        described = "".join(
            EXTENSION.format(type=sort, fields=_fields(rows[0].split("\t")))
            for sort, rows in extensions.items()
        )
        path = tmp_path / "checklist.zip"
        with ZipFile(path, "w") as out:
            meta = META.format(
                mark=mark,
                quote=quote,
                id=columns.index("taxonID"),
                fields=_fields(columns),
                extensions=described,
            )
            out.writestr("meta.xml", meta)
            out.writestr("eml.xml", f"<eml><dataset><title>{title}</title></dataset></eml>")
            out.writestr("taxon.txt", "\n".join([*lines, ""]))
            for sort, rows in extensions.items():
                out.writestr(f"{sort}.txt", "\n".join([*rows[1:], ""]))
        return str(path)

    return archive
