"""The images and the compose file: checked without Docker, against the code they run."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class

from models_registry.models import ModelRelease
from wildlife.identifications.services import queues
from wildlife.ops.workers import matching

DOCKER = settings.BASE_DIR / "docker"
OWN_IMAGES = {"wildlife-web", "wildlife-worker"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yml").read_text())


def manage_commands(compose: dict[str, Any]) -> dict[str, list[str]]:
    """Return the arguments of every `manage.py` command by service."""
    return {
        name: service["command"][2:]
        for name, service in compose["services"].items()
        if service.get("command", [])[:2] == ["python", "manage.py"]
    }


def options(arguments: list[str]) -> dict[str, Any]:
    name, *rest = arguments
    command = load_command_class(get_commands()[name], name)
    return vars(command.create_parser("manage.py", name).parse_args(rest))


def test_every_command_exists_and_takes_its_options(compose):
    commands = manage_commands(compose)
    assert set(commands) >= {"migrate", "beat", "worker-detect", "worker-experts", "worker-general"}
    for arguments in commands.values():
        options(arguments)  # exits where an option is unknown


@pytest.mark.django_db
def test_the_workers_serve_every_queue_once(compose):
    for name, kind in [("d", "detector"), ("c", "coarse"), ("birds", "expert"), ("new", "expert")]:
        ModelRelease.objects.create(name=name, version="1", kind=kind, title=name)
    served = [
        queue
        for arguments in manage_commands(compose).values()
        if arguments[0] == "worker"
        for queue in matching(queues(), options(arguments)["queues"].split(","))
    ]
    assert sorted(served) == sorted(queues())
    assert "expert.new" in served


def test_no_password_has_a_default(compose):
    text = (DOCKER / "compose.yml").read_text()
    secret = re.compile(r"\$\{((?:\w*_)?(?:PASSWORD|SECRET_KEY|TOKEN|ACCESS_KEY)\w*)([^}]*)\}")
    found = secret.findall(text)
    assert {name for name, _ in found} >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY"}
    for name, rest in found:
        assert rest == ":-" or rest.startswith(":?"), f"{name} has a default"
    for line in (DOCKER / "env.example").read_text().splitlines():
        if re.match(r"\w*(PASSWORD|SECRET|TOKEN)\w*=", line):
            assert line.endswith("="), line


def test_services_agree_on_volumes_and_order(compose):
    volumes = set(compose["volumes"])
    for name, service in compose["services"].items():
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in volumes, f"{name}: {mount}"
        if service["image"] in OWN_IMAGES and name != "migrate":
            assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
            assert "data:/data" in service["volumes"]


def test_only_the_page_is_published_and_only_to_this_machine(compose):
    published = {name: one["ports"] for name, one in compose["services"].items() if "ports" in one}
    assert published == {"web": ["${PUBLISH:-127.0.0.1:8000}:8000"]}


def test_compose_builds_stages_that_exist(compose):
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile(), re.MULTILINE))
    targets = {one["build"]["target"] for one in compose["services"].values() if "build" in one}
    assert targets == {"web", "worker"}
    assert targets <= stages


def test_what_the_images_copy_exists_and_is_not_ignored():
    ignore = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
    kept = [line[1:] for line in ignore if line.startswith("!")]
    for line in dockerfile().splitlines():
        match line.split():
            case ["COPY", first, *rest] if not first.startswith("--"):
                for name in [first, *rest][:-1]:
                    assert (settings.BASE_DIR / name).exists(), name
                    assert any(Path(name).match(pattern) for pattern in kept), name


def test_both_images_run_as_the_same_ordinary_user():
    stages = re.split(r"^FROM ", dockerfile(), flags=re.MULTILINE)
    for name in ("web", "worker"):
        [stage] = [one for one in stages if one.startswith(f"base AS {name}\n")]
        assert "\nUSER wildlife\n" in stage
        assert stage.index("USER wildlife") < stage.index("\nCMD ")
        assert "\nHEALTHCHECK " in stage


def test_the_requirements_of_the_web_image_are_a_part_of_all_and_have_no_models():
    web, everything = pins("requirements-web.txt"), pins("requirements.txt")
    assert web.items() <= everything.items()
    assert everything.items() <= pins("requirements-dev.txt").items()
    heavy = {"torch", "torchvision", "ultralytics", "timm", "openvino", "triton"}
    assert not heavy & set(web)
    assert heavy <= set(everything)
    # OpenCV with windows needs libraries that a server does not have.
    assert "opencv-python" not in everything


def test_ci_and_make_are_valid_shell():
    subprocess.run(["bash", "-n", settings.BASE_DIR / ".ci" / "run"], check=True)
    subprocess.run(["make", "--dry-run", "test", "run"], cwd=settings.BASE_DIR, check=True)


def dockerfile() -> str:
    return (DOCKER / "Dockerfile").read_text()


def pins(name: str) -> dict[str, str]:
    lines = (settings.BASE_DIR / name).read_text().splitlines()
    return dict(line.split(";")[0].strip().split("==") for line in lines if line)
