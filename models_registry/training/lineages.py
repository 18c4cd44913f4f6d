"""Which taxon stands above which, as far as a training must know."""

import csv
from collections.abc import Iterable
from pathlib import Path

from models_registry.training.errors import TrainingRefused

LEVELS = ("class", "order", "family", "genus")
"""The columns of a table of lineages, from above to below, beside scientific_name."""
SUFFIXES = {"idae": "family", "inae": "subfamily"}
CLADES = {
    "Serpentes": (
        "suborder",
        "Boidae Colubridae Dipsadidae Elapidae Homalopsidae Lamprophiidae Natricidae Pythonidae "
        "Typhlopidae Viperidae Xenopeltidae",
    ),
    "Gekkota": (
        "infraorder",
        "Carphodactylidae Diplodactylidae Eublepharidae Gekkonidae Phyllodactylidae Pygopodidae "
        "Sphaerodactylidae",
    ),
    "Pinnipedia": ("clade", "Odobenidae Otariidae Phocidae"),
    "Folivora": ("suborder", "Bradypodidae Choloepodidae Megalonychidae"),
    "Cetacea": (
        "infraorder",
        "Balaenidae Balaenopteridae Delphinidae Eschrichtiidae Monodontidae Phocoenidae "
        "Physeteridae Ziphiidae",
    ),
}
"""Names between the levels under which photos are often filed: rank, and families below."""


class Lineages:
    """Ranks and ancestors of taxa, by scientific name."""

    def __init__(self, rows: Iterable[dict[str, str]] = ()) -> None:
        """Build from rows with scientific_name and the LEVELS; empty cells are left out."""
        self._above: dict[str, tuple[str, ...]] = {}
        self._ranks: dict[str, str] = {clade: rank for clade, (rank, _) in CLADES.items()}
        clades = {
            family: clade for clade, (_, families) in CLADES.items() for family in families.split()
        }
        for row in rows:
            path: tuple[str, ...] = ()
            for level in LEVELS:
                if name := row.get(level) or "":
                    if clade := clades.get(name):
                        self._above.setdefault(clade, path)
                        path = (*path, clade)
                    self._note(name, level, path)
                    path = (*path, name)
            name = row.get("scientific_name") or ""
            if name and name not in path:
                self._note(name, rank_by_form(name), path)

    def _note(self, name: str, rank: str, path: tuple[str, ...]) -> None:
        self._ranks.setdefault(name, rank)
        self._above.setdefault(name, path)

    def rank(self, name: str) -> str:
        """Return the rank of a taxon: as listed, else as its form tells."""
        return self._ranks.get(name) or rank_by_form(name)

    def above(self, name: str) -> tuple[str, ...]:
        """Return all known ancestors, from the top down; of an unlisted species, by its genus."""
        if name in self._above:
            return self._above[name]
        genus, _, rest = name.partition(" ")
        return (*self._above.get(genus, ()), genus) if rest else ()


def rank_by_form(name: str) -> str:
    """Return the rank that a scientific name's form tells: two words are a species, and so on."""
    words = len(name.split())
    if words != 1:
        return "species" if words == 2 else "subspecies"
    for suffix, rank in SUFFIXES.items():
        if name.endswith(suffix):
            return rank
    return "genus"


def read_lineages(paths: Iterable[Path]) -> Lineages:
    """Read tables with the columns scientific_name, class, order, family and genus.

    Where two disagree, the first one counts. Raises TrainingRefused.
    """
    rows: list[dict[str, str]] = []
    for path in paths:
        try:
            with path.open(newline="", encoding="utf-8") as file:
                rows.extend(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise TrainingRefused(f"The lineages in {path} cannot be read: {error}.") from error
    return Lineages(rows)
