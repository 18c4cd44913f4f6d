"""Wildlife Insights' batch upload: projects, cameras, deployments and images, as a zip of CSVs.

https://wildlifeinsights.org/get-started/upload. There is a row per kind of thing on an image.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

from wildlife.exchange.formats import speciesnet
from wildlife.exchange.formats.base import Files, Row, Table, dump, zipped
from wildlife.exchange.notes import Note, noted
from wildlife.exchange.records import (
    DeploymentRecord,
    PhotoRecord,
    PlaceRecord,
    ProjectRecord,
    ThingRecord,
    clock,
)

PROJECTS = (
    "project_id", "project_name", "project_short_name", "project_objectives", "project_species",
    "project_species_individual", "project_sensor_layout", "project_sensor_layout_targeted_type",
    "project_bait_use", "project_bait_type", "project_stratification",
    "project_stratification_type", "project_sensor_method", "project_individual_animals",
    "project_blank_images", "project_sensor_cluster", "project_admin", "project_admin_email",
    "project_admin_organization", "country_code", "embargo", "metadata_license", "image_license",
    "project_type",
)  # fmt: skip
CAMERAS = ("project_id", "camera_id", "make", "model", "serial_number", "year_purchased")
DEPLOYMENTS = (
    "project_id", "deployment_id", "subproject_name", "subproject_design", "placename",
    "longitude", "latitude", "start_date", "end_date", "event_name", "event_description",
    "event_type", "bait_type", "bait_description", "feature_type", "feature_type_methodology",
    "camera_id", "quiet_period", "camera_functioning", "sensor_height", "height_other",
    "sensor_orientation", "orientation_other", "recorded_by", "plot_treatment",
    "plot_treatment_description", "detection_distance",
)  # fmt: skip
IMAGES = (
    "project_id", "deployment_id", "image_id", "location", "is_blank", "identified_by",
    "wi_taxon_id", "class", "order", "family", "genus", "species", "common_name", "uncertainty",
    "timestamp", "number_of_objects", "age", "sex", "animal_recognizable", "individual_id",
    "individual_animal_notes", "behavior", "highlighted", "markings", "cv_confidence",
    "bounding_boxes", "license",
)  # fmt: skip
MACHINE = "Computer vision"
UNKNOWN = "Unknown"
_OTHERS = {
    "animal": speciesnet.ANIMAL, "person": speciesnet.HUMAN, "vehicle": speciesnet.VEHICLE,
    "blank": speciesnet.BLANK,
}  # fmt: skip
"""What no taxon is known of, as SpeciesNet labels it: it has Wildlife Insights' identifiers."""
_LAYOUTS = {
    "simpleRandom": "Randomized", "systematicRandom": "Systematic",
    "clusteredRandom": "Randomized", "experimental": "Targeted", "targeted": "Targeted",
}  # fmt: skip
_LICENCES = {"CC0-1.0": "CC0", "CC-BY-4.0": "CC-BY", "CC-BY-NC-4.0": "CC-BY-NC"}
_DECIMALS = 5
_DAY, _MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"


@dataclass(slots=True)
class _Stand:
    """A deployment, from when to when its photos are, and what camera took the first of them."""

    record: DeploymentRecord | None
    place: PlaceRecord
    camera: str
    first: datetime
    last: datetime

    def column(self, name: str) -> str:
        return self.record.columns.get(name, "") if self.record else ""


@dataclass(slots=True)
class _Group:
    """Things on a photo that are told in one row."""

    thing: ThingRecord | None
    count: int = 0
    boxes: list[list[float]] = field(default_factory=list)


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the four tables. Photos without any place are left out, and counted."""
    stands: dict[str, _Stand] = {}
    images = Table(IMAGES)
    left_out = 0
    for record in records:
        place = (record.deployment.place if record.deployment else None) or record.place
        if place is None:
            left_out += 1
            continue
        stand = _stand(stands, record, place)
        for group in _groups(record):
            images.add(_image(record, stand, group, about))
    with zipped(to) as archive:
        _projects(about, stands).into(archive, "projects.csv")
        _cameras(about, stands).into(archive, "cameras.csv")
        _deployments(about, stands).into(archive, "deployments.csv")
        images.into(archive, "images.csv")
    return noted(no_place=left_out)


def _stand(stands: dict[str, _Stand], record: PhotoRecord, place: PlaceRecord) -> str:
    """Return a photo's deployment; photos without one share that of their place."""
    moment = _moment(record)
    name = f"{place.latitude:.5f} {place.longitude:.5f}"
    if record.deployment:
        name = record.deployment.name
    new = _Stand(record.deployment, place, record.camera, moment, moment)
    stand = stands.setdefault(name, new)
    stand.first, stand.last = min(stand.first, moment), max(stand.last, moment)
    return name


def _moment(record: PhotoRecord) -> datetime:
    return record.moment or record.received_at.astimezone(UTC)


def _groups(record: PhotoRecord) -> Iterable[_Group]:
    """Return what is on a photo, once per kind; photos that nobody looked at have one, of None."""
    groups: dict[tuple[object, ...], _Group] = {}
    for thing in record.shown:
        taxon = thing.taxon.slug if thing.taxon else ""
        key = (thing.kind, taxon, _by(thing), thing.sex, thing.life_stage, thing.behaviour)
        group = groups.setdefault(key, _Group(thing))
        group.count = max(group.count + 1, thing.count or 1)
        if thing.box:
            group.boxes.append([round(side, 4) for side in thing.box])
    return groups.values() or [_Group(record.things[0] if record.things else None)]


