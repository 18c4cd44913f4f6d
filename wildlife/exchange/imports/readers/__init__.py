"""Every format that can be brought in: one literal table, from key to what reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import Items, WrongFile
from wildlife.exchange.imports.files import Brought, first, top_keys
from wildlife.exchange.imports.readers import camtrap_dp, coco, labels, megadetector, speciesnet

Read = Callable[[Brought, str], Items]
"""Yields what a file says, of the table or document of this name in it."""


@dataclass(frozen=True, slots=True)
class Reader:
    title: str | Promise
    read: Read


READERS: Mapping[str, Reader] = {
    "camtrap-dp": Reader("Camtrap DP 1.0", camtrap_dp.read),
    "megadetector": Reader("MegaDetector", megadetector.read),
    "speciesnet": Reader("SpeciesNet", speciesnet.read),
    "coco": Reader("COCO Camera Traps", coco.read),
    "labels": Reader(gettext_lazy("Table of labels"), labels.read),
}


def recognised(brought: Brought) -> tuple[str, str]:
    """Return a file's format and the name of what is to be read in it. Raises WrongFile."""
    if brought.is_archive:
        if brought.names(camtrap_dp.PACKAGE):
            return "camtrap-dp", ""
        documents, tables = brought.names(".json"), brought.names(".csv", ".tsv")
        if len(documents) + len(tables) != 1:
            raise WrongFile(
                _("An archive has to hold a datapackage.json, or else one .json or one .csv file.")
            )
        name = (documents or tables)[0]
    else:
        name = brought.name
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return "labels", name
    keys = top_keys(brought, name)
    if "predictions" in keys:
        return "speciesnet", name
    if "annotations" in keys or "categories" in keys:
        return "coco", name
    if "images" in keys or "detection_categories" in keys:
        return _of_images(brought, name), name
    raise WrongFile(
        _("This is none of the formats that can be read: Camtrap DP, MegaDetector, SpeciesNet, "
          "COCO Camera Traps, or a table with a column “file”.")
    )  # fmt: skip


def _of_images(brought: Brought, name: str) -> str:
    """Return which of the two formats with images it is, by what its first image is called."""
    image = first(brought, name, "images.item")
    return "coco" if isinstance(image, dict) and "file_name" in image else "megadetector"
