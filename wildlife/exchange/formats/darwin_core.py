"""A Darwin Core Archive for GBIF: occurrences as the core, photos as an extension."""

from collections.abc import Iterable
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from wildlife.exchange.formats.base import Files, Row, Table, zipped
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, ThingRecord, stamp

_DWC, _DC = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
OCCURRENCE = {
    name: f"{_DWC}{name}"
    for name in (
        "occurrenceID", "eventID", "eventDate", "basisOfRecord", "scientificName", "kingdom",
        "phylum", "class", "order", "family", "genus", "taxonRank", "vernacularName",
        "decimalLatitude", "decimalLongitude", "geodeticDatum", "coordinatePrecision",
        "individualCount", "occurrenceStatus", "identifiedBy", "dateIdentified",
        "identificationRemarks", "identificationVerificationStatus", "samplingProtocol",
        "parentEventID", "datasetName", "occurrenceRemarks",
    )
} | {"license": f"{_DC}license"}  # fmt: skip
MEDIA = {
    "occurrenceID": f"{_DWC}occurrenceID",
    **{
        name: f"{_DC}{name}"
        for name in ("identifier", "type", "format", "created", "license", "rightsHolder")
    },
}


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write one occurrence per taxon and photo. What names no animal is no occurrence."""
    core, media = Table(OCCURRENCE), Table(MEDIA)
    for record in records:
        for animals in _by_taxon(record):
            key = f"{record.sha256}_{animals[0].index}"
            core.add(_occurrence(key, record, animals, about))
            media.add(_medium(key, record, about))
    with zipped(to) as archive:
        core.into(archive, "occurrence.csv")
        media.into(archive, "multimedia.csv")
        archive.writestr("meta.xml", _meta())
        archive.writestr("eml.xml", _eml(about))
    return []


def _by_taxon(record: PhotoRecord) -> Iterable[list[ThingRecord]]:
    found: dict[str, list[ThingRecord]] = {}
    for thing in record.shown:
        if thing.kind == "animal" and thing.taxon:
            found.setdefault(thing.taxon.slug, []).append(thing)
    return found.values()


def _occurrence(
    key: str, record: PhotoRecord, animals: list[ThingRecord], about: ProjectRecord
) -> Row:
    taxon = animals[0].taxon
    assert taxon is not None  # `_by_taxon` gives no others
    person = next((one.person for one in animals if one.person), None)
    sureness = max((one.sureness or 0.0 for one in animals), default=0.0)
    place = record.place
    lineage = {rank: name for rank, name in taxon.lineage.items() if rank in OCCURRENCE}
    return {
        **lineage,
        "occurrenceID": key,
        "eventID": record.visit or record.sha256,
        "parentEventID": record.deployment.name if record.deployment else None,
        "eventDate": stamp(record.moment) if record.moment else None,
        "basisOfRecord": "MachineObservation",
        "scientificName": taxon.scientific_name,
        "taxonRank": taxon.rank,
        "vernacularName": taxon.common_name,
        "decimalLatitude": place.latitude if place else None,
        "decimalLongitude": place.longitude if place else None,
        "geodeticDatum": "WGS84" if place else None,
        "coordinatePrecision": place.precision if place else None,
        "individualCount": len(animals),
        "occurrenceStatus": "present",
        "identifiedBy": person.name if person else animals[0].models,
        "dateIdentified": stamp(person.at) if person else None,
        "identificationRemarks": None if person else f"by a model, {sureness:.0%} sure",
        "identificationVerificationStatus": "verified" if person else "unverified",
        "samplingProtocol": "camera trap",
        "datasetName": about.title,
        "occurrenceRemarks": _beside(record),
        "license": about.data_licence,
    }


def _beside(record: PhotoRecord) -> str | None:
    """Return what else is on the photo that is no occurrence: people and vehicles."""
    kinds = sorted({thing.kind for thing in record.shown} - {"animal"})
    return f"also on the photo: {', '.join(kinds)}" if kinds else None


def _medium(key: str, record: PhotoRecord, about: ProjectRecord) -> Row:
    return {
        "occurrenceID": key,
        "identifier": record.url,
        "type": "StillImage",
        "format": record.media_type,
        "created": stamp(record.moment) if record.moment else None,
        "license": about.media_licence,
        "rightsHolder": about.title or ", ".join(about.people),
    }


def _meta() -> str:
    core = _table("core", "id", f"{_DWC}Occurrence", "occurrence.csv", OCCURRENCE)
    multimedia = "http://rs.gbif.org/terms/1.0/Multimedia"
    media = _table("extension", "coreid", multimedia, "multimedia.csv", MEDIA)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">\n{core}{media}'
        "</archive>\n"
    )


def _table(tag: str, key: str, row_type: str, name: str, terms: dict[str, str]) -> str:
    lines = [
        f'<field index="{index}" term={quoteattr(term)}/>'
        for index, term in enumerate(terms.values())
    ]
    fields = "\n".join(lines[1:] if tag == "extension" else lines)
    return (
        f'<{tag} encoding="UTF-8" fieldsTerminatedBy="," linesTerminatedBy="\\n" '
        f'fieldsEnclosedBy=\'"\' ignoreHeaderLines="1" rowType={quoteattr(row_type)}>\n'
        f"<files><location>{name}</location></files>\n"
        f'<{key} index="0"/>\n{fields}\n</{tag}>\n'
    )


def _eml(about: ProjectRecord) -> str:
    title = escape(about.title or "Photos")
    people = "".join(
        f"<creator><individualName><surName>{escape(name)}</surName></individualName></creator>"
        for name in about.people
    )
    words = escape(about.description or about.title or "Photos of camera traps")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<eml:eml xmlns:eml="eml://ecoinformatics.org/eml-2.1.1" system="wildlife" '
        f"packageId={quoteattr(about.slug or 'photos')}><dataset><title>{title}</title>{people}"
        f"<pubDate>{about.made_at:%Y-%m-%d}</pubDate><abstract><para>{words}</para></abstract>"
        f"<intellectualRights><para>{escape(about.data_licence)}</para></intellectualRights>"
        "</dataset></eml:eml>\n"
    )
