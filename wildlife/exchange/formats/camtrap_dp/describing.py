"""datapackage.json: what the package is, of whom, and where, when and what it covers."""

from datetime import UTC, datetime
from typing import Any

from wildlife.exchange.formats.camtrap_dp.columns import HOME
from wildlife.exchange.formats.camtrap_dp.package import COORDINATES, Package
from wildlife.exchange.records import MAIN_RANKS, ProjectRecord, TaxonRecord, stamp


def described(package: Package, about: ProjectRecord) -> dict[str, Any]:
    """Return what datapackage.json says once all photos are written."""
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
                "schema": f"{HOME}/{name}-table-schema.json",
            }
            for name in ("deployments", "media", "observations")
        ],
        "profile": f"{HOME}/camtrap-dp-profile.json",
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
    return told


def _spatial(package: Package) -> dict[str, Any]:
    """Return the rectangle around all places; around none it is a point off Africa."""
    places = [stand.place for stand in package.stands.values()]
    east = [round(one.longitude, COORDINATES) for one in places] or [0.0]
    north = [round(one.latitude, COORDINATES) for one in places] or [0.0]
    west, south, right, top = min(east), min(north), max(east), max(north)
    ring = [[west, south], [right, south], [right, top], [west, top], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _temporal(package: Package) -> dict[str, str]:
    stands = package.stands.values()
    today = datetime.now(UTC)
    first = min((one.first for one in stands), default=today)
    last = max((one.last for one in stands), default=today)
    return {"start": first.date().isoformat(), "end": last.date().isoformat()}


def _taxonomic(taxon: TaxonRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"scientificName": taxon.scientific_name}
    if taxon.rank in (*MAIN_RANKS, "subspecies"):
        told["taxonRank"] = taxon.rank
    told |= {rank: name for rank, name in taxon.lineage.items() if rank != "species"}
    if taxon.gbif:
        told["taxonID"] = f"https://www.gbif.org/species/{taxon.gbif}"
    if taxon.common_name:
        told["vernacularNames"] = {"eng": taxon.common_name}
    return told
