"""After an upgrade a browser must not run new scripts beside old ones that it kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from wildlife.static import StaticStorage

SCRIPTS = settings.BASE_DIR / "static"


@pytest.fixture
def collected(tmp_path: Path, settings):
    """Return how scripts are stored, by name, after some of them were changed."""
    settings.DEBUG = False

    def collect(**changed: str) -> dict[str, Path]:
        folder = tmp_path / f"collected-{len(changed)}"
        storage = StaticStorage(location=folder, base_url="/static/")
        found = {}
        for path in (SCRIPTS / "js").rglob("*.js"):
            name = path.relative_to(SCRIPTS).as_posix()
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(path.read_text() + changed.get(path.stem, ""))
            found[name] = (FileSystemStorage(folder), name)
        for _, _, processed in storage.post_process(found):
            if isinstance(processed, Exception):
                raise processed
        return {name: folder / storage.stored_name(name) for name in found}

    return collect


def test_scripts_import_each_other_by_the_hash_of_their_content(collected) -> None:
    imports = [
        (path, named)
        for path in collected().values()
        for named in re.findall(r'from "(\.[^"]+)"', path.read_text())
    ]

    assert len(imports) >= 5
    for path, named in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", named), f"{path.name} imports {named}"
        assert (path.parent / named).is_file()


def test_a_script_has_another_name_where_one_that_it_imports_has_changed(collected) -> None:
    before, after = collected(), collected(map="// newer")

    assert before["js/library.js"].name != after["js/library.js"].name
    assert before["js/boxes.js"].name == after["js/boxes.js"].name
