"""The page of how good answers are: figures, the slider, the limit, the table."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.verdicts import Word, give
from wildlife.photos.models import Photo
from wildlife.projects.models import Activity, Membership, Project, Role
from wildlife.review import figures
from wildlife.web.quality.rows import COLUMNS

URL = "/projects/mara/quality/"
SET = "/projects/mara/quality/accept-above"
pytestmark = pytest.mark.usefixtures("nothing_is_new")


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(mara: Project) -> User:
    return somebody(mara, "ann", Role.REVIEWER)


def somebody(project: Project, name: str, role: Role) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(project, taxon, confidence: float) -> Photo:
    made = builders.photo("", project=project)
    builders.answered(made, taxon, confidence=confidence)
    write_digests([made.pk])
    return made


@pytest.fixture
def looked_at(mara, ann, taxa) -> list[Photo]:
    """Of five elephants, at 96, 92, 88, 84 and 80 %, the last two are lions; two more wait."""
    photos = [shown(mara, taxa["loxodonta-africana"], 0.96 - 0.04 * n) for n in range(5)]
    for number, photo in enumerate(photos):
        truth = taxa["loxodonta-africana" if number < 3 else "panthera-leo"]
        give(photo.detections.get(), Word(taxon=truth), ann)
    shown(mara, taxa["panthera-leo"], 0.93)
    shown(mara, taxa["panthera-leo"], 0.55)
    return photos


def test_a_project_without_verdicts_says_what_to_do(mara, ann) -> None:
    page = client_of(ann).get(URL)
    assert page.context["cases"] == 0
    assert "Nobody has said" in page.text


def test_the_page_tells_figures_and_confusions(looked_at, ann) -> None:
    page = client_of(ann).get(URL)
    whole = page.context["whole"]
    assert (whole.accuracy.share, whole.accuracy.counts) == ("60.0%", "3 of 5")
    assert whole.accuracy.between == "23–88%"
    assert [line.title for line in page.context["experts"]] == ["general", "mammals"]
    [pair] = page.context["pairs"]
    assert (pair.said, pair.truth, pair.count) == ("African savanna elephant", "Lion", 2)
    assert set(pair.photos) == {looked_at[3].pk, looked_at[4].pk}
    for photo in pair.photos:
        assert f'href="/photos/{photo}/"' in page.text
    lines = {line.title: line for line in page.context["labels"]}
    assert lines["African savanna elephant"].precision.counts == "3 of 5"
    assert lines["African savanna elephant"].recall.counts == "3 of 3"
    assert lines["Lion"].precision.share == "–"
    assert lines["Lion"].recall.counts == "0 of 2"


def test_the_slider_asks_what_accepting_would_do(looked_at, ann) -> None:
    page = client_of(ann).get(URL, {"above": "90"}, headers={"HX-Request": "true"})
    assert "<html" not in page.text
    would = page.context["would"]
    assert (would.percent, would.accepted.counts, would.right.counts) == (90, "2 of 5", "2 of 2")
    assert (would.left, would.wrong, would.waiting, would.taken, would.kept) == (3, 0, 2, 1, 1)


@pytest.mark.parametrize("asked", ["", "x", "49", "101", "-1", "٩٠", "9" * 9])
def test_what_is_no_percentage_shows_the_usual_one(looked_at, ann, asked) -> None:
    assert client_of(ann).get(URL, {"above": asked}).context["would"].percent == 95


def test_a_new_word_is_in_the_figures_at_once(looked_at, ann, taxa) -> None:
    client = client_of(ann)
    assert client.get(URL).context["cases"] == 5
    waiting = Photo.objects.get(confidence=0.93)
    give(waiting.detections.get(), Word(taxon=taxa["panthera-leo"]), ann)
    assert client.get(URL).context["cases"] == 6
    give(waiting.detections.get(), Word(taxon=taxa["loxodonta-africana"]), ann)
    assert client.get(URL).context["whole"].accuracy.counts == "3 of 6"


def test_many_words_are_counted_by_a_worker_and_told_as_old_meanwhile(
    looked_at, mara, ann, taxa, monkeypatch
) -> None:
    sent: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(figures, "AT_ONCE", 3)
    monkeypatch.setattr(figures, "QUIET_FOR", 0)
    monkeypatch.setattr(
        figures.app, "send_task", lambda task, args, **more: sent.append((task, args))
    )
    client = client_of(ann)
    for _ in range(2):  # who looks again asks nobody again
        page = client.get(URL)
        assert "The figures appear by themselves" in page.text
    assert client.get("/projects/mara/quality.csv").status_code == 302
    assert sent == [(figures.TASK, [str(mara.pk)])]
    figures.count(mara.pk)
    page = client.get(URL)
    assert (page.context["cases"], page.context["figures"].is_old) == (5, False)
    waiting = Photo.objects.get(confidence=0.93)
    give(waiting.detections.get(), Word(taxon=taxa["panthera-leo"]), ann)
    page = client.get(URL, {"whole": "1"}, headers={"HX-Request": "true"})
    assert (page.context["cases"], page.context["figures"].is_old) == (5, True)
    assert "What people said since is being counted" in page.text
    figures.count(mara.pk)
    assert client.get(URL).context["cases"] == 6


def test_pages_take_few_queries(looked_at, ann, queries_of) -> None:
    client = client_of(ann)
    queries_of(client, URL, 20)
    queries_of(client, URL, 13)  # what is known is not asked again


def test_an_owner_sets_the_limit_and_takes_it_back(looked_at, mara) -> None:
    owner = client_of(somebody(mara, "owner", Role.OWNER))
    assert 'name="percent" value="95"' in owner.get(URL).text
    assert owner.post(SET, {"percent": "90"}).status_code == 302
    mara.refresh_from_db()
    assert mara.accept_above == 0.9
    assert Activity.objects.filter(project=mara, verb="project_changed").exists()
    page = owner.get(URL)
    assert (page.context["set"], page.context["would"].percent) == (90, 90)
    owner.post(SET, {"percent": "30"})
    mara.refresh_from_db()
    assert mara.accept_above == 0.9
    owner.post(SET, {"percent": ""})
    mara.refresh_from_db()
    assert mara.accept_above is None


def test_a_reviewer_sees_no_button_and_may_not_set_it(looked_at, mara, ann) -> None:
    client = client_of(ann)
    assert 'name="percent"' not in client.get(URL).text
    assert client.post(SET, {"percent": "90"}).status_code == 403


def test_the_table_holds_every_figure(looked_at, ann) -> None:
    answer = client_of(ann).get("/projects/mara/quality.csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    named = {(row["about"], row["name"]): row for row in rows}
    assert named["all", ""]["accuracy"] == "0.6"
    assert named["expert", "mammals"]["precisionOf"] == "5"
    elephant = named["taxon", "Loxodonta africana"]
    assert (elephant["accuracy"], elephant["recallRight"], elephant["recallOf"]) == ("", "3", "3")
    assert named["acceptAbove", "90"]["accuracyRight"] == "2"
    assert len([row for row in rows if row["about"] == "acceptAbove"]) == 51
