"""The page of look-alikes: a sheet, one word about what is ticked, the next sheet."""

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.review.conftest import member, shown
from tests.searching import LATITUDE, LONGITUDE, found
from tests.web import builders
from wildlife.identifications import embeddings, lineup
from wildlife.identifications.models import Detection, Embedding, Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.review.models import Claim
from wildlife.species.models import Taxon

ADDRESS = "/projects/mara/review/alike/"
LION, ELEPHANT = "panthera-leo", "elephas-maximus"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    monkeypatch.setattr(Celery, "send_task", lambda self, name, *_args, **_more: sent.append(name))
    return sent


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def mara(db: None, monkeypatch: pytest.MonkeyPatch) -> Project:
    nearest = builders.release("embedder")
    nearest.name = "nearest"
    nearest.save()
    monkeypatch.setattr(lineup, "_compares", lambda release: True)
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(mara: Project, client: Client) -> User:
    user = member(mara, "ann")
    client.force_login(user)
    return user


@pytest.fixture
def lions(mara: Project, taxa: dict[str, Taxon]) -> list[Detection]:
    return [animal(mara, taxa[LION]) for _ in range(4)]


def animal(project: Project, taxon: Taxon, degrees: float = 0.0, **more: object) -> Detection:
    box = shown(project, taxon, **more).detections.get()
    builders.seen(box, degrees)
    return box


def say(client: Client, boxes: list[Detection], query: str = "", **told: object) -> HttpResponse:
    values = {"boxes": [box.pk for box in boxes], "suggested": f"animal:{LION}", **told}
    return client.post(f"{ADDRESS}say{query}", values)


@pytest.mark.usefixtures("ann")
def test_the_biggest_sheet_comes_with_what_the_models_say(
    client: Client, mara: Project, lions: list[Detection], taxa: dict[str, Taxon]
) -> None:
    odd = animal(mara, taxa[ELEPHANT])
    for _ in range(2):
        animal(mara, taxa[ELEPHANT], 90)
    page = client.get(ADDRESS).content.decode()
    assert page.count("data-tick>") == 5
    assert '<h2 class="turn__title" id="sheet-title">Lion</h2>' in page
    assert "<strong>Asian elephant</strong>" in page
    assert page.count("like--other") == 1
    assert f"/photos/{odd.photo_id}/crops/0" in page
    assert "<strong>2</strong> groups" in page
    assert 'name="choice" value="elephas-maximus"' in page
    assert "New to this project" in page
    assert Claim.objects.count() == 5


@pytest.mark.usefixtures("ann")
def test_all_that_is_ticked_is_answered_and_can_be_taken_back(
    client: Client, lions: list[Detection]
) -> None:
    page = say(client, lions[:3], shown=",".join(str(box.pk) for box in lions), say="accept")
    assert (page.status_code, page["Location"]) == (302, ADDRESS)
    given = Verdict.objects.all()
    assert [one.taxon.slug for one in given if one.taxon] == [LION] * 3
    assert not Claim.objects.exists()
    after = client.get(ADDRESS)
    assert str(next(iter(after.context["messages"]))) == "3 animals are answered."
    assert "No look-alikes wait for you" in after.content.decode()
    (said,) = after.context["said"]
    assert (said.title, said.count) == ("Lion", 3)
    undone = client.post(f"{ADDRESS}take-back", {"batch": said.batch}, follow=True)
    assert "3 answers were taken back." in undone.content.decode()
    assert not Verdict.objects.exists()
    assert undone.content.decode().count("data-tick>") == 4


@pytest.mark.usefixtures("ann", "lions")
@pytest.mark.parametrize(
    ("told", "kind", "slug"),
    [
        ({"say": "no_animal", "taxon": "elephant"}, "no_animal", None),
        ({"say": "person"}, "person", None),
        ({"choice": ELEPHANT}, "animal", ELEPHANT),
        ({"say": "animal", "taxon": "asian elephant"}, "animal", ELEPHANT),
        ({"say": "accept", "taxon": ELEPHANT}, "animal", ELEPHANT),
        ({"say": "accept", "suggested": "no_animal:"}, "no_animal", None),
        ({"say": "accept", "suggested": "animal:"}, "animal", None),
    ],
)
def test_one_says_what_it_is_in_each_way(
    client: Client, told: dict[str, str], kind: str, slug: str | None
) -> None:
    say(client, list(Detection.objects.all()), **told)
    rows = Verdict.objects.values_list("kind", "taxon__slug")
    assert list(rows) == [(kind, slug)] * 4


@pytest.mark.usefixtures("ann", "lions")
@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"say": "accept", "boxes": []}, "Nothing is ticked"),
        ({"say": "accept", "boxes": ["x"]}, "These are no boxes."),
        ({"say": "animal", "taxon": "qqq"}, "We know no animal of this name."),
        ({"say": "accept", "suggested": "animal:qqq"}, "Say what it is."),
        ({"say": "accept", "suggested": "rubbish"}, "Say what it is."),
        ({"choice": "qqq"}, "Say what it is."),
        ({}, "Say what it is."),
    ],
)
def test_what_cannot_be_said_is_answered_by_a_sentence(
    client: Client, told: dict[str, object], problem: str
) -> None:
    boxes = {"boxes": [box.pk for box in Detection.objects.all()], **told}
    answer = client.post(f"{ADDRESS}say", boxes, follow=True)
    assert problem in answer.content.decode()
    assert not Verdict.objects.exists()


