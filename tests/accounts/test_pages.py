"""All pages are the product's own; second factor, sessions, what they cost."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.urls import urlpatterns
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

from tests.accounts.build import furnish
from tests.accounts.conftest import PASSWORD
from wildlife import checks

pytestmark = pytest.mark.django_db


def templates_of(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from templates_of(pattern.url_patterns)
        elif view := getattr(pattern.callback, "view_class", None):
            yield view.template_name


def test_every_page_of_allauth_has_the_products_look():
    names = {name for name in templates_of(urlpatterns) if name.endswith(".html")}
    assert len(names) > 15
    unreachable = {"account/confirm_login_code.html"}  # codes by mail are off
    for name in names - unreachable:
        assert str(settings.BASE_DIR / "templates") in get_template(name).origin.name, name


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def switch_on(client):
    """Switch the second factor on; return the recovery codes."""
    page = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert "Your password, please" in page.text
    page = client.post(
        page.request["PATH_INFO"],
        {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"},
        follow=True,
    )
    secret = page.context["form"].secret
    page = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}, follow=True)
    return page.context["unused_codes"]


def test_a_second_factor_is_asked_for_and_recovered_once(ranger, sign_in):
    codes = switch_on(sign_in())
    assert len(codes) == 10

    def enter(code):
        client = Client()
        page = client.post(
            "/accounts/login/", {"login": "ranger", "password": PASSWORD}, follow=True
        )
        assert "Your code, please" in page.text
        assert client.get("/accounts/").status_code == 302
        client.post("/accounts/2fa/authenticate/", {"code": code})
        return client.get("/accounts/").status_code == 200

    assert not enter("000000")
    assert enter(codes[0])
    assert not enter(codes[0])
    assert enter(codes[1])


def test_the_picture_of_the_key_needs_no_other_source(ranger, sign_in):
    client = sign_in()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert "<svg" in page.text
    assert "data:" not in page.text
    assert "style=" not in page.text


def test_sessions_are_listed_and_ended(ranger, sign_in):
    here, there = sign_in(), Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604"})
    sign_in(client=there)
    page = here.get("/accounts/sessions/").text
    assert "Safari on iPhone" in page
    assert "from 127.0.0.1" in page
    here.post("/accounts/sessions/")
    assert there.get("/accounts/").status_code == 302
    assert here.get("/accounts/").status_code == 200


def test_the_pages_cost_few_queries(ranger, sign_in, django_assert_max_num_queries):
    furnish(ranger)
    client = sign_in()
    budget = {"/accounts/": 9, "/accounts/data/": 6, "/accounts/delete/": 40}
    for path, most in budget.items():
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
    with django_assert_max_num_queries(0):
        assert Client().get("/accounts/login/").status_code == 200


@pytest.mark.parametrize("path", ["", "data/", "delete/", "email/", "2fa/", "sessions/"])
def test_who_is_not_signed_in_is_led_to_the_entrance(client, path):
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_addresses_are_added_and_removed(ranger, sign_in, mailoutbox):
    client = sign_in()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "second@example.org"}, follow=True)
    assert EmailAddress.objects.filter(user=ranger, email="second@example.org").exists()
    client.post("/accounts/email/", {"action_remove": "", "email": "second@example.org"})
    assert not EmailAddress.objects.filter(email="second@example.org").exists()


def test_pages_say_where_no_mail_can_be_sent(settings, admin_client):
    settings.EMAIL_URL = ""
    assert "cannot send mail" in Client().get("/accounts/password/reset/").text
    assert "cannot send mail" in Client().get("/accounts/signup/").text
    assert "cannot send mail" in admin_client.get("/admin/accounts/invitation/").text


@pytest.mark.parametrize(
    ("mail", "verification", "host", "wrong"),
    [
        ("", "none", "127.0.0.1", []),
        ("", "none", "0.0.0.0", ["wildlife.W004"]),
        ("", "mandatory", "127.0.0.1", ["wildlife.E004"]),
        ("smtp://mail.example", "mandatory", "0.0.0.0", []),
    ],
)
def test_a_set_up_without_mail_is_said(settings, mail, verification, host, wrong):
    settings.EMAIL_URL, settings.EMAIL_VERIFICATION, settings.HOST = mail, verification, host
    settings.ALLOWED_HOSTS = []
    assert [one.id for one in checks.mail_can_be_sent(None)] == wrong


def test_an_unknown_kind_of_sign_up_is_said(settings):
    assert checks.sign_up_is_known(None) == []
    settings.SIGN_UP = "perhaps"
    assert [one.id for one in checks.sign_up_is_known(None)] == ["wildlife.E005"]
