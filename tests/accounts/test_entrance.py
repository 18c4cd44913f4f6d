"""Signing up, in and out; passwords by mail; who learns what."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.accounts.conftest import PASSWORD
from wildlife.accounts import waiting
from wildlife.accounts.models import Invitation

pytestmark = pytest.mark.django_db

NEW = {"username": "visitor", "email": "visitor@example.org", "password1": PASSWORD}


def link_in(mail):
    return re.search(r"http://testserver(\S+)", mail.body).group(1)


def test_a_visitor_signs_up_and_is_in(client):
    answer = client.post("/accounts/signup/", NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/accounts/").status_code == 200
    assert User.objects.get().email == "visitor@example.org"


@pytest.mark.parametrize("login", ["ranger", "Ranger@example.org"])
def test_name_and_address_both_sign_in(client, ranger, login):
    EmailAddress.objects.create(user=ranger, email=ranger.email, verified=True, primary=True)
    answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302


def test_signing_out_takes_a_post(client, ranger, sign_in):
    sign_in(client=client)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_where_it_is_not_open_nobody_signs_up(client, settings, mode):
    settings.SIGN_UP = mode
    assert client.get("/accounts/signup/").status_code == 200
    client.post("/accounts/signup/", NEW)
    assert not User.objects.exists()
    assert "Make an account" not in client.get("/accounts/login/").text


class TestInvitations:
    @pytest.fixture
    def link(self, settings, admin_client):
        settings.SIGN_UP = "invited"
        ends = timezone.now() + timedelta(days=1)
        data = {"email": "", "note": "x", "expires_at_0": ends.date(), "expires_at_1": "10:00"}
        page = admin_client.post("/admin/accounts/invitation/add/", data, follow=True)
        return re.search(r"http://testserver(/accounts/invitation/\S+/)", page.text).group(1)

    def test_it_makes_one_account_and_is_over(self, client, link):
        assert client.get(link)["Location"] == "/accounts/signup/"
        assert client.post("/accounts/signup/", NEW).status_code == 302
        made = User.objects.get(username="visitor")
        assert Invitation.objects.get().used_by == made
        other = Client()
        assert other.get(link).status_code == 410
        other.post("/accounts/signup/", NEW | {"username": "second", "email": ""})
        assert not User.objects.filter(username="second").exists()

    def test_two_who_share_a_link_get_one_account(self, link):
        first, second = Client(), Client()
        first.get(link)
        second.get(link)
        first.post("/accounts/signup/", NEW)
        second.post("/accounts/signup/", NEW | {"username": "second", "email": ""})
        assert not User.objects.filter(username="second").exists()

    def test_it_ends_by_itself(self, client, link):
        Invitation.objects.update(expires_at=timezone.now())
        assert client.get(link).status_code == 410

    def test_its_secret_is_kept_nowhere(self, link):
        secret = link.split("/")[-2]
        assert secret not in str(list(Invitation.objects.values()))

    def test_it_is_mailed_where_it_has_an_address(self, settings, admin_client, mailoutbox):
        ends = timezone.now() + timedelta(days=1)
        data = {"email": "new@example.org", "expires_at_0": ends.date(), "expires_at_1": "10:00"}
        admin_client.post("/admin/accounts/invitation/add/", data)
        [mail] = mailoutbox
        assert mail.to == ["new@example.org"]
        assert "/accounts/invitation/" in mail.body


def test_a_forgotten_password_is_set_anew_by_mail(client, ranger, mailoutbox):
    answer = client.post("/accounts/password/reset/", {"email": ranger.email})
    assert answer.status_code == 302
    form = client.get(link_in(mailoutbox[0]), follow=True)
    action = form.context["action_url"]
    new = {"password1": "another-pass-word", "password2": "another-pass-word"}
    assert client.post(action, new, follow=True).status_code == 200
    ranger.refresh_from_db()
    assert ranger.check_password("another-pass-word")
    assert "This link is over" in Client().get(link_in(mailoutbox[0]), follow=True).text


def test_a_new_password_signs_out_everywhere_else(ranger, sign_in):
    here, there = sign_in(), sign_in()
    new = {"oldpassword": PASSWORD, "password1": "another-pass-word"}
    new["password2"] = new["password1"]
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert here.get("/accounts/").status_code == 200
    assert there.get("/accounts/").status_code == 302


def test_known_and_unknown_addresses_get_the_same_answers(ranger, mailoutbox):
    def answer(path, data):
        page = Client().post(path, data, follow=True)
        text = re.sub(r'value="[^"]*"|ranger@example.org|nobody@example.org', "", page.text)
        return page.status_code, page.redirect_chain, text

    for path, data in [
        ("/accounts/password/reset/", {}),
        ("/accounts/login/", {"login": "{}", "password": "wrong-pass-word"}),
    ]:
        known, unknown = (
            answer(
                path, {key: value.format(email) for key, value in data.items()} | {"email": email}
            )
            for email in ("ranger@example.org", "nobody@example.org")
        )
        assert known == unknown
    assert len(mailoutbox) == 2  # one to each: neither answer comes sooner
    taken = Client().post("/accounts/signup/", NEW | {"email": ranger.email})
    assert taken.status_code == 302


def test_unknown_names_cost_a_password_hash_too(client, ranger, monkeypatch):
    hashed = []
    original = User.set_password
    monkeypatch.setattr(User, "set_password", lambda *a: hashed.append(1) or original(*a))
    client.post("/accounts/login/", {"login": "nobody", "password": "x"})
    assert hashed


def test_an_address_is_confirmed_by_its_link(settings, client, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post("/accounts/signup/", NEW)
    assert client.get("/accounts/").status_code == 302
    link = link_in(mailoutbox[0])
    assert "visitor@example.org" in client.get(link).text
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified


def test_the_admin_is_entered_through_the_same_door(client, admin_user, ranger, sign_in):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer["Location"].startswith("/accounts/login/?next=")
    assert client.post("/admin/login/", {"username": "admin"}).status_code == 302
    assert sign_in().get("/admin/login/").status_code == 403


class TestThrottles:
    def test_wrong_passwords_of_an_account_have_to_wait(self, client, ranger):
        wrong = {"login": "ranger", "password": "wrong"}
        for _ in range(5):
            assert "do not belong together" in client.post("/accounts/login/", wrong).text
        right = client.post("/accounts/login/", wrong | {"password": PASSWORD})
        assert "Try again in 5 minutes" in right.text
        other = Client(REMOTE_ADDR="192.0.2.9")
        assert "Try again in" in other.post("/accounts/login/", wrong).text

    @pytest.mark.parametrize(
        ("action", "path", "data"),
        [
            ("login", "/accounts/login/", {"login": "x", "password": "y"}),
            ("signup", "/accounts/signup/", {"username": ""}),
            ("reset_password", "/accounts/password/reset/", {"email": "x@example.org"}),
        ],
    )
    def test_one_address_has_to_wait(self, client, settings, action, path, data):
        settings.ACCOUNT_RATE_LIMITS = {action: "2/h/ip"}
        for _ in range(2):
            assert client.post(path, data).status_code in (200, 302)
        answer = client.post(path, data)
        assert answer.status_code == 429
        assert "Try again in 1 hour" in answer.text
        assert 3500 < int(answer["Retry-After"]) <= 3600
        assert Client(REMOTE_ADDR="192.0.2.9").post(path, data).status_code != 429

    def test_after_the_wait_it_is_allowed_again(self, rf, client, settings, monkeypatch):
        settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
        data = {"login": "x", "password": "y"}
        client.post("/accounts/login/", data)
        wait = int(client.post("/accounts/login/", data)["Retry-After"])
        now = waiting.time.time() + wait
        monkeypatch.setattr("time.time", lambda: now)
        assert client.post("/accounts/login/", data).status_code == 200

    @pytest.mark.parametrize(
        ("header", "proxies", "same"),
        [("", 0, True), ("X-Real-IP", 0, False), ("", 1, False)],
    )
    def test_a_proxys_header_counts_only_where_it_is_trusted(
        self, client, settings, header, proxies, same
    ):
        settings.ACCOUNT_RATE_LIMITS = {"signup": "1/h/ip"}
        settings.ALLAUTH_TRUSTED_CLIENT_IP_HEADER = header or None
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

        def post(address):
            said = {"X-Real-IP": address, "X-Forwarded-For": address}
            return client.post("/accounts/signup/", {"username": ""}, headers=said).status_code

        assert post("192.0.2.1") == 200
        assert post("192.0.2.2") == (429 if same else 200)
