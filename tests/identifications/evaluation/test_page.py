"""The page: everything in one file, with photos only where they are wanted."""

import re
from pathlib import Path

import pytest
from PIL import Image

from pipelines.rules import Rules
from tests.identifications.evaluation.build import TREE, ballot, header, record
from wildlife.identifications.evaluation import charts
from wildlife.identifications.evaluation.figures import Bin
from wildlife.identifications.evaluation.page import page
from wildlife.identifications.evaluation.results import Evaluation, evaluate
from wildlife.identifications.evaluation.truth import Truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def mistaken(tmp_path: Path) -> Evaluation:
    """An evaluation in which one cat is called a raven."""
    path = tmp_path / "<cat>.jpg"
    Image.new("RGB", (400, 300), (90, 90, 90)).save(path)
    truths = [Truth("<cat>.jpg", path, "mammal", "Felis catus", "felis-catus")]
    records = [record(ballot("birds", "Corvus corax"), file="<cat>.jpg", group="bird")]
    rules = Rules(walk=0.5)
    return evaluate(truths, records, header(birds=("Corvus corax",)), tree=TREE, rules=rules)


def test_a_mistake_is_shown_with_its_photo_and_box(mistaken):
    html = page(mistaken, "some photos", TREE, pictures=True)
    assert "Felis catus" in html
    assert "Corvus corax" in html
    assert len(re.findall(r'src="data:image/webp;base64,[\w+/=]{100,}"', html)) == 1
    assert '<rect x="25.0" y="25.0" width="50.0" height="50.0"' in html


def test_without_thumbnails_no_photo_is_in_the_page(mistaken):
    html = page(mistaken, "some photos", TREE, pictures=False)
    assert "<img" not in html
    assert "data:" not in html
    assert "Felis catus" in html


def test_a_photo_that_is_gone_leaves_its_words(mistaken):
    mistaken.judgements[0].truth.path.unlink()
    html = page(mistaken, "some photos", TREE, pictures=True)
    assert "<img" not in html
    assert "Corvus corax" in html


def test_the_page_needs_nothing_else_and_trusts_no_name(mistaken):
    html = page(mistaken, "<script>alert(1)</script>", TREE, pictures=True)
    assert "<script" not in html
    assert "<link" not in html
    assert not re.search(r"(src|href)=\"(?!data:)", html)
    assert "<cat>" not in html


def test_a_column_is_as_high_as_its_claims_were_right():
    half, whole = charts.columns([Bin(0, 0.5, 3, 0.4, 0.5), Bin(0.5, 1, 2, 0.9, 1.0)])
    assert float(half.height) * 2 == pytest.approx(float(whole.height))
    assert float(half.y) + float(half.height) == pytest.approx(float(whole.y) + float(whole.height))
    assert float(half.dot_x) < float(whole.dot_x)


def test_shares_are_written_as_people_read_them():
    assert (charts.percent(0.1234), charts.percent(None)) == ("12.3%", "–")
    assert charts.bar("found", 0.5).width == "50.0"
