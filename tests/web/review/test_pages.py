"""The queue's page, its forms, and what a project sets for its reviewers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.review.conftest import member, shown
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project, Role
from wildlife.review import accepting
from wildlife.review import queue as review_queue
from wildlife.review.models import Acceptance
from wildlife.species.models import Taxon
from wildlife.web.review import waiting as waiting_words

pytestmark = pytest.mark.usefixtures("nothing_is_new")


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(mara: Project, client: Client) -> User:
    user = member(mara, "ann")
    client.force_login(user)
    return user


def test_the_page_has_some_photos_ahead_in_as_many_queries_as_few(
    client: Client,
    mara: Project,
    ann: User,
    taxa: dict[str, Taxon],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        shown(mara, taxa["panthera-leo"], 0.3 + number / 100)
    with django_assert_max_num_queries(90):
        page = client.get("/projects/mara/review/").content.decode()
    assert page.count("data-turn ") == 8
    assert "<strong data-left>12</strong>" in page
    more = client.get("/projects/mara/review/more")
    assert more.headers["X-Left"] == "12"


def test_an_animal_that_is_not_listed_for_its_country_is_shown_with_a_warning(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    shown(mara, taxa["panthera-leo"])
    assert "does not list it" not in client.get("/projects/mara/review/").content.decode()
    Identification.objects.update(countries=["DEU"], elsewhere=["panthera-leo"])
    page = client.get("/projects/mara/review/").content.decode()
    assert "The catalogue does not list it for Germany" in page


def test_a_form_says_it_and_goes_on(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    address = "/projects/mara/review/say?order=newest"
    told = {"photo": one.pk, "say": "animal", "taxon": "elephas-maximus", "sex": "male"}
    answer = client.post(address, told)
    assert (answer.status_code, answer["Location"]) == (302, "/projects/mara/review/?order=newest")
    said = Verdict.objects.get()
    assert (said.taxon, said.sex, said.given_by) == (taxa["elephas-maximus"], "male", ann)


def test_a_script_gets_what_takes_it_back(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    address, told = "/projects/mara/review/say", {"photo": one.pk, "say": "accept"}
    batch = client.post(address, told, headers={"Accept": "application/json"}).json()["batch"]
    assert Verdict.objects.get().taxon == taxa["panthera-leo"]
    back = client.post("/projects/mara/review/take-back", {"batch": batch})
    assert back.json() == {"taken_back": 1}
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"say": "animal", "taxon": "qqq"}, "We know no animal of this name."),
        ({"say": "accept", "boxes": ["x"]}, "These are no boxes."),
        ({"say": "nothing"}, "nothing"),
        ({"say": "animal", "count": "0"}, "1"),
    ],
)
def test_what_cannot_be_said_is_answered_by_a_sentence(
    client: Client,
    mara: Project,
    ann: User,
    taxa: dict[str, Taxon],
    told: dict[str, object],
    problem: str,
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    address = "/projects/mara/review/say"
    told = {"photo": one.pk, **told}
    answer = client.post(address, told, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert problem in answer.json()["problem"]
    assert not Verdict.objects.exists()


def test_photos_of_another_project_are_none_of_its_business(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    other = shown(Project.objects.create(slug="other", name="Other"), taxa["panthera-leo"])
    told = {"photo": other.pk, "say": "accept"}
    assert client.post("/projects/mara/review/say", told).status_code == 404


def test_many_are_accepted_by_a_form_and_taken_back(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    shown(mara, taxa["panthera-leo"], 0.97)
    page = client.post("/projects/mara/review/accept", {"percent": "95"}, follow=True)
    job = Acceptance.objects.get()
    assert (job.total, job.above) == (1, 0.95)
    assert "Accepted in the background" in page.content.decode()
    client.post(f"/projects/mara/review/acceptances/{job.pk}/undo")
    job.refresh_from_db()
    assert job.state == "undoing"


def test_an_owner_sets_what_reviewers_are_asked(client: Client, mara: Project) -> None:
    client.force_login(member(mara, "owner", Role.OWNER))
    values = {
        "name": "Mara", "sampling_design": "targeted", "data_licence": "CC0-1.0",
        "media_licence": "CC0-1.0", "event_gap": "120", "reviewers_needed": "2",
        "accept_percent": "97", "asks_sex": "on",
    }  # fmt: skip
    assert client.post("/projects/mara/settings/", values).status_code == 302
    mara.refresh_from_db()
    assert (mara.reviewers_needed, mara.accept_above) == (2, 0.97)
    assert (mara.asks_sex, mara.asks_count) == (True, False)
    page = client.get("/projects/mara/settings/").content.decode()
    assert 'name="accept_percent" value="97"' in page
    client.post("/projects/mara/settings/", {**values, "accept_percent": ""})
    mara.refresh_from_db()
    assert mara.accept_above is None


def test_a_project_asks_for_what_it_wants_to_know(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    shown(mara, taxa["panthera-leo"])
    assert 'name="sex"' not in client.get("/projects/mara/review/").content.decode()
    Project.objects.update(asks_sex=True)
    assert 'name="sex"' in client.get("/projects/mara/review/").content.decode()


def test_own_photos_have_a_queue_with_the_same_keys(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    own, other = builders.photo("", owner=ann), builders.photo("", owner=member(mara, "bo"))
    for one in (own, other):
        builders.answered(one, taxa["panthera-leo"])
    shown(mara, taxa["panthera-leo"])
    page = client.get("/review/").content.decode()
    assert "<strong data-left>1</strong>" in page
    assert str(own.pk) in page
    assert str(other.pk) not in page
    assert 'value="event"' not in page  # own photos have no events
    assert "1 to look at" in client.get("/library/").content.decode()
    told = {"photo": own.pk, "say": "animal", "taxon": "elephas-maximus"}
    answer = client.post("/review/say?order=newest", told)
    assert (answer.status_code, answer["Location"]) == (302, "/review/?order=newest")
    assert Verdict.objects.get().photo == own
    assert "<strong data-left>0</strong>" in client.get("/review/").content.decode()
    assert "to look at" not in client.get("/library/").content.decode()
    client.post("/review/say", {"photo": own.pk, "say": "unsure"})
    assert not Photo.objects.get(pk=own.pk).settled
    assert "to look at" not in client.get("/library/").content.decode()


def test_nobody_speaks_of_others_photos_in_their_own_queue(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    theirs = [shown(mara, taxa["panthera-leo"]), builders.photo("", owner=member(mara, "bo"))]
    for one in theirs:
        answer = client.post("/review/say", {"photo": one.pk, "say": "accept"})
        assert answer.status_code == 404
    client.force_login(User.objects.create_user("chief", is_staff=True))
    assert "<strong data-left>0</strong>" in client.get("/review/").content.decode()


def test_many_own_answers_are_accepted_and_taken_back(
    client: Client, ann: User, taxa: dict[str, Taxon]
) -> None:
    own = builders.photo("", owner=ann)
    builders.answered(own, taxa["panthera-leo"], confidence=0.97)
    write_digests([own.pk])
    client.post("/review/accept", {"percent": "95"})
    job = Acceptance.objects.get()
    assert (job.project, job.total) == (None, 1)
    accepting.go_on(job.pk)
    assert Verdict.objects.get().given_by == ann
    client.post(f"/review/acceptances/{job.pk}/undo")
    accepting.go_on(job.pk)
    assert not Verdict.objects.exists()


def test_projects_tell_how_many_photos_wait(
    client: Client, mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    for share in (0.7, 0.9):
        shown(mara, taxa["panthera-leo"], share)
    Project.objects.update(accept_above=0.8)
    page = client.get("/projects/mara/").content.decode()
    assert '<a href="/projects/mara/review/">1</a>' in page
    assert '<span class="count">1<' in page
    client.force_login(member(mara, "viewer", Role.VIEWER))
    assert "/review/" not in client.get("/projects/mara/").content.decode()


@pytest.mark.parametrize(("waiting", "told"), [(0, ""), (2, "2"), (3, "2+")])
def test_a_large_number_is_told_roughly(
    mara: Project,
    ann: User,
    taxa: dict[str, Taxon],
    monkeypatch: pytest.MonkeyPatch,
    waiting: int,
    told: str,
) -> None:
    for module in (review_queue, waiting_words):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for _ in range(waiting):
        shown(mara, taxa["panthera-leo"])
    assert waiting_words.waiting_in_words(mara, ann) == told
