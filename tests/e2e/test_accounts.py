"""A guest makes an account, adds a second factor, takes their data along and deletes it all."""

import re
import zipfile

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved, scene

pytestmark = [
    pytest.mark.shared,
    pytest.mark.browser,
    pytest.mark.services,
    pytest.mark.xdist_group("product"),
]

PASSWORD = "heron-by-the-river"
SMALLEST = {"width": 360, "height": 700}


def sign_up(page: Page, name: str) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/accounts/signup/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("link", name=f"{name}, your account")).to_be_visible()


def open_account(page: Page, row: str) -> None:
    page.get_by_role("link", name=", your account").click()
    page.get_by_role("listitem").filter(has_text=row).get_by_role("link").click()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_account_from_its_first_day_to_its_last(visit, viewport, tmp_path):
    kind = "wide" if viewport == WIDE else "phone"
    name = f"ranger-{kind}"
    page = visit("/accounts/login/", viewport=viewport)
    assert fits(page)
    keep(page, f"accounts-login-{kind}")

    # A guest's photo comes along.
    photo = tmp_path / "heron.jpg"
    photo.write_bytes(saved(scene(320, 240)))
    with page.expect_response("**/api/v1/photos"):
        page.evaluate(
            """async bytes => {
                const form = new FormData();
                form.append("photo", new File([new Uint8Array(bytes)], "heron.jpg"));
                await fetch("/api/v1/photos", {method: "POST", body: form});
            }""",
            list(photo.read_bytes()),
        )
    sign_up(page, name)
    page.get_by_role("link", name=", your account").click()
    expect(page.locator("main")).to_contain_text("1 photo")
    assert fits(page)
    keep(page, f"accounts-overview-{kind}")

    # A second factor.
    page.get_by_role("link", name="Switch on second factor").click()
    page.get_by_role("link", name="Switch it on").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.locator(".secret").inner_text()
    assert page.locator(".qr svg").bounding_box()["width"] > 150
    assert fits(page)
    keep(page, f"accounts-factor-{kind}")
    counter = next(iter(yield_hotp_counters_from_time()))
    page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    keep(page, f"accounts-codes-{kind}")

    # Out, and in again with a recovery code.
    open_account(page, "Where you are signed in")
    page.get_by_role("button", name="Sign out here").click()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_label("Login").fill(name)
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()

    # All data, then nothing.
    open_account(page, "Your data")
    page.get_by_role("button", name="Put my data together").click()
    link = page.get_by_role("link", name="wildlife-1.zip")
    expect(link).to_be_visible(timeout=60_000)
    assert fits(page)
    keep(page, f"accounts-data-{kind}")
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert any(entry.startswith("originals/") for entry in archive.namelist())
    page.get_by_role("link", name=", your account").click()

    # A token, seen once.
    open_account(page, "Tokens")
    page.get_by_label("Name", exact=True).fill("script")
    page.get_by_label("Review").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_label("Your new token")).to_have_value(re.compile("^wl_"))
    assert fits(page)
    keep(page, f"accounts-tokens-{kind}")
    page.get_by_role("button", name="Revoke script").click()
    expect(page.get_by_text("opens nothing any more")).to_be_visible()
    page.get_by_role("link", name=", your account").click()
    page.get_by_role("link", name="Delete the account").click()
    expect(page.get_by_label("Your password")).to_be_visible()
    assert fits(page)
    keep(page, f"accounts-delete-{kind}")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete the account and all of this").click()
    expect(page.get_by_role("status").first).to_contain_text("Your account is closed")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/"])
def test_nothing_is_wider_than_a_small_phone(visit, path):
    assert fits(visit(f"/accounts/{path}", viewport=SMALLEST))


def test_by_keyboard_alone_one_gets_in(visit):
    page = visit("/accounts/signup/")
    page.keyboard.press("Tab")
    page.get_by_label("Username").focus()
    page.keyboard.type("typist")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="typist, your account")).to_be_visible()


def test_the_admin_is_behind_the_same_door(visit, product):
    page = visit("/admin/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Login").fill("admin")
    page.get_by_label("Password").fill((product.data_dir / "admin-password").read_text())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
