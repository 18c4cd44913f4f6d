"""Every sentence that is shown is translated, and what is committed is up to date."""

import csv
import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings as configured
from django.utils.translation import override
from pytest_django import Settings

from models_registry.services import registry
from pipelines.picture import TITLES
from wildlife.ops.management.commands import messages
from wildlife.photos.models import Photo
from wildlife.species import catalogue_words, habitats
from wildlife.species.models import ConservationAssessment, Trait
from wildlife.told import told
from wildlife.web.taxa.footnotes import Footnotes
from wildlife.web.taxa.traits import traits_of

LOCALE = "zh_Hans"
PLACES = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%|%[sd]|\{\w+\}|</?\w+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", params=["django", catalogue_words.DOMAIN])
def path(request: pytest.FixtureRequest) -> Path:
    """Each of the two catalogues: of pages and code, and of what is said of species."""
    return messages.catalogue(LOCALE, request.param)


@pytest.fixture(scope="module")
def catalogue(path: Path) -> polib.POFile:
    return polib.pofile(str(path))


def words(entry: polib.POEntry) -> str:
    return entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr


def test_nothing_is_left_to_translate(catalogue):
    left = [entry.msgid for entry in catalogue if not entry.translated()]
    assert left == [], "translate these in locale/, then run `make messages`"
    assert [entry.msgid for entry in catalogue if entry.obsolete] == []


def test_a_translation_has_the_places_of_its_sentence(catalogue):
    for entry in catalogue:
        wanted = sorted(PLACES.findall(entry.msgid_plural or entry.msgid))
        assert sorted(PLACES.findall(words(entry))) == wanted, entry.msgid


def test_a_translation_has_the_line_ends_of_its_sentence(catalogue):
    for entry in catalogue:
        for side in (0, -1):
            assert (words(entry)[side] == "\n") == (entry.msgid[side] == "\n"), entry.msgid


def test_what_is_compiled_is_what_is_written(catalogue, path):
    compiled = {
        (entry.msgctxt, entry.msgid): words(entry)
        for entry in polib.mofile(str(path.with_suffix(".mo")))
    }
    written = {(entry.msgctxt, entry.msgid): words(entry) for entry in catalogue}
    assert compiled == written, "run `make messages`"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext")
def test_no_sentence_was_forgotten(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = messages.catalogue(LOCALE)
    # In a folder of its own: gathering writes to the folder `locale` beside the code.
    for name in ("models_registry", "pipelines", "templates", "wildlife"):
        (tmp_path / name).symlink_to(configured.BASE_DIR / name)
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    copy = messages.catalogue(LOCALE)
    copy.parent.mkdir(parents=True)
    shutil.copy(kept, copy)
    messages.gather([LOCALE])
    found = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in polib.pofile(str(copy))}
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in polib.pofile(str(kept))}
    assert sorted(map(str, found - known)) == [], "run `make messages` and translate these"
    assert sorted(map(str, known - found)) == [], "run `make messages`"


def test_all_that_is_said_of_species_is_there_and_nothing_else():
    known = polib.pofile(str(messages.catalogue(LOCALE, catalogue_words.DOMAIN)))
    assert [entry.msgid for entry in known] == list(catalogue_words.sentences()), (
        "run `make messages`"
    )


def test_gathering_keeps_what_is_known_of_a_sentence(settings: Settings, tmp_path: Path):
    written = {name: messages.catalogue(LOCALE, name) for name in ("django", "catalogue")}
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    copy = messages.catalogue(LOCALE, catalogue_words.DOMAIN)
    copy.parent.mkdir(parents=True)
    for name, path in written.items():
        shutil.copy(path, messages.catalogue(LOCALE, name))
    messages.gather_catalogue(LOCALE)
    assert copy.read_text("utf-8") == written["catalogue"].read_text("utf-8")
    doubtful = polib.pofile(str(copy))
    doubtful[0].flags.append("fuzzy")
    doubtful[0].tcomment = "Is this the right animal?"
    doubtful.append(polib.POEntry(msgid="Nobody says this.", msgstr="没有人这么说。"))
    doubtful.save()
    messages.gather_catalogue(LOCALE)
    kept = polib.pofile(str(copy))
    assert (kept[0].fuzzy, kept[0].tcomment) == (True, "Is this the right animal?")
    assert kept.find("Nobody says this.") is None


def test_a_sentence_that_a_curator_changed_is_shown_as_it_was_written():
    written = next(catalogue_words.sentences())
    with override("zh-hans"):
        assert catalogue_words.catalogue_words(written) != written
        assert catalogue_words.catalogue_words(f"{written} Or not.") == f"{written} Or not."
    with override("en"):
        assert catalogue_words.catalogue_words(written) == written


def test_every_habitat_of_the_catalogue_has_a_name():
    path = configured.BASE_DIR / "wildlife" / "species" / "catalogue" / "habitats.csv"
    with path.open(encoding="utf-8", newline="") as file:
        assert tuple(row["name"] for row in csv.DictReader(file)) == habitats.NAMES
    with override("zh-hans"):
        assert all(CHINESE.search(habitats.habitat_name(name)) for name in habitats.NAMES)


def test_the_steps_and_the_models_that_come_along_have_titles():
    titles = {*TITLES.values(), *(card.title for card in registry().cards.values())}
    with override("zh-hans"):
        assert [title for title in titles if not CHINESE.search(told(title))] == []


@pytest.mark.parametrize(
    ("code", "word"),
    {
        "EX": "灭绝",
        "EW": "野外灭绝",
        "CR": "极危",
        "EN": "濒危",
        "VU": "易危",
        "NT": "近危",
        "LC": "无危",
        "DD": "数据缺乏",
        "NE": "未予评估",
    }.items(),
)
def test_the_categories_are_called_as_the_iucn_calls_them(code, word):
    with override("zh-hans"):
        assert ConservationAssessment.Category(code).label == word


def test_the_names_of_models_follow_the_language():
    with override("en"):
        assert str(Photo._meta.verbose_name_plural) == "photos"
    with override("zh-hans"):
        assert str(Photo._meta.verbose_name_plural) == "照片"
        assert str(Photo._meta.get_field("taken_at").verbose_name) == "拍摄时间"


def test_what_an_animal_eats_is_said_in_words():
    values = {
        row["value"]
        for row in csv.DictReader(
            (configured.BASE_DIR / "wildlife/species/catalogue/traits.csv").open(encoding="utf-8")
        )
        if row["kind"] != Trait.Kind.BODY_MASS
    }
    with override("zh-hans"):
        facts = [Trait(kind=Trait.Kind.DIET, value=value) for value in sorted(values)]
        said = [fact.words for fact in traits_of(facts, Footnotes())]
    assert [one for one in said if re.search("[A-Za-z]", one)] == []
