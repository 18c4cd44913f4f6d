"""What the formats are for, in a sentence each."""

from django.utils.translation import gettext_lazy

SENTENCES = {
    "camtrap-dp": gettext_lazy(
        "The standard of camera trapping: deployments, photos and observations in one package."
    ),
    "camtrap-dp-photos": gettext_lazy("The same package with the photos inside, as you see them."),
    "darwin-core": gettext_lazy("Occurrences of animals, ready for GBIF."),
    "wildlife-insights": gettext_lazy("The four tables that Wildlife Insights takes in bulk."),
    "megadetector": gettext_lazy(
        "Boxes of animals, people and vehicles, for Timelapse and others."
    ),
    "speciesnet": gettext_lazy("Predictions as SpeciesNet writes them, with boxes and taxa."),
    "speciesnet-old": gettext_lazy("The same as it was written before, with one taxon per photo."),
    "coco": gettext_lazy("Boxes with classes, for training detectors."),
    "geojson": gettext_lazy("Photos with a place as points, for QGIS and other maps."),
    "crops": gettext_lazy("The cut-outs of animals in a folder per class, for training."),
    "photos": gettext_lazy(
        "The photos with what is on them as keywords, for digiKam, Lightroom and others."
    ),
    "csv": gettext_lazy("One table with a row per animal, for spreadsheets and R."),
    "parquet": gettext_lazy("The same table, small and typed, for pandas, DuckDB and R."),
}
