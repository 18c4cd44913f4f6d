"""The project's own catalogue: complete, consistent, and right where we know better."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Q

from wildlife.species.loader import LoadReport, load
from wildlife.species.models import CommonName, Habitat, Taxon
from wildlife.species.selectors import species_cards, tree

pytestmark = pytest.mark.django_db

KNOWN = """
Loxodonta africana|EN|2.1|KEN
Loxodonta cyclotis|CR|1.6|GAB
Elephas maximus|EN|1.6|IND
Panthera leo|VU|2.1|TZA
Panthera tigris|EN|1.6|IND
Panthera pardus|VU|2.1|ZAF
Panthera onca|NT|1.6|BRA
Panthera uncia|VU|6|MNG
Acinonyx jubatus|VU|2.1|NAM
Leopardus pardalis|LC|1.6|PER
Lynx pardinus|VU|3.8|ESP
Canis lupus|LC|1.4|RUS
Canis latrans|LC|4.4|USA
Vulpes vulpes|LC|1.4|FRA
Lycaon pictus|EN|2.1|BWA
Ailuropoda melanoleuca|VU|1.4|CHN
Ursus maritimus|VU|4.1|CAN
Ursus arctos|LC|1.4|USA
Ailurus fulgens|EN|1.4|NPL
Procyon lotor|LC|1.4|USA
Enhydra lutris|EN|9.7|USA
Equus quagga|NT|2.1|TZA
Equus ferus|EN|4.4|MNG
Ceratotherium simum|NT|4.5|ZAF
Diceros bicornis|CR|3.5|KEN
Giraffa camelopardalis|VU|2.1|KEN
Hippopotamus amphibius|VU|5.1|ZMB
Bison bison|NT|4.4|USA
Alces alces|LC|1.1|SWE
Odocoileus virginianus|LC|1.4|USA
Rangifer tarandus|VU|4.1|NOR
Alcelaphus buselaphus|LC|2.1|ETH
Orcinus orca|DD|9|NOR
Balaenoptera musculus|EN|10|CHL
Gorilla beringei|CR|1.9|RWA
Pan troglodytes|EN|1.6|UGA
Lemur catta|EN|1.5|MDG
Phascolarctos cinereus|VU|1.4|AUS
Sarcophilus harrisii|EN|1.4|AUS
Ornithorhynchus anatinus|NT|5.1|AUS
Oryctolagus cuniculus|EN|4.4|ESP
Erinaceus europaeus|NT|1.4|GBR
Manis pentadactyla|CR|1.6|CHN
Haliaeetus leucocephalus|LC|5.5|USA
Turdus migratorius|LC|1.4|USA
Cardinalis cardinalis|LC|1.4|MEX
Struthio camelus|LC|2.1|ZAF
Hylocichla mustelina|LC|1.4|USA
Psittacus erithacus|EN|1.6|CMR
Passer domesticus|LC|14.5|DEU
Erithacus rubecula|LC|1.4|GBR
Gymnogyps californianus|CR|6|USA
Crocodylus niloticus|LC|5.1|EGY
Alligator mississippiensis|LC|5.4|USA
Varanus komodoensis|EN|2.1|IDN
Eretmochelys imbricata|CR|9.8|MEX
Ophiophagus hannah|VU|1.6|THA
Ambystoma mexicanum|CR|5.5|MEX
Rana temporaria|LC|5.4|DEU
Carcharodon carcharias|VU|9|ZAF
Anguilla anguilla|CR|5.1|FRA
Amphiprion ocellaris|LC|9.8|IDN
"""

RANGES = """
Milvus milvus|DEU ESP GBR|CPV IND
Ciconia nigra|POL ESP CHN ZAF|USA AUS
Ciconia ciconia|DEU POL MAR|USA CAN
Cygnus cygnus|ISL FIN JPN|USA AUS
Grus grus|DEU SWE ESP CHN|USA BRA
Gypaetus barbatus|ESP CHE ETH CHN|USA BRA
Vultur gryphus|CHL PER ARG|MEX ESP
Hirundo rustica|DEU USA ZAF|ATA
Falco peregrinus|USA AUS DEU ZAF|ATA
Harpia harpyja|BRA PAN ECU|USA CHL
Coracias garrulus|ESP KEN|USA AUS
Sagittarius serpentarius|KEN ZAF|IND MDG
Icthyophaga vocifer|ZMB UGA|IND EGY
Platalea alba|KEN ZAF|IND BRA
Threskiornis aethiopicus|KEN SEN ZAF|AUS
Dumetella carolinensis|USA CAN PAN|DEU
Setophaga magnolia|CAN USA MEX|BRA
Bonasa umbellus|CAN USA|JEY MEX
Tachycineta bicolor|CAN USA MEX|BRA
Leptoptilos javanicus|IND IDN THA|AUS
Haliastur indus|IND AUS IDN|ZAF
Opisthocomus hoazin|BRA PER BOL|MEX
Motacilla alba|DEU IND JPN|BRA
Upupa epops|ESP IND CHN|USA
Panthera leo|IND TZA|CHN
Panthera tigris|IND RUS|IRN
"""

LISTS = {
    "species/inat_birds.csv": ("scientific_name", "current_scientific_name"),
    "species/inat_insects.csv": ("scientific_name",),
    "species/imagenet_animals.csv": ("scientific_name",),
    "photos/manifest.csv": ("scientific_name",),
    "training/manifest.csv": ("scientific_name",),
}


def test_no_row_of_the_catalogue_is_bad(loaded: LoadReport) -> None:
    assert [str(problem) for problem in loaded.problems] == []


def test_loading_it_again_changes_nothing(loaded: LoadReport) -> None:
    assert load().nothing_changed


def test_every_species_hangs_in_one_tree_and_has_a_class(loaded: LoadReport) -> None:
    whole = tree()
    roots = set()
    for slug in Taxon.objects.filter(accepted=None).values_list("slug", flat=True):
        lineage = whole.lineage(slug)
        roots.add((lineage[0].name, lineage[0].rank))
        ranks = [node.rank for node in lineage]
        if ranks[-1] in ("species", "subspecies"):
            assert {"phylum", "class", "order", "genus", "species"} <= {*ranks}, slug
    assert roots == {("Animalia", "kingdom")}


def test_the_vertebrate_classes_are_one_each(loaded: LoadReport) -> None:
    whole = tree()
    classes = {
        node.name
        for slug in Taxon.objects.filter(rank="class").values_list("slug", flat=True)
        for node in whole.lineage(slug)
        if node.rank == "class" and whole[node.parent].name == "Chordata"
    }
    assert classes == {
        "Mammalia", "Aves", "Reptilia", "Amphibia", "Actinopterygii", "Chondrichthyes",
        "Sarcopterygii", "Petromyzonti", "Myxini", "Leptocardii",
    }  # fmt: skip


def test_names_are_unique(loaded: LoadReport) -> None:
    for column in ("slug", "scientific_name"):
        counts = Counter(Taxon.objects.values_list(column, flat=True))
        assert [value for value, times in counts.items() if times > 1] == []


def test_the_habitats_are_the_whole_first_level_of_the_scheme(loaded: LoadReport) -> None:
    codes = set(Habitat.objects.values_list("code", flat=True))
    assert {str(number) for number in range(1, 19)} <= codes
    assert all(code.split(".")[0] in codes for code in codes)


def test_well_known_species_are_right(loaded: LoadReport) -> None:
    wanted = [line.split("|") for line in KNOWN.strip().splitlines()]
    names = [name for name, *_ in wanted]
    taxa = {
        taxon.scientific_name: taxon for taxon in Taxon.objects.filter(scientific_name__in=names)
    }
    cards = species_cards(taxa.values())
    assert len(wanted) >= 60
    for name, category, habitat, country in wanted:
        card = cards[taxa[name].slug]
        assert card.status is not None, name
        assert card.status.category == category, name
        assert habitat in {home.code for home in card.habitats}, name
        assert country in {place.code for place in card.countries}, name
        assert card.common_name, name


def test_well_known_species_live_where_they_live_and_not_elsewhere(loaded: LoadReport) -> None:
    for line in RANGES.strip().splitlines():
        name, here, elsewhere = line.split("|")
        taxon = Taxon.objects.get(scientific_name=name)
        native = set(taxon.ranges.filter(presence="native").values_list("country", flat=True))
        assert {*here.split()} <= native, name
        assert not {*elsewhere.split()} & native, name


def test_vertebrates_are_covered(loaded: LoadReport) -> None:
    whole = tree()
    wild = [
        taxon
        for taxon in Taxon.objects.filter(rank="species", accepted=None, domesticated=False)
        if whole.group(taxon.slug) in ("mammal", "bird")
    ]
    cards = species_cards(wild).values()
    for what in ("status", "habitats", "countries", "common_name"):
        assert sum(bool(getattr(card, what)) for card in cards) >= 0.98 * len(cards), what


@pytest.mark.parametrize(
    ("old", "slug"),
    [
        ("Accipiter gentilis", "astur-gentilis"),
        ("Carduelis cannabina", "linaria-cannabina"),
        ("Canis lupus familiaris", "canis-familiaris"),
        ("Felis silvestris catus", "felis-catus"),
        ("Bos bison", "bison-bison"),
        ("Phasmida", "phasmatodea"),
        ("Uncia uncia", "panthera-uncia"),
    ],
)
def test_old_names_lead_to_the_accepted_taxon(loaded: LoadReport, old: str, slug: str) -> None:
    assert tree().find(old) == slug


@pytest.mark.shared
@pytest.mark.parametrize("table", LISTS)
def test_every_label_of_the_models_resolves(
    loaded: LoadReport, shared_dir: Path, table: str
) -> None:
    with (shared_dir / table).open(encoding="utf-8") as rows:
        names = {row[column] for row in csv.DictReader(rows) for column in LISTS[table]} - {""}
    assert len(names) > 50
    # The label list of birds has its hybrids' sign escaped, and one photo names a genus "sp.".
    whole = tree()
    missing = {
        name for name in names if not whole.find(name.replace("\\xd7", "×").removesuffix(" sp."))
    }
    assert missing == set()


def test_common_names_are_of_the_taxon_and_not_of_a_breed_or_sex_in_brackets(
    loaded: LoadReport,
) -> None:
    odd = Q(name__contains="(") | Q(name__contains=")")
    assert not CommonName.objects.filter(odd).exists()
