"""Sources brought in by the command: over the web, from files, again, and after an interruption."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.species.sources import red_list
from tests.species.sources.server import Answer, Server
from wildlife.species import index
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    Range,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
)

pytestmark = pytest.mark.django_db
NAMED = "/api/v4/taxa/scientific_name"


@pytest.fixture
def lion(db: None) -> Taxon:
    """The lion and the lynx in their family, and the habitats of the Red List's answer."""
    felidae = Taxon.objects.create(slug="felidae", scientific_name="Felidae", rank="family")
    lion = Taxon.objects.create(
        slug="panthera-leo", scientific_name="Panthera leo", rank="species", parent=felidae
    )
    Taxon.objects.create(
        slug="lynx-lynx", scientific_name="Lynx lynx", rank="species", parent=felidae
    )
    for code, name in (("2.1", "Savanna – Dry"), ("8.1", "Desert – Hot"), ("9.8", "Reef")):
        Habitat.objects.create(code=code, name=name)
    index.refresh()
    return lion


@pytest.fixture
def red_list_server(server: Server) -> Server:
    for genus, epithet, pk in (("Panthera", "leo", 1), ("Lynx", "lynx", 2)):
        path = f"{NAMED}?genus_name={genus}&species_name={epithet}"
        server.says(path, Answer({"assessments": [red_list.listed(pk, 100 + pk, "2024")]}))
        taxon = red_list.taxon(scientific_name=f"{genus} {epithet}", common_names=[])
        whole = red_list.assessment(pk, sis_taxon_id=100 + pk, taxon=taxon)
        server.says(f"/api/v4/assessment/{pk}", Answer(whole))
    return server


def brought_in(*arguments: str, **more: Any) -> str:
    """Return what the command said, problems included."""
    out = StringIO()
    call_command("import_species", *arguments, stdout=out, stderr=out, **more)
    return out.getvalue()


def test_the_red_list_brings_facts_and_names_what_it_left_out(
    red_list_server: Server, lion: Taxon
) -> None:
    said = brought_in("iucn-api", "Felidae")

    assert "assessment 1, locations:6: 'ZZ' is no country" in said
    found = ConservationAssessment.objects.get(taxon=lion)
    assert (found.category, found.year, found.trend, found.criteria, found.source.key) == (
        "VU", 2024, "decreasing", "A2abcd", "iucn-red-list",
    )  # fmt: skip
    assert "Accessed" not in found.citation
    habitats = TaxonHabitat.objects.filter(taxon=lion)
    assert set(habitats.values_list("habitat__code", "suitability", "major")) == {
        ("2.1", "suitable", True),
        ("8.1", "unknown", False),
        ("9.8", "marginal", False),
    }
    ranges = Range.objects.filter(taxon=lion)
    assert set(ranges.values_list("country", "region", "presence")) == {
        ("KEN", "", "native"),
        ("RUS", "European Russia", "introduced"),
        ("MAR", "", "extinct"),
        ("NGA", "", "vagrant"),
    }
    assert TaxonIdentifier.objects.get(taxon=lion).value == "101"
    assert "nothing changes" in brought_in("iucn-api", "Felidae")
    assert ConservationAssessment.history.filter(taxon=lion).count() == 1


def test_looking_at_what_would_change_writes_nothing(red_list_server: Server, lion: Taxon) -> None:
    assert "nothing was written" in brought_in("iucn-api", "Felidae", dry_run=True)
    assert not ConservationAssessment.objects.exists()


def test_what_was_read_before_the_server_failed_stays_and_is_not_asked_for_again(
    red_list_server: Server, lion: Taxon
) -> None:
    whole = red_list_server.answer("/api/v4/assessment/2", "")
    red_list_server.says("/api/v4/assessment/2", Answer({}, 503))
    with pytest.raises(CommandError, match=r"is busy \(503\).*--resume"):
        brought_in("iucn-api", "Felidae")
    assert [one.taxon for one in ConservationAssessment.objects.all()] == [lion]

    red_list_server.says("/api/v4/assessment/2", whole)
    red_list_server.asked.clear()
    brought_in("iucn-api", "Felidae", resume=True)

    assert ConservationAssessment.objects.count() == 2
    assert "/api/v4/assessment/1" not in red_list_server.paths()


def test_wikidata_brings_names_and_leaves_out_a_formula_alone(tmp_path: Path, lion: Taxon) -> None:
    rows = [
        {"item": {"value": "http://www.wikidata.org/entity/Q140"}, "name": {"value": name}}
        | {"label": {"value": label, "xml:lang": language}}
        for name, label, language in (
            ("Panthera leo", "lion", "en"),
            ("Panthera leo", "狮", "zh-hans"),
            ("Panthera leo", "=HYPERLINK(1)", "de"),
        )
    ]
    path = tmp_path / "query.json"
    path.write_text(json.dumps({"results": {"bindings": rows}}))

    said = brought_in("wikidata", str(path))

    assert "line 3: '=HYPERLINK(1)' could be run as a formula" in said
    names = CommonName.objects.filter(taxon=lion)
    assert set(names.values_list("language", "name")) == {("en", "lion"), ("zh-hans", "狮")}


def test_inaturalist_renames_what_it_knows_by_its_id(tmp_path: Path, lion: Taxon) -> None:
    TaxonIdentifier.objects.create(taxon=lion, authority="inat", value="41964")
    # As the catalogue made it: what people changed stays as they have it.
    Taxon.history.all().delete()
    path = tmp_path / "taxa.csv"
    path.write_text(
        "taxon_id\tancestry\trank_level\trank\tname\tactive\n"
        "41964\t41944\t10.0\tspecies\tLeo leo\ttrue\n"
        "41944\t\t30.0\tfamily\tFelidae\ttrue\n"
    )

    said = brought_in("inat", str(path))

    assert "Panthera leo becomes Leo leo" in said
    lion.refresh_from_db()
    assert (lion.scientific_name, lion.slug) == ("Leo leo", "panthera-leo")
    assert lion.synonyms.get().scientific_name == "Panthera leo"
