"""`manage.py evaluate`: from a manifest to the report, with models and without."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from models_registry.models import ModelRelease
from tests.identifications.conftest import GREEN, RED
from wildlife.identifications.evaluation.recording import VotesInvalid, read_votes


@pytest.fixture
def manifest(tmp_path: Path, taxa, releases, registry) -> Path:
    """Two foxes, one of them unseen, and an empty scene."""
    for name, colour in [("fox", RED), ("unseen", GREEN), ("empty", GREEN)]:
        Image.new("RGB", (400, 300), colour).save(tmp_path / f"{name}.jpg")
    path = tmp_path / "manifest.csv"
    path.write_text(
        "file,group,scientific_name\nfox.jpg,mammal,Vulpes vulpes\n"
        "unseen.jpg,mammal,Vulpes vulpes\nempty.jpg,none,\ngone.jpg,mammal,Canis lupus\n",
        encoding="utf-8",
    )
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_report_is_written_and_summed_up_on_the_screen(manifest, tmp_path):
    out, err = run(manifest, "--report", tmp_path / "deep" / "report")
    report = json.loads((tmp_path / "deep" / "report" / "report.json").read_text())
    assert (report["photos"], report["animals_found"], report["false_animals"]) == (3, 0.5, 0)
    assert (report["species_top1"], report["nameable_top1"]) == (0.5, 0.5)
    assert report["experts"]["first"]["photos"] == 1
    assert "1 not there: gone.jpg" in err
    assert "mammal" in out
    assert "data:image" in (tmp_path / "deep" / "report" / "index.html").read_text()


def test_no_thumbnails_leaves_the_photos_out(manifest, tmp_path):
    run(manifest, "--report", tmp_path, "--no-thumbnails")
    assert "data:image" not in (tmp_path / "index.html").read_text()


def test_kept_votes_are_answered_anew_without_models(manifest, tmp_path, registry):
    votes = tmp_path / "votes.jsonl"
    run(manifest, "--votes", votes, "--report", tmp_path / "first")
    registry.models.clear()
    run(manifest, "--replay", votes, "--report", tmp_path / "again")
    first, again = (
        json.loads((tmp_path / folder / "report.json").read_text()) for folder in ("first", "again")
    )
    assert first == again
    run(manifest, "--replay", votes, "--rule", "walk=0.95", "--report", tmp_path / "sure")
    sure = json.loads((tmp_path / "sure" / "report.json").read_text())
    assert (sure["answered"]["species"], sure["answered"]["family"]) == (0, 0.5)


def test_votes_are_kept_in_full(manifest, tmp_path):
    votes = tmp_path / "votes.jsonl"
    run(manifest, "--votes", votes)
    head, records = read_votes(votes)
    assert head.can_name["first"] == ("canis-lupus", "vulpes-vulpes")
    assert head.names["fox"] == "vulpes-vulpes"
    scores = {one.expert: dict(one.votes[0].scores) for one in records[0].ballots}
    assert scores["first"] == pytest.approx({"vulpes-vulpes": 0.9, "canis-lupus": 0.1})


def test_photos_without_kept_votes_are_named(manifest, tmp_path):
    votes = tmp_path / "votes.jsonl"
    run(manifest, "--votes", votes, "--limit", 1)
    _, err = run(manifest, "--replay", votes)
    assert "2 without kept votes, left out: unseen.jpg, empty.jpg" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--rule", "wlak=0.5"), "no rule wlak"),
        (("--weight", "third=2"), "no expert third"),
        (("--group", "fish"), "no photo to judge"),
        (("--replay", "nowhere.jsonl"), "no file of votes"),
    ],
)
def test_what_cannot_be_done_is_said(manifest, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(manifest, *arguments)


def test_without_models_the_command_says_what_to_do(manifest, releases):
    ModelRelease.objects.all().delete()
    with pytest.raises(CommandError, match="No detector is active"):
        run(manifest)


def test_a_file_that_holds_no_votes_is_refused(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    for name in ("empty.jsonl", "other.jsonl"):
        with pytest.raises(VotesInvalid, match=name):
            read_votes(tmp_path / name)


@pytest.mark.shared
@pytest.mark.django_db
def test_real_photos_are_judged_by_the_real_models(shared_dir, tmp_path):
    call_command("load_species", stdout=io.StringIO())
    call_command("sync_models", stdout=io.StringIO())
    run(shared_dir / "photos" / "manifest.csv", "--limit", 4, "--report", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["photos"] == 4
    assert report["class_top1"] > 0
    assert report["photos_per_second"] > 0
