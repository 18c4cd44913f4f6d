"""The picture of the graph in the README comes from the definition, and is fresh."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from wildlife.identifications.drawing import replaced

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_the_graph_as_it_is_defined():
    call_command("graph", check=README)


def test_a_stale_file_fails_and_can_be_brought_up_to_date(tmp_path):
    file = tmp_path / "README.md"
    file.write_text("before\n<!-- graph -->\nyesterday\n<!-- /graph -->\nafter\n")
    with pytest.raises(CommandError, match="stale"):
        call_command("graph", check=file)
    call_command("graph", write=file)
    call_command("graph", check=file)
    text = file.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "detect --> sort" in text
    assert "yesterday" not in text


def test_a_file_without_marks_is_refused():
    with pytest.raises(ValueError, match="graph"):
        replaced("no marks here", "flowchart LR")
