"""Camtrap DP 1.0.2: https://camtrap-dp.tdwg.org. A package of three tables, as a zip.

Identifiers come from what photos are, not from their rows here: a photo's SHA-256, a deployment's
name. The same photos give the same package, wherever they are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZipFile

from wildlife.exchange.formats.base import Files, Row, Table, dump, zipped
from wildlife.exchange.records import (
    DeploymentRecord,
    PhotoRecord,
    PlaceRecord,
    ProjectRecord,
    TaxonRecord,
    ThingRecord,
    clock,
    stamp,
)

VERSION = "1.0.2"
_HOME = f"https://raw.githubusercontent.com/tdwg/camtrap-dp/{VERSION}"
DEPLOYMENTS = (
    "deploymentID", "locationID", "locationName", "latitude", "longitude", "coordinateUncertainty",
    "deploymentStart", "deploymentEnd", "setupBy", "cameraID", "cameraModel", "cameraDelay",
    "cameraHeight", "cameraDepth", "cameraTilt", "cameraHeading", "detectionDistance",
    "timestampIssues", "baitUse", "featureType", "habitat", "deploymentGroups", "deploymentTags",
    "deploymentComments",
)  # fmt: skip
MEDIA = (
    "mediaID", "deploymentID", "captureMethod", "timestamp", "filePath", "filePublic", "fileName",
    "fileMediatype", "exifData", "favorite", "mediaComments",
)  # fmt: skip
OBSERVATIONS = (
    "observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd",
    "observationLevel", "observationType", "cameraSetupType", "scientificName", "count",
    "lifeStage", "sex", "behavior", "individualID", "individualPositionRadius",
    "individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth", "bboxHeight",
    "classificationMethod", "classifiedBy", "classificationTimestamp",
    "classificationProbability", "observationTags", "observationComments",
)  # fmt: skip
_TYPES = {"animal": "animal", "person": "human", "vehicle": "vehicle", "blank": "blank"}
_COORDINATES = 5
"""Decimals: about one metre."""


@dataclass(slots=True)
class _Stand:
    """A deployment, and from when to when its photos are."""

    record: DeploymentRecord | None
    place: PlaceRecord
    first: datetime
    last: datetime


@dataclass(slots=True)
class _Visit:
    """An event as its photos show it: the most animals of a kind on any one photo."""

    deployment: str
    first: datetime
    last: datetime
    most: dict[tuple[str, str], int] = field(default_factory=dict)
    people: dict[tuple[str, str], str] = field(default_factory=dict)


class _Package:
    """What the tables and the description need to know of photos that are gone by."""

    def __init__(self) -> None:
        self.stands: dict[str, _Stand] = {}
        self.visits: dict[str, _Visit] = {}
        self.taxa: dict[str, TaxonRecord] = {}
        self.media = Table(MEDIA)
        self.observations = Table(OBSERVATIONS)
        self.left_out = 0

    def add(self, photo: PhotoRecord) -> None:
        """Write a photo and what is on it; one without a place has none in this format."""
        place = (photo.deployment.place if photo.deployment else None) or photo.place
        if place is None:
            self.left_out += 1
            return
        moment = _moment(photo)
        stand = self._stand(photo.deployment, place, moment)
        self.media.add(
            {
                "mediaID": photo.sha256,
                "deploymentID": stand,
                "timestamp": stamp(moment),
                "filePath": photo.url,
                "filePublic": False,
                "fileName": photo.filename,
                "fileMediatype": photo.media_type,
                "mediaComments": "" if photo.moment else "Time of the upload: none was recorded.",
            }
        )
        if not photo.visit:  # a visit of its own, that no other photo adds to
            key, visit = f"{photo.sha256}_event", _Visit(stand, moment, moment)
            self._observe(photo, stand, key, visit, moment)
            self._conclude(key, visit)
            return
        visit = self.visits.setdefault(photo.visit, _Visit(stand, moment, moment))
        visit.first, visit.last = min(visit.first, moment), max(visit.last, moment)
        self._observe(photo, stand, photo.visit, visit, moment)

    def _observe(
        self, photo: PhotoRecord, stand: str, event: str, visit: _Visit, moment: datetime
    ) -> None:
        seen: dict[tuple[str, str], int] = {}
        for thing in photo.shown or photo.things[:1] or (None,):
            kind, name = _type(photo, thing), _name(thing)
            counted = (thing.count if thing else None) or 1
            seen[kind, name] = max(seen.get((kind, name), 0) + 1, counted)
            if thing and thing.taxon:
                self.taxa.setdefault(thing.taxon.slug, thing.taxon)
            if thing and thing.person:
                visit.people[kind, name] = thing.person.name
            self.observations.add(
                {
                    "observationID": f"{photo.sha256}_{thing.index if thing else 0}",
                    "deploymentID": stand,
                    "mediaID": photo.sha256,
                    "eventID": event,
                    "eventStart": stamp(moment),
                    "eventEnd": stamp(moment),
                    "observationLevel": "media",
                    "observationType": kind,
                    "scientificName": name,
                    "count": None if kind in ("blank", "unclassified") else counted,
                    "lifeStage": thing.life_stage if thing else "",
                    "sex": thing.sex if thing else "",
                    "behavior": thing.behaviour if thing else "",
                    **(_classified(thing) if thing else {}),
                }
            )
        for what, count in seen.items():
            visit.most[what] = max(visit.most.get(what, 0), count)

    def finish(self) -> None:
        """Write the visits of several photos, now that all their photos are gone by."""
        for key, visit in self.visits.items():
            self._conclude(key, visit)

    def _conclude(self, key: str, visit: _Visit) -> None:
        """Write a visit: what GBIF reads. One with anything on it is not blank as well."""
        found = {what: count for what, count in visit.most.items() if what[0] != "blank"}
        for number, ((kind, name), count) in enumerate(sorted((found or visit.most).items())):
            person = visit.people.get((kind, name))
            known = kind != "unclassified"
            self.observations.add(
                {
                    "observationID": f"{key}_{number}",
                    "deploymentID": visit.deployment,
                    "eventID": key,
                    "eventStart": stamp(visit.first),
                    "eventEnd": stamp(visit.last),
                    "observationLevel": "event",
                    "observationType": kind,
                    "scientificName": name,
                    "count": count if known and kind != "blank" else None,
                    "classificationMethod": ("human" if person else "machine") if known else "",
                    "classifiedBy": person,
                }
            )

    def _stand(
        self, deployment: DeploymentRecord | None, place: PlaceRecord, moment: datetime
    ) -> str:
        """Return a photo's deploymentID; photos without one share that of their place."""
        name = deployment.name if deployment else f"{place.latitude:.5f} {place.longitude:.5f}"
        stand = self.stands.setdefault(name, _Stand(deployment, place, moment, moment))
        stand.first, stand.last = min(stand.first, moment), max(stand.last, moment)
        return name

    def deployments(self) -> Table:
        table = Table(DEPLOYMENTS)
        for name, stand in self.stands.items():
            record = stand.record
            first, last = stand.first, stand.last
            if record:
                first = clock(record.start, None, record.zone) if record.start else first
                last = clock(record.end, None, record.zone) if record.end else last
            row: Row = {
                **(record.columns if record else {}),
                "deploymentID": name,
                "latitude": round(stand.place.latitude, _COORDINATES),
                "longitude": round(stand.place.longitude, _COORDINATES),
                "deploymentStart": stamp(min(first, stand.first)),
                "deploymentEnd": stamp(max(last, stand.last)),
            }
            table.add(row)
        return table


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[str]:
    """Write the package. Photos without any place are left out, and counted."""
    package = _Package()
    for record in records:
        package.add(record)
    package.finish()
    with zipped(to) as archive:
        package.deployments().into(archive, "deployments.csv")
        package.media.into(archive, "media.csv")
        package.observations.into(archive, "observations.csv")
        _describe(archive, package, about)
    left_out = package.left_out
    return [f"{left_out} photos have no place and were left out."] if left_out else []


