"""Every format that photos leave in: one literal table, from key to what writes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wildlife.exchange.formats import (
    camtrap_dp,
    coco,
    crops,
    darwin_core,
    geo_json,
    megadetector,
    photos,
    speciesnet,
    tables,
    wildlife_insights,
)
from wildlife.exchange.formats.base import Write


@dataclass(frozen=True, slots=True)
class Format:
    """`title` is the name that the field knows it by, `suffix` ends its file's name.

    `pictures` tells that it opens pictures, not only what is known of them.
    """

    title: str | Promise
    suffix: str
    media_type: str
    write: Write
    pictures: bool = False


FORMATS: Mapping[str, Format] = {
    "camtrap-dp": Format("Camtrap DP 1.0.2", ".zip", "application/zip", camtrap_dp.write),
    "camtrap-dp-photos": Format(
        _("Camtrap DP 1.0.2 with photos"),
        ".zip",
        "application/zip",
        camtrap_dp.write_with_photos,
        pictures=True,
    ),
    "darwin-core": Format("Darwin Core Archive", ".zip", "application/zip", darwin_core.write),
    "wildlife-insights": Format(
        "Wildlife Insights", ".zip", "application/zip", wildlife_insights.write
    ),
    "megadetector": Format("MegaDetector 1.6", ".json", "application/json", megadetector.write),
    "speciesnet": Format("SpeciesNet", ".json", "application/json", speciesnet.write),
    "speciesnet-old": Format(
        _("SpeciesNet before 5.0.6"), ".json", "application/json", speciesnet.write_old
    ),
    "coco": Format("COCO Camera Traps", ".json", "application/json", coco.write),
    "geojson": Format("GeoJSON", ".geojson", "application/geo+json", geo_json.write),
    "crops": Format(_("Crops by class"), ".zip", "application/zip", crops.write, pictures=True),
    "photos": Format(
        _("Photos with keywords"), ".zip", "application/zip", photos.write, pictures=True
    ),
    "csv": Format("CSV", ".csv", "text/csv", tables.write_csv),
    "parquet": Format(
        "Parquet", ".parquet", "application/vnd.apache.parquet", tables.write_parquet
    ),
}
