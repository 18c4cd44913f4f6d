"""What a package tells of photos that are gone by: its tables grow on disk, photo by photo."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from wildlife.exchange.formats.base import Row, Table
from wildlife.exchange.formats.camtrap_dp.columns import DEPLOYMENTS, MEDIA, NO_TIME, OBSERVATIONS
from wildlife.exchange.records import (
    DeploymentRecord,
    PhotoRecord,
    PlaceRecord,
    TaxonRecord,
    ThingRecord,
    clock,
    stamp,
)

_TYPES = {"animal": "animal", "person": "human", "vehicle": "vehicle", "blank": "blank"}
COORDINATES = 5
"""Decimals: about one metre."""


@dataclass(frozen=True, slots=True)
class Medium:
    """Where the file of a photo is: an address, or a path in the package, which is `public`."""

    path: str
    media_type: str
    public: bool = False


@dataclass(slots=True)
class Stand:
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


class Package:
    """What the tables and the description need to know of photos that are gone by."""

    def __init__(self) -> None:
        self.stands: dict[str, Stand] = {}
        self.visits: dict[str, _Visit] = {}
        self.taxa: dict[str, TaxonRecord] = {}
        self.media = Table(MEDIA)
        self.observations = Table(OBSERVATIONS)

    def add(self, photo: PhotoRecord, place: PlaceRecord, medium: Medium) -> None:
        """Write a photo of a place, and what is on it."""
        moment = _moment(photo)
        stand = self._stand(photo.deployment, place, moment)
        self.media.add(
            {
                "mediaID": photo.sha256,
                "deploymentID": stand,
                "timestamp": stamp(moment),
                "filePath": medium.path,
                "filePublic": medium.public,
                "fileName": photo.filename,
                "fileMediatype": medium.media_type,
                "mediaComments": "" if photo.moment else NO_TIME,
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
        stand = self.stands.setdefault(name, Stand(deployment, place, moment, moment))
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
                "latitude": round(stand.place.latitude, COORDINATES),
                "longitude": round(stand.place.longitude, COORDINATES),
                "deploymentStart": stamp(min(first, stand.first)),
                "deploymentEnd": stamp(max(last, stand.last)),
            }
            table.add(row)
        return table


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
