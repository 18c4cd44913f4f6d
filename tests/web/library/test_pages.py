"""The views of the library say what there is, what to do, and take few queries."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.web.library.conftest import Make, at
from wildlife.library.models import SavedFilter

BUDGETS = {"/library/": 20, "/library/?taxon=mammalia": 22, "/library/map/": 8,
           "/library/times/": 9, "/library/species/": 16}  # fmt: skip


def page_of(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_an_empty_library_says_what_to_do(db: None, guest: Client) -> None:
    page = page_of(guest, "/library/")
    assert "No photos yet" in page
    assert '<a class="button button--main" href="/">Upload photos</a>' in page
    assert "No photo has a place" in page_of(guest, "/library/map/")
    assert "No photo tells when it was taken" in page_of(guest, "/library/times/")
    assert "No photos yet" in page_of(guest, "/library/species/")


@pytest.mark.parametrize("view", ["", "map/", "times/", "species/"])
def test_where_nothing_fits_the_filters_can_be_cleared(
    photos: SimpleNamespace, guest: Client, view: str
) -> None:
    page = page_of(guest, f"/library/{view}?taxon=leopardus-pardalis")
    assert "No photo fits all of this" in page
    assert f'<a href="/library/{view}">Clear all filters</a>' in page


def test_a_tile_tells_what_the_home_page_tells_and_more(
    photos: SimpleNamespace, guest: Client
) -> None:
    page = page_of(guest, "/library/")
    assert "9 photos" in page
    assert "Lion" in page
    assert "experts disagree" in page
    assert "It is cut off." in page
    assert 'loading="lazy"' in page
    assert f'href="/photos/{photos.lion.pk}/"' in page


def test_chosen_filters_stand_above_and_each_can_be_taken_away(
    photos: SimpleNamespace, guest: Client
) -> None:
    page = page_of(guest, "/library/?taxon=panthera-leo&disputed=1&vehicles=1")
    assert 'name="vehicles" value="1" checked' in page
    assert (
        '<a class="condition" href="/library/?taxon=panthera-leo&amp;disputed=1">with vehicles'
        in page
    )
    page = page_of(guest, "/library/?taxon=panthera-leo&disputed=1")
    assert '<a class="condition" href="/library/?disputed=1">Lion' in page
    assert '<a class="condition" href="/library/?taxon=panthera-leo">experts disagree' in page
    assert 'value="Lion (Panthera leo)"' in page
    assert 'href="/library/map/?taxon=panthera-leo&amp;disputed=1"' in page


def test_a_filter_is_kept_under_a_name_replaced_and_forgotten(
    photos: SimpleNamespace, guest: Client
) -> None:
    guest.post("/library/filters", {"query": "?taxon=panthera-leo", "name": "Lions"})
    guest.post("/library/filters", {"query": "?disputed=1", "name": " Lions "})
    kept = SavedFilter.objects.get()
    assert (kept.guest, kept.name, kept.query) == ("a-guest", "Lions", "?disputed=1")
    assert '<a href="/library/?disputed=1">Lions</a>' in page_of(guest, "/library/")

    assert Client().post(f"/library/filters/{kept.pk}/delete").status_code == 404
    guest.post(f"/library/filters/{kept.pk}/delete")
    assert not SavedFilter.objects.exists()


def test_a_filter_without_name_or_content_is_not_kept(db: None, guest: Client) -> None:
    guest.post("/library/filters", {"query": "?disputed=1", "name": " "})
    page = guest.post("/library/filters", {"query": "", "name": "All"}, follow=True)
    assert not SavedFilter.objects.exists()
    assert "Choose some filters and type a name" in page.content.decode()


def test_the_map_lists_clusters_that_lead_to_their_photos(
    photos: SimpleNamespace, make: Make, guest: Client
) -> None:
    make("panthera-leo", name="near.jpg", latitude=-2.01, longitude=35.01)
    clusters = guest.get("/library/map/clusters?view=-180,-90,180,90").json()["clusters"]
    assert [one["count"] for one in clusters] == [2, 1, 1]
    assert (clusters[0]["latitude"], clusters[0]["longitude"]) == ("-2.0050", "35.0050")
    assert clusters[0]["box"] == pytest.approx([35.0, -2.01, 35.01, -2.0], abs=0.001)
    assert "2 photos" in page_of(guest, clusters[0]["url"])

    near = guest.get("/library/map/clusters?view=34.9,-2.1,35.1,-1.9").json()["clusters"]
    assert [one["count"] for one in near] == [1, 1]
    assert "<td>2</td>" in page_of(guest, "/library/map/")


def test_times_are_drawn_and_told(photos: SimpleNamespace, guest: Client) -> None:
    page = page_of(guest, "/library/times/")
    assert "Photos per day" in page
    assert "<title>April 1, 2026: 1</title>" in page
    assert "<title>March 4, 2026: 0</title>" in page
    assert "<title>12:00: 7</title>" in page
    assert "<td>23:00</td><td>1</td>" in page


def test_a_long_time_is_drawn_by_months_and_years(make: Make, guest: Client) -> None:
    make("panthera-leo", name="a.jpg", taken_at=at(1, 31))
    make("panthera-leo", name="b.jpg", taken_at=at(12, 1))
    page = page_of(guest, "/library/times/")
    assert "Photos per month" in page
    assert page.count("<title>") - 1 - 24 == 12
    make("panthera-leo", name="c.jpg", taken_at=at(1, 1).replace(year=2016))
    assert "Photos per year" in page_of(guest, "/library/times/")


def test_species_are_counted_with_a_curve(photos: SimpleNamespace, guest: Client) -> None:
    page = page_of(guest, "/library/species/")
    assert "2 species" in page
    lion = page[page.index("/species/panthera-leo/") :]
    assert re.search(r'href="/library/\?taxon=panthera-leo">2<', lion)
    assert "March 2, 2026" in lion
    assert "Endangered" in page
    assert "Not named down to the species" in page
    assert "2 species on 9 photos; half of them were on the first 1." in page
    assert "<td>1</td><td>1</td>" in page
    assert "<td>2</td><td>2</td>" in page


@pytest.mark.parametrize("address", BUDGETS)
def test_queries_do_not_grow_with_photos(
    photos: SimpleNamespace, make: Make, guest: Client, queries_of, address: str
) -> None:
    few = queries_of(guest, address, BUDGETS[address])
    for number in range(12):
        make("panthera-leo", "loxodonta-africana", name=f"{number}.jpg", taken_at=at(6, 1 + number),
             latitude=float(number), longitude=4.0)  # fmt: skip
    assert queries_of(guest, address, BUDGETS[address]) <= few + 1
