"""`wildlife import`: looked through first, carried out when that is wanted."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from tests.cli.conftest import Commands
from tests.web import builders
from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.models import Import
from wildlife.identifications.models import Verdict
from wildlife.projects import services


@pytest.fixture
def labels(wildlife: Commands, ann: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table with a label of a photo that is here, and one of a photo that is not."""
    monkeypatch.setattr(jobs, "send", lambda job: jobs.go_on(job.pk))
    monkeypatch.setattr(jobs, "dispatch", lambda: None)
    builders.plant()
    photo = builders.photo("", project=services.create(ann, "Mara"))
    table = tmp_path / "labels.csv"
    table.write_text(f"sha256,taxon,count\n{photo.sha256},lion,2\ngone,lion,1\n")
    return table


def test_it_is_asked_before_anything_changes(wildlife: Commands, labels: Path) -> None:
    no = wildlife("import", labels, "--project", "mara", said="n\n")
    assert "verdicts new 1" in no.err
    assert "gone" in no.err
    assert (no.out.strip().partition(":")[0], Verdict.objects.count()) == ("cancelled", 0)
    dry = wildlife("import", labels, "--project", "mara", "--dry-run", "--json")
    assert (dry.json["state"], dry.json["counts"]["verdicts_new"]) == ("cancelled", 1)
    assert Verdict.objects.count() == 0
    yes = wildlife("import", labels, "--project", "mara", "--yes", "--json")
    assert (yes.code, yes.json["state"], yes.json["problem_count"]) == (1, "done", 1)
    assert Verdict.objects.get().count == 2


def test_what_is_no_such_file_is_told(wildlife: Commands, labels: Path, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    done = wildlife("import", tmp_path / "x.json", "--project", "mara", "--yes")
    assert done.code == 1
    assert Import.objects.get().error in done.err
    assert wildlife("import", labels, "--json").code == 2