def _moment(photo: PhotoRecord) -> datetime:
    return photo.moment or photo.received_at.astimezone(UTC)


def _type(photo: PhotoRecord, thing: ThingRecord | None) -> str:
    if thing is None:
        return "blank" if photo.state == "done" else "unclassified"
    return _TYPES[thing.kind]


def _name(thing: ThingRecord | None) -> str:
    return thing.taxon.scientific_name if thing and thing.taxon else ""


def _classified(thing: ThingRecord) -> Row:
    told: Row = {"classificationMethod": "machine", "classifiedBy": thing.models}
    if thing.person:
        told = {
            "classificationMethod": "human",
            "classifiedBy": thing.person.name,
            "classificationTimestamp": stamp(thing.person.at),
        }
    elif (sure := thing.sureness if thing.sureness is not None else thing.confidence) is not None:
        told["classificationProbability"] = round(sure, 4)
    if thing.box and thing.kind != "blank":
        sides = ("bboxX", "bboxY", "bboxWidth", "bboxHeight")
        told |= {name: round(side, 6) for name, side in zip(sides, thing.box, strict=True)}
    return told


def _describe(archive: ZipFile, package: _Package, about: ProjectRecord) -> None:
    precisions = [one.place.precision for one in package.stands.values() if one.place.precision]
    told: dict[str, Any] = {
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": f"{_HOME}/{name}-table-schema.json",
            }
            for name in ("deployments", "media", "observations")
        ],
        "profile": f"{_HOME}/camtrap-dp-profile.json",
        "name": about.slug or "photos",
        "created": stamp(about.made_at.astimezone(UTC)),
        "contributors": [{"title": name} for name in about.people],
        "licenses": [
            {"name": about.data_licence, "scope": "data"},
            {"name": about.media_licence, "scope": "media"},
        ],
        "project": {
            "title": about.title or "Photos",
            "samplingDesign": about.sampling_design,
            "captureMethod": ["activityDetection"],
            "individualAnimals": False,
            "observationLevel": ["media", "event"],
        },
        "spatial": _spatial(package),
        "temporal": _temporal(package),
        "taxonomic": [_taxonomic(taxon) for taxon in package.taxa.values()],
    }
    if about.description:
        told["description"] = told["project"]["description"] = about.description
    if precisions:
        told["coordinatePrecision"] = max(precisions)
    archive.writestr("datapackage.json", dump(told))