def _image(record: PhotoRecord, stand: str, group: _Group, about: ProjectRecord) -> Row:
    thing = group.thing
    told: Row = {
        "project_id": _project(about),
        "deployment_id": stand,
        "image_id": record.sha256,
        "location": record.url,
        "is_blank": "No",
        "timestamp": _moment(record).strftime(_MOMENT),
        "highlighted": 0,
        "license": _LICENCES.get(about.media_licence, ""),
    }
    if thing is None and record.state != "done":
        return told
    told |= _named(thing)
    if thing is None or thing.kind == "blank":
        return told | {"is_blank": "Yes", "identified_by": _by(thing)}
    sure = thing.sureness if thing.sureness is not None else thing.confidence
    return told | {
        "identified_by": _by(thing),
        "number_of_objects": group.count,
        "age": thing.life_stage.capitalize() or UNKNOWN,
        "sex": thing.sex.capitalize() or UNKNOWN,
        "animal_recognizable": "No",
        "behavior": thing.behaviour,
        "cv_confidence": None if thing.person or sure is None else round(sure, 4),
        "bounding_boxes": dump(group.boxes) if group.boxes else "",
    }


def _by(thing: ThingRecord | None) -> str:
    return thing.person.name if thing and thing.person else MACHINE


def _named(thing: ThingRecord | None) -> Row:
    """Return a thing's names; identifiers of taxa are Wildlife Insights' own, and not known."""
    if thing is None or thing.taxon is None:
        number, *ranks, common = _OTHERS[thing.kind if thing else "blank"].split(";")
        named = (name.capitalize() if rank < 4 else name for rank, name in enumerate(ranks))
        return {
            "wi_taxon_id": number,
            **dict(zip(("class", "order", "family", "genus", "species"), named, strict=True)),
            "common_name": common.capitalize(),
        }
    taxon = thing.taxon
    return {
        **{rank: taxon.lineage.get(rank, "") for rank in ("class", "order", "family", "genus")},
        "species": taxon.epithet,
        "common_name": taxon.common_name or taxon.scientific_name,
    }


def _project(about: ProjectRecord) -> str:
    return about.slug or "photos"


def _projects(about: ProjectRecord, stands: dict[str, _Stand]) -> Table:
    baits = {stand.column("baitUse") for stand in stands.values()}
    bait = "No" if "true" not in baits else "Yes" if baits == {"true"} else "Some"
    table = Table(PROJECTS)
    table.add(
        {
            "project_id": _project(about),
            "project_name": about.title or "Photos",
            "project_short_name": _project(about),
            "project_objectives": about.description,
            "project_species": "Multiple",
            "project_sensor_layout": _LAYOUTS.get(about.sampling_design, "Convenience"),
            "project_bait_use": bait,
            "project_bait_type": "None" if bait == "No" else "Other",
            "project_stratification": "No",
            "project_sensor_method": "Sensor Detection",
            "project_individual_animals": "No",
            "project_blank_images": "No",
            "project_sensor_cluster": "Yes" if about.sampling_design == "clusteredRandom" else "No",
            "project_admin": about.people[0],
            "embargo": 0,
            "metadata_license": _LICENCES.get(about.data_licence, ""),
            "image_license": _LICENCES.get(about.media_licence, ""),
            "project_type": "Image",
        }
    )
    return table


def _cameras(about: ProjectRecord, stands: dict[str, _Stand]) -> Table:
    models: dict[str, str] = {}
    for name, stand in stands.items():
        models.setdefault(_camera(name, stand), stand.column("cameraModel") or stand.camera)
    table = Table(CAMERAS)
    for camera, model in models.items():
        make, _, rest = model.partition(" ")
        told = {"make": make or UNKNOWN, "model": rest or UNKNOWN}
        table.add({"project_id": _project(about), "camera_id": camera, **told})
    return table


def _camera(name: str, stand: _Stand) -> str:
    """Return the identifier of a deployment's camera: where none is told, it has one of its own."""
    return stand.column("cameraID") or name


def _deployments(about: ProjectRecord, stands: dict[str, _Stand]) -> Table:
    table = Table(DEPLOYMENTS)
    for name, stand in stands.items():
        record, first, last = stand.record, stand.first, stand.last
        if record:
            first = clock(record.start, None, record.zone) if record.start else first
            last = clock(record.end, None, record.zone) if record.end else last
        height, tilt = stand.column("cameraHeight"), stand.column("cameraTilt")
        table.add(
            {
                "project_id": _project(about),
                "deployment_id": name,
                "placename": stand.column("locationName") or stand.column("locationID") or name,
                "longitude": round(stand.place.longitude, _DECIMALS),
                "latitude": round(stand.place.latitude, _DECIMALS),
                "start_date": min(first, stand.first).strftime(_DAY),
                "end_date": max(last, stand.last).strftime(_DAY),
                "bait_type": "Other" if stand.column("baitUse") == "true" else "None",
                "feature_type": _spaced(stand.column("featureType")) or "None",
                "camera_id": _camera(name, stand),
                "quiet_period": stand.column("cameraDelay"),
                "camera_functioning": "Camera Functioning",
                "sensor_height": "Other" if height else UNKNOWN,
                "height_other": f"{height} m" if height else "",
                "sensor_orientation": _orientation(tilt),
                "orientation_other": f"{tilt} degrees upward" if tilt and int(tilt) > 0 else "",
                "recorded_by": stand.column("setupBy"),
                "detection_distance": stand.column("detectionDistance"),
            }
        )
    return table


def _orientation(tilt: str) -> str:
    if not tilt:
        return UNKNOWN
    return "Parallel" if int(tilt) == 0 else "Pointed Downward" if int(tilt) < 0 else "Other"


def _spaced(feature: str) -> str:
    """Return Camtrap DP's word as Wildlife Insights writes it: trailGame is Trail game."""
    return re.sub("([A-Z])", r" \1", feature).capitalize()
