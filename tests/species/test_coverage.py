"""How much the catalogue knows of what the models of this installation can name.

Computed from the catalogue's files and the label lists of the releases, without a database.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

import models_registry
from wildlife.species.loader import CATALOGUE

RELEASES = Path(models_registry.__file__).parent / "releases"
VERTEBRATES = {
    "mammalia", "aves", "reptilia", "amphibia", "actinopterygii", "chondrichthyes",
    "sarcopterygii", "petromyzonti", "myxini", "leptocardii",
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TAXA = {row["slug"]: row for row in rows(CATALOGUE / "taxa.csv")}
SLUGS = {row["scientific_name"]: row["accepted"] or slug for slug, row in TAXA.items()}
LABELS = {
    (path.parent.name, row["label"], row["taxon"])
    for path in sorted(RELEASES.glob("*/labels.csv"))
    for row in rows(path)
    if row["taxon"]
}
NAMED = {SLUGS[name] for _, _, name in LABELS if name in SLUGS}
ACTIVITY = [row for row in rows(CATALOGUE / "traits.csv") if row["kind"] == "activity"]
UNNAMED = {
    "abludomelita-obtusata", "actinauge-richardi", "adenomera-saci", "aequorea-vitrina",
    "ampelisca-brevicornis", "andrallus-spinidens", "anthura-gracilis", "arctornis",
    "argyrotheca-cistellula", "arotes-amoenus", "astacilla-longicornis", "atractomorpha",
    "barsine-defecta", "beroe-forskalii", "beroe-gracilis", "boana-ericae", "boana-phaeopleura",
    "caridion-gordoni", "caridion-steveni", "caryanda", "catostylus-tagi",
    "chirodropus-gorilla", "chironomus", "chrysaora-lactea", "chrysopilus",
    "cistelomorpha-flavovirens", "crangon-allmanni", "dalpada-oculata", "diastylis-bradyi",
    "diastylis-cornuta", "dicerca", "dichelopandalus-bonnieri", "dilophus-spinipes",
    "dinidoridae", "emesaya-brevipennis", "eurhamphaea-vexilligera", "euthalia-pulchella",
    "falconina-gracilis", "glaciarcula-spitzbergensis", "gonodactylus", "gwynia-capsula",
    "gymnosoma", "heliophorus-viridipunctata", "hemithiris-psittacea", "hentzia",
    "hexatoma-nepalensis", "hormiphora-plumosa", "ischnocnema", "lampea-pancerina", "laphria",
    "leucothea-multicornis", "lucanus-placidus", "lycodon-chapaensis", "macremphytus",
    "melitaea", "novocrania-anomala", "ocyropsis-crystallina", "ocyropsis-maculata",
    "ololygon-luizotavioi", "ommatius", "ophion", "pareas-berdmorei", "pareas-yunnanensis",
    "platidia-anomioides", "proceratophrys-goyana", "proceratophrys-itamari",
    "protaetia-angustata", "rallus", "rhinella-rubescens", "rivellia", "sergiolus-capulatus",
    "smilia", "stenosphenus-notatus", "symmerista", "synemosyna", "tamoya-haplonema",
    "telamona-concava", "terebratulina-retusa", "tigrosa-georgicola", "tipula", "tipula-furca",
    "torquigener", "xylomya",
}  # fmt: skip
"""For these no English name is in use; pages call them by their scientific names."""


def lineage(slug: str) -> list[str]:
    path: list[str] = []
    while slug:
        path.append(slug)
        slug = TAXA[slug]["parent"]
    return path


def species(slugs: Iterable[str]) -> set[str]:
    """Return the wild species and subspecies among some taxa."""
    return {
        slug
        for slug in slugs
        if TAXA[slug]["rank"] in ("species", "subspecies")
        and not TAXA[slug]["accepted"]
        and not TAXA[slug]["domesticated"]
    }


def vertebrates() -> set[str]:
    return {slug for slug in species(NAMED) if VERTEBRATES & {*lineage(slug)}}


def told_of(file: str, **wanted: str) -> set[str]:
    """Return the taxa of which a file has a row with these values."""
    return {
        row["taxon"]
        for row in rows(CATALOGUE / file)
        if all(row[column] == value for column, value in wanted.items())
    }


def share_of(part: set[str], whole: set[str]) -> float:
    return len(part & whole) / len(whole)


def test_every_label_of_every_release_maps_to_a_taxon() -> None:
    assert len(LABELS) > 2000
    assert sorted(label for label in LABELS if label[2] not in SLUGS) == []


def test_what_models_name_is_complete_in_lineage_and_english_name() -> None:
    english = told_of("common_names.csv", language="en", preferred="1")
    assert NAMED - english == UNNAMED
    for slug in NAMED:
        ranks = {TAXA[above]["rank"] for above in lineage(slug)}
        assert "kingdom" in ranks, slug
        # Where the family of a lamp shell is not agreed on, its genus hangs in the order.
        if TAXA[slug]["rank"] in ("species", "subspecies") and slug != "glaciarcula-spitzbergensis":
            assert {"phylum", "class", "order", "family", "genus"} <= ranks, slug


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("assessments.csv", 0.95),
        ("taxon_habitats.csv", 0.95),
        ("ranges.csv", 0.80),
        ("traits.csv", 0.80),
        ("identifiers.csv", 0.60),
    ],
)
def test_vertebrates_that_models_name_are_known(file: str, least: float) -> None:
    whole = vertebrates()
    assert len(whole) > 1000
    part = told_of(file, country="") if file == "assessments.csv" else told_of(file)
    assert share_of(part, whole) >= least


def test_the_most_common_animals_have_chinese_names() -> None:
    chinese = told_of("common_names.csv", language="zh-hans", preferred="1")
    assert len(chinese & vertebrates()) >= 400
    mammals = {slug for slug in NAMED if "mammalia" in lineage(slug)}
    assert sorted(mammals - chinese) == [
        "acerodon-celebensis",
        "chrysochloris-asiatica",
        "crocidura-leucodon",
        "dipodomys-microps",
        "jaculus-orientalis",
        "lepus-castroviejoi",
        "spermophilus-suslicus",
    ]


def test_no_two_taxa_of_one_rank_have_the_same_chinese_name() -> None:
    names = Counter(
        (row["name"], TAXA[row["taxon"]]["rank"])
        for row in rows(CATALOGUE / "common_names.csv")
        if row["language"] == "zh-hans" and row["preferred"]
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_look_alikes_are_pairs_with_a_sentence() -> None:
    pairs = rows(CATALOGUE / "look_alikes.csv")
    assert len(pairs) >= 80
    for pair in pairs:
        assert pair["difference"].endswith("."), pair
        assert len(pair["difference"]) > 40, pair
        assert {pair["taxon"], pair["other"]} <= TAXA.keys()


def test_well_known_species_are_described() -> None:
    described = rows(CATALOGUE / "descriptions.csv")
    assert len(described) >= 150
    for row in described:
        assert 2 <= row["description"].count(".") <= 5, row
        assert len(row["description"]) < 400, row


def test_traits_are_plausible() -> None:
    """A kilogram taken for a gram would make a mouse of a lion."""
    masses: dict[str, list[float]] = defaultdict(list)
    for row in rows(CATALOGUE / "traits.csv"):
        if row["kind"] == "body_mass_g":
            group = next((one for one in lineage(row["taxon"]) if one in VERTEBRATES), "")
            masses[group].append(float(row["value"]))
    assert min(masses["mammalia"]) > 1.5
    assert max(masses["mammalia"]) > 1e8
    assert min(masses["aves"]) > 1.5
    assert 9e4 < max(masses["aves"]) < 1.6e5


@pytest.mark.parametrize(
    ("slug", "activity"),
    [
        ("meles-meles", "nocturnal"),
        ("phacochoerus-africanus", "diurnal"),
        ("surnia-ulula", "diurnal"),
        ("tyto-alba", "nocturnal"),
        ("vulpes-vulpes", "nocturnal and crepuscular"),
        ("panthera-pardus", "nocturnal"),
        # Of whales, and of birds that are merely not called nocturnal, nothing is said.
        ("megaptera-novaeangliae", None),
        ("crex-crex", None),
    ],
)
def test_well_known_activity(slug: str, activity: str | None) -> None:
    found = {row["taxon"]: row["value"] for row in ACTIVITY}
    assert found.get(slug) == activity


@pytest.mark.parametrize(
    ("slug", "least", "most"),
    [
        ("panthera-leo", 100_000, 250_000),
        ("vulpes-vulpes", 3_000, 10_000),
        ("loxodonta-africana", 2_500_000, 6_000_000),
        ("turdus-merula", 80, 130),
        ("passer-domesticus", 22, 35),
        ("struthio-camelus", 90_000, 150_000),
        ("erinaceus-europaeus", 500, 1_200),
        ("rana-temporaria", 15, 60),
    ],
)
def test_well_known_masses(slug: str, least: float, most: float) -> None:
    (mass,) = [
        float(row["value"])
        for row in rows(CATALOGUE / "traits.csv")
        if row["taxon"] == slug and row["kind"] == "body_mass_g"
    ]
    assert least <= mass <= most


# --- Sensitive taxa: the rule stands in docs/species.md -----------------------------------------

TRADED = [
    "elephantidae",
    "rhinocerotidae",
    "pholidota",
    "panthera",
    "neofelis",
    "acinonyx",
    "pan",
    "gorilla",
    "pongo",
    "hylobatidae",
    "indriidae",
    "testudinidae",
    "cheloniidae",
    "dermochelyidae",
    "moschidae",
    "saiga",
    "andrias",
    "brachylophus",
    "cyclura",
    "ornithoptera",
]
SENSITIVE = {slug for slug, row in TAXA.items() if row["sensitive"]}


def test_groups_in_trade_are_sensitive_with_all_below_them() -> None:
    for slug, row in TAXA.items():
        if not row["accepted"] and {*lineage(slug)} & {*TRADED}:
            assert slug in SENSITIVE, slug


def test_parrots_that_are_becoming_rare_are_sensitive() -> None:
    status: dict[str, tuple[int, str]] = {}
    for row in rows(CATALOGUE / "assessments.csv"):
        if not row["country"]:
            newest = (int(row["year"] or 0), row["category"])
            status[row["taxon"]] = max(status.get(row["taxon"], newest), newest)
    parrots = {slug for slug in species(TAXA) if "psittaciformes" in lineage(slug)}
    rare = {slug for slug in parrots if status.get(slug, (0, ""))[1] in ("NT", "VU", "EN", "CR")}
    assert len(rare) > 10
    for slug in parrots:
        assert (slug in SENSITIVE) == bool(rare & {*lineage(slug)}), slug


def test_a_genus_of_sensitive_species_alone_is_sensitive_itself() -> None:
    below: dict[str, set[str]] = defaultdict(set)
    for slug, row in TAXA.items():
        if row["rank"] == "species" and not row["accepted"]:
            for above in lineage(slug):
                if TAXA[above]["rank"] == "genus":
                    below[above].add(slug)
    hidden = {genus for genus, its_species in below.items() if its_species <= SENSITIVE}
    assert sorted(hidden - SENSITIVE) == []


@pytest.mark.parametrize(
    "slug",
    [
        "falco-peregrinus",
        "falco-rusticolus",
        "gymnogyps-californianus",
        "lynx-pardinus",
        "okapia-johnstoni",
        "varanus-komodoensis",
        "atelopus-zeteki",
        "parnassius-apollo",
        "psittacus-erithacus",
        "panthera-uncia",
        "manis-javanica",
        "ailurus-fulgens",
    ],
)
def test_what_collectors_and_poachers_look_for_is_sensitive(slug: str) -> None:
    assert slug in SENSITIVE


@pytest.mark.parametrize(
    "slug",
    [
        "homo-sapiens",
        "canis-familiaris",
        "felis-catus",
        "vulpes-vulpes",
        "turdus-merula",
        "lynx-rufus",
        "melopsittacus-undulatus",
        "apis-mellifera",
        "felidae",
        "hominidae",
        "falco",
        "aves",
        "puma-concolor",
    ],
)
def test_what_nobody_poaches_is_not_hidden(slug: str) -> None:
    assert slug not in SENSITIVE
