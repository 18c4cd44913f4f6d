import os
import stat

import pytest
from django.core.checks import run_checks

from models_registry.models import ModelRelease
from wildlife import checks
from wildlife.hosts import allowed_hosts, is_public
from wildlife.ops.redis_server import free_port
from wildlife.secrets import secret_key


def ids(found):
    return [one.id for one in found]


def test_a_data_directory_that_cannot_be_written_is_said(settings, tmp_path):
    assert checks.data_dir_can_be_written(None) == []
    settings.DATA_DIR = tmp_path / "missing"
    assert ids(checks.data_dir_can_be_written(None)) == ["wildlife.E001"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_directory_is_said(settings, tmp_path):
    tmp_path.chmod(0o500)
    settings.DATA_DIR = tmp_path
    assert ids(checks.data_dir_can_be_written(None)) == ["wildlife.E001"]


@pytest.mark.parametrize(
    ("debug", "host", "allowed", "wrong"),
    [
        (True, "127.0.0.1", ["localhost"], False),
        (True, "::1", [], False),
        (True, "0.0.0.0", [], True),
        (True, "127.0.0.1", ["wildlife.example"], True),
        (False, "0.0.0.0", ["wildlife.example"], False),
    ],
)
def test_debug_is_for_this_machine_only(settings, debug, host, allowed, wrong):
    settings.DEBUG, settings.HOST, settings.ALLOWED_HOSTS = debug, host, allowed
    assert ids(checks.debug_is_private(None)) == (["wildlife.E002"] if wrong else [])


@pytest.mark.parametrize("key", ["secret", "a" * 60, "django-insecure-" + "abcdefghijkl" * 5])
def test_a_weak_secret_key_is_said(settings, key):
    assert checks.secret_key_is_strong(None) == []
    settings.SECRET_KEY = key
    assert ids(checks.secret_key_is_strong(None)) == ["wildlife.E003"]


@pytest.mark.django_db
def test_missing_models_are_said_only_where_the_database_may_be_asked():
    assert checks.models_are_active(None, databases=None) == []
    [warning] = checks.models_are_active(None, databases=["default"])
    assert warning.id == "wildlife.W001"
    assert "No detector is active" in warning.msg
    for name, kind in (("d", "detector"), ("c", "coarse"), ("e", "expert")):
        ModelRelease.objects.create(name=name, version="1", kind=kind, title=name)
    assert checks.models_are_active(None, databases=["default"]) == []


def test_an_absent_redis_is_a_warning_of_deploy_checks_only(settings):
    password = "very-secret"
    settings.REDIS_URL = f"redis://:{password}@127.0.0.1:{free_port()}/0"
    assert "wildlife.W003" not in ids(run_checks())
    [warning] = [
        one for one in run_checks(include_deployment_checks=True) if one.id == "wildlife.W003"
    ]
    assert password not in f"{warning.msg}{warning.hint}"


def test_hosts_follow_from_the_address_unless_named():
    assert allowed_hosts([], "127.0.0.1") == ["localhost", "127.0.0.1", "[::1]", "127.0.0.1"]
    assert "192.0.2.7" in allowed_hosts([], "192.0.2.7")
    assert "[2001:db8::7]" in allowed_hosts([], "2001:db8::7")
    everywhere = allowed_hosts([], "0.0.0.0")
    assert "*" not in everywhere
    assert "0.0.0.0" not in everywhere
    assert os.uname().nodename.lower() in everywhere
    named = allowed_hosts(["wildlife.example"], "0.0.0.0")
    assert named == ["wildlife.example", "localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("localhost", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("[::1]", False),
        ("0.0.0.0", True),
    ],
)
def test_what_can_be_reached_from_outside(host, public):
    assert is_public(host) is public


def test_a_copy_keeps_its_secrets_to_itself(tmp_path):
    folder = tmp_path / "data"
    key = secret_key(folder)
    assert secret_key(folder) == key
    assert secret_key(tmp_path / "another") != key
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