@pytest.mark.usefixtures("ann")
def test_a_sheet_is_passed_over_and_the_filter_stays(
    client: Client, mara: Project, lions: list[Detection], taxa: dict[str, Taxon]
) -> None:
    others = [animal(mara, taxa[LION], 90) for _ in range(2)]
    address = f"{ADDRESS}?taxon=felidae"
    first = client.get(address).context["sheet"]
    told = {"later": first.centre, "shown": first.shown}
    answer = client.post(f"{ADDRESS}say?taxon=felidae", told)
    assert answer["Location"] == f"{ADDRESS}?taxon=felidae&passed={first.centre}"
    assert not Claim.objects.exists()
    second = client.get(answer["Location"]).context["sheet"]
    assert {tile.detection.pk for tile in second.tiles} == {box.pk for box in others}
    assert client.get(f"{ADDRESS}?taxon={ELEPHANT}").context["sheet"] is None
    assert client.get(f"{ADDRESS}?passed=x,{10**30},-1").context["sheet"] is not None


@pytest.mark.usefixtures("ann")
def test_what_somebody_else_holds_is_left_out_and_said(
    client: Client, mara: Project, lions: list[Detection]
) -> None:
    other = Client()
    other.force_login(member(mara, "bo"))
    assert other.get(ADDRESS).context["sheet"] is not None
    assert client.get(ADDRESS).context["sheet"] is None
    words = client.post(
        f"{ADDRESS}say", {"boxes": [lions[0].pk], "say": "unsure"}, follow=True
    ).content.decode()
    assert "1 was left out" in words
    assert not Verdict.objects.exists()


@pytest.mark.usefixtures("ann")
def test_what_cannot_be_compared_yet_is_told_and_asked_for(
    client: Client, mara: Project, lions: list[Detection], no_broker: list[str]
) -> None:
    Embedding.objects.filter(detection__in=lions[:2]).delete()
    page = client.get(ADDRESS).content.decode()
    assert "2 animals were identified before they could be compared" in page
    assert embeddings.TASK in no_broker


@pytest.mark.usefixtures("ann", "lions")
def test_without_an_expert_that_compares_the_page_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineup, "comparing", list)
    assert "none is active" in client.get(ADDRESS).content.decode()
    told = {"boxes": [Detection.objects.latest("pk").pk], "say": "unsure"}
    answer = client.post(f"{ADDRESS}say", told, follow=True).content.decode()
    assert "cannot be answered now" in answer
    assert not Verdict.objects.exists()


@pytest.mark.usefixtures("ann")
def test_empty_photos_are_called_no_animal(client: Client, lions: list[Detection]) -> None:
    Identification.objects.update(reason="no_animal", taxon=None)
    sheet = client.get(ADDRESS).context["sheet"]
    assert (sheet.title, sheet.suggested, sheet.name) == ("No animal", "no_animal:", None)


@pytest.mark.usefixtures("ann")
def test_the_page_tells_a_reviewer_neither_faces_nor_places(
    client: Client, mara: Project, lions: list[Detection]
) -> None:
    Photo.objects.update(latitude=LATITUDE, longitude=LONGITUDE)
    page = client.get(ADDRESS).content
    assert not found(page)
    assert b"/original" not in page


@pytest.mark.usefixtures("ann")
def test_the_page_needs_as_many_queries_for_many_as_for_few(
    client: Client,
    mara: Project,
    taxa: dict[str, Taxon],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(20):
        animal(mara, taxa[LION])
    with django_assert_max_num_queries(45):
        page = client.get(ADDRESS).content.decode()
    assert page.count("data-tick>") == 20


@pytest.mark.usefixtures("ann")
def test_the_queue_leads_to_the_look_alikes(client: Client, lions: list[Detection]) -> None:
    page = client.get("/projects/mara/review/?taxon=felidae").content.decode()
    assert f'href="{ADDRESS}?taxon=felidae"' in page
    assert '<span class="count">4<span' in page


@pytest.mark.usefixtures("ann")
def test_of_a_species_that_is_new_here_one_reads_that_somebody_else_has_to_agree(
    client: Client, mara: Project, lions: list[Detection]
) -> None:
    page = say(client, lions, say="accept")
    words = [str(one) for one in client.get(page["Location"]).context["messages"]]
    assert words[0] == "4 animals are answered."
    assert "somebody else agrees" in words[1]
    assert not Photo.objects.filter(settled=True).exists()
    other = Client()
    other.force_login(member(mara, "bo"))
    assert len(other.get(ADDRESS).context["sheet"].tiles) == 4
    say(other, lions, say="accept")
    assert Photo.objects.filter(settled=True).count() == 4


@pytest.mark.usefixtures("ann")
def test_a_project_that_accepts_by_itself_has_the_first_of_a_species_looked_at(
    client: Client, mara: Project, lions: list[Detection]
) -> None:
    Project.objects.update(accept_above=0.8)
    assert len(client.get(ADDRESS).context["sheet"].tiles) == 4
