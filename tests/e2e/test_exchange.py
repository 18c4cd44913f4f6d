"""A curator takes a file of their project with them, and brings one with labels in."""

import csv
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.db import close_old_connections
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.e2e.test_quality import keep_all, signed_in
from tests.web import builders
from wildlife.exchange import jobs as exports
from wildlife.exchange.imports import jobs as imports
from wildlife.exchange.imports.models import Import
from wildlife.exchange.models import ExportJob
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Membership, Project, Role

pytestmark = [pytest.mark.browser, pytest.mark.services]
SOON = 30_000
"""Milliseconds at most until a page has asked again by itself, beside other tests."""


@pytest.fixture
def mara(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Three photos of a project, one without a place; whatever is sent waits for a worker."""
    taxa = builders.plant()
    project = Project.objects.create(slug="mara", name="Mara")
    Membership.objects.create(
        project=project, user=User.objects.create_user("ann"), role=Role.OWNER
    )
    for number in range(3):
        place = {"latitude": -2.1, "longitude": 37.2} if number else {}
        made = builders.photo("", project=project, name=f"IMG_{number:04}.JPG", **place)
        builders.answered(made, taxa["loxodonta-africana"])
    monkeypatch.setattr(exports, "send", lambda job: None)
    monkeypatch.setattr(imports, "send", lambda job: None)
    return project


def done_by_a_worker(work: Callable[..., None], pk: object) -> None:
    work(pk)
    close_old_connections()


def _opened(look: Callable[..., Page], live_server, path: str, size: dict[str, int]) -> Page:
    page = look(viewport=size)
    signed_in(User.objects.get(username="ann"), page, live_server.url)
    page.goto(f"{live_server.url}{path}")
    return page


def test_a_file_is_asked_for_waited_for_and_downloaded(
    look: Callable[..., Page], live_server, mara: Project, tmp_path: Path
) -> None:
    page = _opened(look, live_server, "/projects/mara/", WIDE)
    page.get_by_role("link", name="Exports", exact=True).click()
    expect(page.get_by_text("There are none yet.")).to_be_visible(timeout=SOON)
    keep_all(page, "exports")
    page.get_by_role("radio", name="Camtrap DP 1.0.2 with photos").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Being made", timeout=SOON)
    ExportJob.objects.update(total=3, done=1)
    expect(page.get_by_role("progressbar", name="How far it is")).to_have_attribute(
        "value", "1", timeout=SOON
    )
    keep(page, "exports-at-work")
    done_by_a_worker(exports.make, ExportJob.objects.get().pk)
    expect(page.get_by_role("status")).to_have_text("Ready", timeout=SOON)  # by itself
    expect(page.get_by_text("1 photo has no place and was left out.")).to_be_visible()
    keep_all(page, "exports-ready")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    assert grave_violations(page, axe_script()) == []
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    started.value.save_as(tmp_path / "file.zip")
    assert started.value.suggested_filename.startswith("mara-camtrap-dp-photos-")
    with ZipFile(tmp_path / "file.zip") as archive:
        assert len([name for name in archive.namelist() if name.startswith("media/")]) == 2
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There are none yet.")).to_be_visible(timeout=SOON)


def test_a_file_is_sent_looked_through_confirmed_and_its_problems_are_told(
    look: Callable[..., Page], live_server, mara: Project, tmp_path: Path
) -> None:
    labels = tmp_path / "labels of the second card.csv"
    rows = "IMG_0000.JPG,lion\nIMG_0001.JPG,unicorn\nDCIM/100_RECNX/IMG_2345.JPG,lion\n"
    labels.write_text(f"file,taxon\n{rows}")
    page = _opened(look, live_server, "/projects/mara/imports/", PHONE)
    keep_all(page, "imports")
    page.set_viewport_size(PHONE)
    page.get_by_label("File", exact=False).first.set_input_files(labels)
    page.get_by_role("button", name="Look through it").click()
    headline = page.get_by_role("heading", level=2).first
    expect(headline).to_contain_text("being looked through", timeout=SOON)
    done_by_a_worker(imports.go_on, Import.objects.get().pk)
    expect(headline).to_contain_text("This is what it would do.", timeout=SOON)  # by itself
    expect(page.get_by_text("2 of 3 photos in the file are here")).to_be_visible()
    assert not Verdict.objects.exists()
    keep_all(page, "imports-ready")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    assert grave_violations(page, axe_script()) == []
    page.get_by_role("button", name="Import it").focus()
    page.keyboard.press("Enter")
    expect(headline).to_contain_text("It is being imported.", timeout=SOON)
    done_by_a_worker(imports.go_on, Import.objects.get().pk)
    expect(headline).to_contain_text("It is imported.", timeout=SOON)
    assert Verdict.objects.get().taxon.slug == "panthera-leo"
    expect(page.get_by_role("heading", name="2 things cannot be taken")).to_be_visible()
    expect(page.get_by_text("No animal is known as “unicorn”.")).to_be_visible()
    keep_all(page, "imports-done")
    with page.expect_download() as started:
        page.get_by_role("link", name="All of them as a table").click()
    started.value.save_as(tmp_path / "problems.csv")
    with (tmp_path / "problems.csv").open(encoding="utf-8-sig") as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["unknown_taxon", "not_here"]
