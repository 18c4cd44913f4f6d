"""The description of a Darwin Core Archive: which files it has, and what their columns mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZipFile

from wildlife.species.imports.delimited import Row, rows
from wildlife.species.imports.records import Problem, UnreadableSource

_LARGEST_XML = 4 << 20
_ESCAPES = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\\": "\\"}


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of an archive, with `row_type` in lower case.

    `columns` are cells by the last part of their term, such as taxonID; `id_column` is the cell
    with the id of the core row.
    """

    row_type: str
    location: str
    encoding: str
    delimiter: str
    quote: str
    header_lines: int
    id_column: int
    columns: dict[str, int]
    defaults: dict[str, str]

    def read(self, archive: ZipFile) -> Iterator[Row | Problem]:
        """Yield the rows below the header."""
        with archive.open(self.location) as stream:
            for item in rows(
                stream,  # type: ignore[arg-type]
                delimiter=self.delimiter,
                quote=self.quote,
                encoding=self.encoding,
                file=self.location,
            ):
                line = item.place.line if isinstance(item, Problem) else item[0]
                if line > self.header_lines:
                    yield item

    def id_of(self, cells: list[str]) -> str:
        return cells[self.id_column].strip() if self.id_column < len(cells) else ""

    def values(self, cells: list[str]) -> dict[str, str]:
        """Return what a row says by term; blanks and what only pads a cell are left out."""
        found = dict(self.defaults)
        for term, number in self.columns.items():
            if number < len(cells) and (cell := cells[number].strip(" \n")):
                found[term] = cell
        return found


@dataclass(frozen=True, slots=True)
class Description:
    core: DataFile
    extensions: tuple[DataFile, ...]
    title: str


def described(archive: ZipFile) -> Description:
    """Read meta.xml (the guard of expat is on against entities that grow) and the title.

    Raises UnreadableSource for an archive that describes no checklist of taxa.
    """
    names = set(archive.namelist())
    top = next((name for name in names if name.rsplit("/", 1)[-1] == "meta.xml"), None)
    if top is None:
        raise UnreadableSource("the archive has no meta.xml: it is no Darwin Core Archive")
    folder = top.removesuffix("meta.xml")
    root = _parsed(archive, top)
    cores = [one for one in root if _local(one.tag) == "core"]
    if len(cores) != 1:
        raise UnreadableSource("meta.xml describes no core file")
    core, *further = _data_files(cores[0], folder, names)
    if core.row_type != "taxon":
        raise UnreadableSource(f"the core holds {core.row_type} rows, not a checklist of taxa")
    if further:
        raise UnreadableSource("the core goes over several files: join them into one")
    extensions = (one for one in root if _local(one.tag) == "extension")
    return Description(
        core,
        tuple(file for one in extensions for file in _data_files(one, folder, names)),
        _title(archive, folder + root.get("metadata", ""), names),
    )


def _parsed(archive: ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > _LARGEST_XML:
        raise UnreadableSource(f"{name} is too large")
    try:
        return fromstring(archive.read(name))  # noqa: S314  # see `described`
    except ParseError as error:
        raise UnreadableSource(f"{name} is no XML: {error}") from error


def _local(name: str) -> str:
    """Return the last part of a tag or of a term's address."""
    return re.split(r"[}/#:]", name)[-1]


def _data_files(element: Element, folder: str, names: set[str]) -> list[DataFile]:
    """Return the files of one kind of rows; some archives have one for each language."""
    parts = {_local(one.tag): one for one in element}
    files = parts.get("files")
    locations = [(one.text or "").strip() for one in ([] if files is None else files)] or [""]
    for location in locations:
        if folder + location not in names:
            raise UnreadableSource(f"the archive does not hold {location!r}, which meta.xml names")
    fields = [one for one in element if _local(one.tag) == "field"]
    try:
        columns = {
            _local(one.get("term", "")): int(one.get("index", ""))
            for one in fields
            if one.get("index")
        }
        header = int(element.get("ignoreHeaderLines") or 0)
        key = parts.get("id", parts.get("coreid"))
        # A core without extensions needs no id: then the taxa have theirs all the same.
        id_column = columns["taxonID"] if key is None else int(key.get("index", ""))
    except (KeyError, ValueError) as error:
        raise UnreadableSource(
            f"meta.xml does not say where the columns of {locations[0]} are"
        ) from error
    delimiter = _unescaped(element.get("fieldsTerminatedBy", ","))
    quote = _unescaped(element.get("fieldsEnclosedBy", '"'))
    if delimiter == " ":
        delimiter = "\t"  # a tab that is written as itself: XML reads every blank as a space
    if len(delimiter) != 1 or len(quote) > 1:
        raise UnreadableSource(f"meta.xml separates the fields of {locations[0]} by {delimiter!r}")
    return [
        DataFile(
            row_type=_local(element.get("rowType", "")).casefold(),
            location=folder + location,
            encoding=element.get("encoding") or "utf-8",
            delimiter=delimiter,
            quote=quote,
            header_lines=header,
            id_column=id_column,
            columns=columns,
            defaults={
                _local(one.get("term", "")): one.get("default", "")
                for one in fields
                if one.get("default")
            },
        )
        for location in locations
    ]


def _unescaped(text: str) -> str:
    return _ESCAPES.get(text, text)


def _title(archive: ZipFile, metadata: str, names: set[str]) -> str:
    """Return the title of the data set from its EML, "" where there is none."""
    if metadata not in names or not metadata.endswith(".xml"):
        return ""
    root = _parsed(archive, metadata)
    found = next((one.text for one in root.iter() if _local(one.tag) == "title" and one.text), "")
    return " ".join(found.split())