def _spatial(package: _Package) -> dict[str, Any]:
    """Return the rectangle around all places; around none it is a point off Africa."""
    places = [stand.place for stand in package.stands.values()]
    east = [round(one.longitude, _COORDINATES) for one in places] or [0.0]
    north = [round(one.latitude, _COORDINATES) for one in places] or [0.0]
    west, south, right, top = min(east), min(north), max(east), max(north)
    ring = [[west, south], [right, south], [right, top], [west, top], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _temporal(package: _Package) -> dict[str, str]:
    stands = package.stands.values()
    today = datetime.now(UTC)
    first = min((one.first for one in stands), default=today)
    last = max((one.last for one in stands), default=today)
    return {"start": first.date().isoformat(), "end": last.date().isoformat()}


def _taxonomic(taxon: TaxonRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"scientificName": taxon.scientific_name}
    if taxon.rank in ("kingdom", "phylum", "class", "order", "family", "genus", "species"):
        told["taxonRank"] = taxon.rank
    told |= {rank: name for rank, name in taxon.lineage.items() if rank != "species"}
    if taxon.gbif:
        told["taxonID"] = f"https://www.gbif.org/species/{taxon.gbif}"
    if taxon.common_name:
        told["vernacularNames"] = {"eng": taxon.common_name}
    return told
