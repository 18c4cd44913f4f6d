"""The rules of Camtrap DP 1.0.2 for frictionless, written up from https://camtrap-dp.tdwg.org.

Those that the standard publishes are fetched from its site, which tests do not reach.
"""

import json
from pathlib import Path
from typing import Any

import frictionless

_WORD, _COUNT, _MEASURE = {"type": "string"}, {"type": "integer"}, {"type": "number"}
_FLAG, _ANY = {"type": "boolean"}, {"type": "any"}
_TIME = {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"}
_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")
_FEATURES = (
    "roadPaved", "roadDirt", "trailHiking", "trailGame", "roadUnderpass", "roadOverpass",
    "roadBridge", "culvert", "burrow", "nestSite", "carcass", "waterSource", "fruitingTree",
)  # fmt: skip


def _must(field: dict[str, Any], **constraints: Any) -> dict[str, Any]:
    return {**field, "constraints": {"required": True, **constraints}}


def _may(field: dict[str, Any], **constraints: Any) -> dict[str, Any]:
    return {**field, "constraints": constraints}


_SHARE = _may(_MEASURE, minimum=0, maximum=1)
TABLES: dict[str, dict[str, dict[str, Any]]] = {
    "deployments": {
        "deploymentID": _must(_WORD, unique=True),
        "locationID": _WORD,
        "locationName": _WORD,
        "latitude": _must(_MEASURE, minimum=-90, maximum=90),
        "longitude": _must(_MEASURE, minimum=-180, maximum=180),
        "coordinateUncertainty": _may(_COUNT, minimum=1),
        "deploymentStart": _must(_TIME),
        "deploymentEnd": _must(_TIME),
        "setupBy": _WORD,
        "cameraID": _WORD,
        "cameraModel": _WORD,
        "cameraDelay": _may(_COUNT, minimum=0),
        "cameraHeight": _may(_MEASURE, minimum=0),
        "cameraDepth": _may(_MEASURE, minimum=0),
        "cameraTilt": _may(_COUNT, minimum=-90, maximum=90),
        "cameraHeading": _may(_COUNT, minimum=0, maximum=360),
        "detectionDistance": _may(_MEASURE, minimum=0),
        "timestampIssues": _FLAG,
        "baitUse": _FLAG,
        "featureType": _may(_WORD, enum=_FEATURES),
        "habitat": _WORD,
        "deploymentGroups": _WORD,
        "deploymentTags": _WORD,
        "deploymentComments": _WORD,
    },
    "media": {
        "mediaID": _must(_WORD, unique=True),
        "deploymentID": _must(_WORD),
        "captureMethod": _may(_WORD, enum=("activityDetection", "timeLapse")),
        "timestamp": _must(_TIME),
        "filePath": _must(_WORD, pattern=r"^(?=^[^./~])(^((?!\.{2}).)*$).*$"),
        "filePublic": _must(_FLAG),
        "fileName": _WORD,
        "fileMediatype": _must(_WORD, pattern=r"^(image|video|audio)/.*$"),
        "exifData": _ANY,
        "favorite": _FLAG,
        "mediaComments": _WORD,
    },
    "observations": {
        "observationID": _must(_WORD, unique=True),
        "deploymentID": _must(_WORD),
        "mediaID": _WORD,
        "eventID": _WORD,
        "eventStart": _must(_TIME),
        "eventEnd": _must(_TIME),
        "observationLevel": _must(_WORD, enum=("media", "event")),
        "observationType": _must(
            _WORD, enum=("animal", "human", "vehicle", "blank", "unknown", "unclassified")
        ),
        "cameraSetupType": _may(_WORD, enum=("setup", "calibration")),
        "scientificName": _WORD,
        "count": _may(_COUNT, minimum=1),
        "lifeStage": _may(_WORD, enum=("adult", "subadult", "juvenile")),
        "sex": _may(_WORD, enum=("female", "male")),
        "behavior": _WORD,
        "individualID": _WORD,
        "individualPositionRadius": _may(_MEASURE, minimum=0),
        "individualPositionAngle": _may(_MEASURE, minimum=-90, maximum=90),
        "individualSpeed": _may(_MEASURE, minimum=0),
        "bboxX": _SHARE,
        "bboxY": _SHARE,
        "bboxWidth": _may(_MEASURE, minimum=1e-15, maximum=1),
        "bboxHeight": _may(_MEASURE, minimum=1e-15, maximum=1),
        "classificationMethod": _may(_WORD, enum=("human", "machine")),
        "classifiedBy": _WORD,
        "classificationTimestamp": _TIME,
        "classificationProbability": _SHARE,
        "observationTags": _WORD,
        "observationComments": _WORD,
    },
}
_KEYS = {
    "deployments": {"primaryKey": "deploymentID"},
    "media": {
        "primaryKey": "mediaID",
        "foreignKeys": [
            {
                "fields": "deploymentID",
                "reference": {"resource": "deployments", "fields": "deploymentID"},
            }
        ],
    },
    "observations": {
        "primaryKey": "observationID",
        "foreignKeys": [
            {
                "fields": "deploymentID",
                "reference": {"resource": "deployments", "fields": "deploymentID"},
            },
            {"fields": "mediaID", "reference": {"resource": "media", "fields": "mediaID"}},
        ],
    },
}


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def _object(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


def _list(of: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least}


PROFILE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_object(
        "resources", "profile", "created", "contributors", "project", "spatial", "temporal",
        "taxonomic",
        resources=_list(
            _object(
                "name", "path", "profile", "schema",
                name=_one_of(*TABLES), profile=_one_of("tabular-data-resource"),
            ),
            3,
        ),
        created={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        contributors=_list(_object("title", title=_WORD), 1),
        licenses=_list(_object("scope", scope=_one_of("data", "media")), 2),
        project=_object(
            "title", "samplingDesign", "captureMethod", "individualAnimals", "observationLevel",
            title=_WORD,
            samplingDesign=_one_of(
                "simpleRandom", "systematicRandom", "clusteredRandom", "experimental", "targeted",
                "opportunistic",
            ),
            captureMethod=_list(_one_of("activityDetection", "timeLapse"), 1),
            individualAnimals=_FLAG,
            observationLevel=_list(_one_of("media", "event")),
        ),
        coordinatePrecision=_MEASURE,
        spatial=_object("type", "coordinates", type=_one_of("Polygon")),
        temporal=_object("start", "end", start=_WORD, end=_WORD),
        taxonomic=_list(
            _object(
                "scientificName",
                scientificName=_WORD,
                taxonID=_WORD,
                taxonRank=_one_of(*_RANKS, "species", "subspecies"),
                vernacularNames={
                    "type": "object",
                    "patternProperties": {"^[a-z]{3}$": _WORD},
                    "additionalProperties": False,
                },
                **dict.fromkeys(_RANKS, _WORD),
            )
        ),
    ),
}  # fmt: skip


def faults(folder: Path) -> list[str]:
    """Return what frictionless finds wrong with an unpacked package, by these rules."""
    told = json.loads((folder / "datapackage.json").read_text())
    assert told["profile"].endswith("/camtrap-dp/1.0.2/camtrap-dp-profile.json")
    (folder / "profile.json").write_text(json.dumps(PROFILE))
    told["profile"] = str(folder / "profile.json")
    for one in told["resources"]:
        name = one["name"]
        assert one["schema"].endswith(f"/camtrap-dp/1.0.2/{name}-table-schema.json")
        fields = [{"name": field, **rule} for field, rule in TABLES[name].items()]
        rules = {"fields": fields, "missingValues": ["", "NA", "NaN", "nan"], **_KEYS[name]}
        one["schema"] = json.loads(json.dumps(rules))
    try:
        with frictionless.system.use_context(trusted=True):  # the rules are no part of the package
            report = frictionless.Package.from_descriptor(told, basepath=str(folder)).validate()
    except frictionless.FrictionlessException as wrong:
        return [one.note for one in (wrong.reasons or [wrong.error])]
    return [" ".join(map(str, one)) for one in report.flatten(["rowNumber", "fieldName", "note"])]
