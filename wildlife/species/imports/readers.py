"""Which reader reads which kind of source."""

from typing import cast

from django.utils.module_loading import import_string

from wildlife.species.imports.records import Reader

READERS = {
    "dwca": "wildlife.species.imports.darwin_core.DarwinCoreArchive",
    "mdd": "wildlife.species.imports.mammals.MammalDiversityDatabase",
    "csv": "wildlife.species.imports.tables.CsvTable",
    "xlsx": "wildlife.species.imports.tables.XlsxTable",
    "iucn-api": "wildlife.species.sources.iucn_api.RedListApi",
    "iucn-csv": "wildlife.species.sources.iucn_csv.RedListDownload",
    "wikidata": "wildlife.species.sources.wikidata.WikidataResults",
    "inat": "wildlife.species.sources.inaturalist.INaturalistTaxa",
}


def open_reader(kind: str, target: str) -> Reader:
    """Return the reader of a kind (a key of READERS) for a file or a question to a server.

    Raises KeyError for an unknown kind, UnreadableSource where there is nothing to read.
    """
    return cast(Reader, import_string(READERS[kind])(target))
