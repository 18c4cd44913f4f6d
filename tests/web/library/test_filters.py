"""Filters find what they say, combine, and stand in the address."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web.conftest import as_guest
from tests.web.library.conftest import Make, at
from wildlife.library.models import Tag, Tagged
from wildlife.library.wish import Box, Wish
from wildlife.photos.models import Photo, Upload
from wildlife.species import index
from wildlife.species.models import Taxon
from wildlife.web.library import gallery

NEWEST_FIRST = [
    "waiting", "failed", "blank", "car", "person", "family", "both", "lion", "elephant",
]  # fmt: skip


def found(client: Client, query: str) -> list[str]:
    """Return the photos of a page by the names of their files, in its order."""
    response = client.get(f"/library/{query}")
    assert response.status_code == 200
    ids = re.findall(r'name="photo" value="([^"]+)"', response.content.decode())
    names = {str(row.pk): row.filename.removesuffix(".jpg") for row in Photo.objects.all()}
    return [names[pk] for pk in ids]


def test_all_of_ones_own_photos_stand_there_by_when_they_were_taken(
    photos: SimpleNamespace, guest: Client
) -> None:
    assert found(guest, "") == NEWEST_FIRST
    assert found(as_guest("somebody-else"), "") == ["other"]
    assert found(Client(), "") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("taxon=panthera-leo", {"lion", "both"}),
        ("taxon=felidae", {"lion", "both", "family"}),
        ("taxon=loxodonta-africana", {"elephant", "both"}),
        ("taxon=mammalia", {"lion", "both", "family", "elephant"}),
        ("taxon=unicorn", set()),
        ("group=mammal", {"lion", "both", "family", "elephant"}),
        ("group=bird", set()),
        ("category=EN", {"elephant", "both"}),
        ("category=VU", set()),
        ("taxon=felidae&category=EN", set()),
        ("sure=95-100", {"elephant"}),
        ("sure=40-60", {"lion"}),
        ("sure=80-95", {"both", "family"}),
        ("disputed=1", {"lion"}),
        ("people=1", {"person"}),
        ("vehicles=1", {"car"}),
        ("blank=1", {"blank"}),
        ("state=failed", {"failed"}),
        ("state=pending", {"waiting"}),
        ("since=2026-03-03&until=2026-04-01", {"both", "family"}),
        ("until=2026-03-02", {"elephant", "lion"}),
        ("since=9999-12-31&until=9999-12-31", set()),
        ("box=34,-3,36,-1", {"elephant"}),
        ("box=170,0,-170,20", {"blank"}),
        ("box=20,-20,36,0&taxon=panthera-leo", {"lion"}),
        ("disputed=1&sure=95-100", set()),
    ],
)
def test_each_filter_finds_what_it_says(
    photos: SimpleNamespace, guest: Client, query: str, expected: set[str]
) -> None:
    names = found(guest, f"?{query}")
    assert set(names) == expected
    assert names == [name for name in NEWEST_FIRST if name in expected]


def test_uploads_and_labels_are_the_readers_own(photos: SimpleNamespace, guest: Client) -> None:
    upload = Upload.objects.create(guest="a-guest")
    Photo.objects.filter(pk=photos.lion.pk).update(upload=upload)
    for secret, photo in (("a-guest", photos.lion), ("somebody-else", photos.both)):
        tag = Tag.objects.create(guest=secret, name="waterhole")
        Tagged.objects.create(tag=tag, photo=photo)

    assert found(guest, f"?upload={upload.pk}") == ["lion"]
    assert found(guest, "?tag=waterhole") == ["lion"]
    assert found(as_guest("a-third"), "?tag=waterhole") == []


def test_a_merged_taxon_is_found_by_its_old_and_its_new_name(
    photos: SimpleNamespace, guest: Client, taxa: dict[str, Taxon]
) -> None:
    Taxon.objects.create(
        slug="felis-leo", scientific_name="Felis leo", rank="species", accepted=taxa["panthera-leo"]
    )
    assert set(found(guest, "?taxon=felis-leo")) == {"lion", "both"}


def test_a_taxon_that_moved_is_found_where_it_stands_now(
    photos: SimpleNamespace, guest: Client, taxa: dict[str, Taxon]
) -> None:
    lion = Taxon.objects.get(slug="panthera-leo")
    lion.parent = taxa["proboscidea"]
    lion.save()
    index.refresh([lion.pk])

    assert set(found(guest, "?taxon=proboscidea")) == {"lion", "both", "elephant"}
    assert found(guest, "?taxon=felidae") == ["family"]


def test_a_typed_name_becomes_a_taxon_in_the_address(
    photos: SimpleNamespace, guest: Client
) -> None:
    for typed in ("Lion (Panthera leo)", "lion", "panthera le"):
        response = guest.get("/library/", {"animal": typed}, headers={"HX-Request": "true"})
        assert response["HX-Replace-Url"] == "/library/?taxon=panthera-leo"
    offered = guest.get("/library/animals?animal=lio").content.decode()
    assert '<option value="Lion (Panthera leo)">' in offered


def test_staff_see_all_and_a_user_their_own_and_the_sessions(photos: SimpleNamespace) -> None:
    user = User.objects.create(username="ranger")
    mine = as_guest("a-guest")
    Photo.objects.filter(pk=photos.other.pk).update(owner=user, guest="")
    session = mine.session
    mine.force_login(user)
    session = mine.session
    session["guest"] = "a-guest"
    session.save()
    assert set(found(mine, "")) == {*NEWEST_FIRST, "other"}

    user.is_staff = True
    user.save()
    alone = Client()
    alone.force_login(user)
    assert set(found(alone, "")) == {*NEWEST_FIRST, "other"}


def test_pages_follow_each_other_without_gap_or_repetition(
    make: Make, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two taken at the same moment are no reason to lose one; a photo of both kinds comes once."""
    for number in range(7):
        kinds = ("panthera-leo", "loxodonta-africana")[: 1 + number % 2]
        make(*kinds, name=f"{number}.jpg", taken_at=at(5, 1 + number // 3))
    monkeypatch.setattr(gallery, "PHOTOS", 2)
    for query in ("?", "?taxon=mammalia"):
        names: list[str] = []
        address = query
        while address:
            names += found(guest, address)
            page = guest.get(f"/library/{address}").content.decode()
            more = re.search(r'class="button" href="/library/([^"]+)" rel="next"', page)
            address = more.group(1).replace("&amp;", "&") if more else ""
        assert sorted(names) == [str(number) for number in range(7)]


def test_htmx_gets_the_next_page_alone(
    photos: SimpleNamespace, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "PHOTOS", 3)
    first = guest.get("/library/").content.decode()
    address = re.search(r'hx-get="(/library/[^"]+after[^"]+)"', first)
    assert address
    response = guest.get(address.group(1).replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert response.content.count(b'name="photo"') == 3
    assert "HX-Replace-Url" not in response


@pytest.mark.parametrize(
    "query",
    ["sure=1-2", "since=never", "box=1,2,3", "box=nan,0,1,1", "upload=x", "tag=%00", "after=x~y",
     "state=gone", "group=dragon", "category=ZZ", "taxon=%F0%9F%A6%81", "job=x", "box=0,9,1,1"],
)  # fmt: skip
def test_what_cannot_be_wished_for_does_no_harm(db: None, guest: Client, query: str) -> None:
    assert guest.get(f"/library/?{query}").status_code == 200


def test_a_wish_and_its_address_are_the_same() -> None:
    wish = Wish(taxon="panthera-leo", tag="a b&c", box="34,-3,36,0", since="2026-03-01")
    assert wish.query == "?taxon=panthera-leo&since=2026-03-01&box=34%2C-3%2C36%2C0&tag=a+b%26c"
    assert Wish.from_query({**wish.chosen, "sure": "nonsense"}) == wish
    assert wish.without("box", "tag").query == "?taxon=panthera-leo&since=2026-03-01"
    assert Box.read("-190,0,1,1") is None
