import re

from django.test import Client

from pipelines.rules import Rules
from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon
from wildlife.species.selectors import tree
from wildlife.web import wording


def page_of(client: Client, photo: Photo) -> str:
    return re.sub(r"\s+", " ", client.get(f"/photos/{photo.id}/").content.decode())


def test_a_species_is_told_with_confidence_agreement_and_votes(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>African savanna elephant</h1>", page)
    assert '<i lang="la">Loxodonta africana</i>' in page
    assert "<strong>91%</strong> <span>sure</span>" in page
    assert "The experts agree." in page
    assert "Mammals of the world" in page
    assert "mammals@3" in page
    assert "weight 0.6" in page
    assert "African forest elephant" in page
    assert "species not sure" not in page


def test_the_species_card_tells_status_trend_habitats_and_countries(
    guest: Client, taxa: dict
) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"], animals=2)

    page = page_of(guest, photo)

    assert page.count('class="species"') == 1
    assert "<strong>Endangered</strong>" in page
    assert 'class="iucn-EN" aria-current="true">EN' in page
    assert "Population decreasing" in page
    assert "<li>Forest</li><li>Savanna</li>" in page
    assert "<li>Botswana</li><li>Kenya</li><li>Tanzania</li>" in page
    assert "Elephantidae" in page
    assert "https://www.iucnredlist.org/" in page


def test_a_subspecies_says_whose_facts_it_shows(guest: Client, taxa: dict) -> None:
    subspecies = Taxon.objects.create(
        slug="loxodonta-africana-knochenhaueri",
        scientific_name="Loxodonta africana knochenhaueri",
        rank="subspecies",
        parent=taxa["loxodonta-africana"],
    )
    photo = builders.photo()
    builders.answered(photo, subspecies)

    page = page_of(guest, photo)

    assert "<strong>Endangered</strong>" in page
    assert 'those of its species, <i lang="la">Loxodonta africana</i>' in page


def test_several_animals_are_led_by_their_kinds(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    run = builders.run(photo)
    elephant, lion = taxa["loxodonta-africana"], taxa["panthera-leo"]
    for index, (taxon, sure) in enumerate([(elephant, 0.81), (lion, 0.7), (elephant, 0.97)]):
        builders.elephant(builders.box(photo, run, index), taxon, confidence=sure)
    builders.elephant(
        builders.box(photo, run, 3), taxa["elephantidae"], confidence=0.9, reason="higher_rank"
    )

    page = page_of(guest, photo)

    lead = page[page.index('class="overview"') : page.index('class="finding"')]
    assert "4 animals, among them" in lead
    assert "African savanna elephant × 2, Lion" in lead
    first, second = lead.split("<li>")[1:]
    assert 'href="#species-loxodonta-africana"' in first
    assert "up to 97%" in first
    assert re.findall(r'href="#finding-(\d)"', first) == ["1", "3"]
    assert 'href="#species-panthera-leo"' in second
    assert "up to" not in second
    assert re.findall(r'href="#finding-(\d)"', second) == ["2"]


def test_an_answer_above_the_species_says_what_is_open(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    walk = [["felidae", "family", 0.74, True], ["panthera-leo", "species", 0.4, False]]
    builders.answered(
        photo, taxa["felidae"], reason="higher_rank", confidence=0.74, agreement=0.55, walk=walk
    )

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>Cats</h1>", page)
    assert 'family <span lang="la">Felidae</span>, species not sure' in page
    assert "fairly sure" in page
    assert "Most of the vote agrees (55%)." in page
    assert page.count("not enough: stopped above") == 1
    assert 'class="iucn"' not in page


def test_no_animal_is_an_answer_and_people_and_vehicles_are_told_beside(
    guest: Client, taxa: dict
) -> None:
    photo = builders.photo()
    run = builders.run(photo)
    builders.box(photo, run, 0, "person")
    builders.box(photo, run, 1, "vehicle")

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>No animal</h1>", page)
    assert 'class="box box--person"' in page
    assert 'class="box box--vehicle"' in page
    assert "Also on the photo" in page
    assert "Why this answer" not in page


def test_a_whole_image_has_no_box(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    whole = builders.box(photo, builders.run(photo), 0, whole_image=True, confidence=0)
    builders.elephant(whole, None, reason="no_animal", confidence=0.97, walk=[], runners_up=[])

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>No animal</h1>", page)
    assert "97%" in page
    assert "very sure" in page
    assert 'class="boxes"' not in page


def test_an_animal_nobody_can_name_claims_no_taxon(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    found = builders.box(photo, builders.run(photo), 0)
    builders.vote(found, scores=[], none=0, abstention="The network gave no usable answer")
    builders.elephant(
        found, None, reason="no_votes", confidence=0, agreement=0, walk=[], runners_up=[]
    )

    page = page_of(guest, photo)

    assert "An animal, kind not known" in page
    assert "Every expert abstained" in page
    assert "Abstained: The network gave no usable answer" in page


def test_box_answer_and_votes_of_one_animal_share_a_number(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"], animals=2)

    page = page_of(guest, photo)

    assert re.search(r"<h1>African savanna elephant × 2</h1>", page)
    for number in (1, 2):
        for part in ("box", "finding", "votes"):
            assert re.search(f'id="{part}-{number}"[^>]* data-finding="{number}"', page)
        assert f'<li data-finding="{number}"><span class="said__number">{number}</span>' in page
        assert page.count(f'href="#finding-{number}"') == 2
        assert f'id="finding-{number}"' in page
    assert 'x="30.000%" y="30.000%" width="20.000%" height="40.000%"' in page


def test_the_graph_shows_status_milliseconds_and_versions(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = page_of(guest, photo)

    graph = page[page.index('class="graph"') :]
    assert "Find animals" in graph
    assert "done · 84 ms" in graph
    assert "birds@2" in graph
    assert "not asked" in graph


def test_names_of_files_are_shown_and_not_run(guest: Client, taxa: dict) -> None:
    photo = builders.photo(name="<script>alert(1)</script>.jpg")
    builders.answered(photo, taxa["loxodonta-africana"])

    assert "<script>alert" not in page_of(guest, photo)


def test_a_stranger_finds_no_page(taxa: dict) -> None:
    photo = builders.photo()

    for path in ("", "live", "preview", "original", "crops/0"):
        assert as_guest("another").get(f"/photos/{photo.id}/{path}").status_code == 404


def test_queries_do_not_grow_with_animals_and_kinds(guest: Client, taxa: dict, queries_of) -> None:
    one, many = builders.photo(), builders.photo()
    builders.answered(one, taxa["loxodonta-africana"])
    run = builders.answered(many, taxa["loxodonta-africana"], animals=4)
    for index, slug in enumerate(("panthera-leo", "leopardus-pardalis"), start=4):
        found = builders.box(many, run, index)
        builders.vote(found)
        builders.elephant(found, taxa[slug])

    budget = 23
    assert all(slug in tree() for slug in taxa)  # Each process looks them up once.
    few = queries_of(guest, f"/photos/{one.id}/", budget)

    assert queries_of(guest, f"/photos/{many.id}/", budget) == few


def test_tags_of_boxes_stay_on_the_photo(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    run = builders.run(photo)
    builders.box(photo, run, 0, "person", x=0.9, y=0.5, width=0.1, height=0.2)
    builders.box(photo, run, 1, "vehicle", x=0.0, y=0.02, width=0.1, height=0.2)

    page = page_of(guest, photo)

    right = r'x="100.000%" y="50.000%"[^>]*> <g class="box__chip box__chip--above box__chip--right"'
    assert re.search(right, page)
    assert re.search(r'x="0.000%" y="2.000%"[^>]*> <g class="box__chip">', page)


def test_a_box_that_the_sorting_takes_back_is_told_and_not_drawn(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    run = builders.answered(photo, taxa["loxodonta-africana"])
    blank = builders.box(photo, run, 1, confidence=0.3)
    builders.elephant(blank, None, reason="no_animal", confidence=0.9, walk=[], runners_up=[])

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>African savanna elephant</h1>", page)
    assert page.count('class="box ') == 1
    assert "The detector marked one more place, but the sorting sees no animal there." in page


def test_a_photo_whose_only_box_is_taken_back_shows_no_animal(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    blank = builders.box(photo, builders.run(photo), 0, confidence=0.3)
    builders.elephant(blank, None, reason="no_animal", confidence=0.9, walk=[], runners_up=[])

    page = page_of(guest, photo)

    assert re.search(r"<h1[^>]*>No animal</h1>", page)
    assert "90%" in page
    assert 'class="box ' not in page
    assert "one more place" not in page


def test_the_graph_tells_what_each_expert_said_and_what_it_weighs(
    guest: Client, taxa: dict
) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = page_of(guest, photo)

    step = page[page.index('id="step-expertgeneral"') : page.index('id="step-expertbirds"')]
    assert "weight 0.6" in step
    told = re.findall(r'said__words">([^<]+)</span><span class="said__share">([^<]+)', step)
    assert told == [
        ("African savanna elephant", "91%"),
        ("African forest elephant", "5%"),
        ("Asian elephant", "2%"),
    ]


def test_in_a_crowd_the_graph_tells_some_and_counts_the_rest(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"], animals=4 + 3)

    page = page_of(guest, photo)

    step = page[page.index('id="step-expertmammals"') : page.index('id="step-expertgeneral"')]
    assert re.findall(r'said__number">(\d)', step) == ["1", "2", "3", "4"]
    assert "and 3 more" in step


def test_the_answer_is_explained_by_the_rules_of_its_run(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = page_of(guest, photo)

    needed = wording.percent(Rules().walk)
    assert f"At every fork one branch held at least {needed} of the vote." in page
    assert "<dt>African forest elephant</dt><dd>Nobody&#x27;s first choice" in page


def test_originals_that_browsers_cannot_show_are_not_offered_in_full(
    guest: Client, taxa: dict
) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])
    assert f'data-full="/photos/{photo.id}/original"' in page_of(guest, photo)

    Photo.objects.update(media_type="image/heic")

    assert "data-full" not in page_of(guest, photo)


def test_the_printed_page_names_sources_and_models(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = page_of(guest, photo)

    printed = page[page.index('class="printed"') :]
    assert "IUCN Red List of Threatened Species" in printed
    assert "detector@1, groups@1, mammals@3, general@1, birds@2" in printed
    assert f"http://testserver/photos/{photo.id}/" in printed


def test_an_animal_that_is_not_known_from_there_is_told_with_a_warning(
    guest: Client, taxa: dict
) -> None:
    photo, home = builders.photo(), builders.photo()
    elephant = taxa["loxodonta-africana"]
    builders.answered(photo, elephant, countries=["DEU"], elsewhere=["loxodonta-africana"])
    builders.answered(home, elephant, countries=["KEN"], elsewhere=["elephas-maximus"])

    assert "The catalogue does not list it for Germany: look twice." in page_of(guest, photo)
    page = page_of(guest, home)
    assert "does not list it" not in page
    assert "The photo is from Kenya." in page
