from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from models_registry.models import ModelRelease
from models_registry.registry import Registry
from models_registry.selectors import active_releases
from models_registry.services import activate, sync_releases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_registry")]
NAME = "small-expert"


def release(version: str = "1") -> ModelRelease:
    return ModelRelease.objects.get(name=NAME, version=version)


def new_version(releases: Path, version: str, **changes: str) -> None:
    folder = releases / f"{NAME}-{version}"
    folder.mkdir()
    for name in ("card.toml", "labels.csv", "weights.safetensors"):
        (folder / name).write_bytes((releases / NAME / name).read_bytes())
    text = (folder / "card.toml").read_text().replace('version = "1"', f'version = "{version}"')
    (folder / "card.toml").write_text(text)


def test_every_card_becomes_a_release_with_the_defaults_of_its_card() -> None:
    found = sync_releases()
    assert len(found.added) == ModelRelease.objects.count() == 4
    assert found.faults == ()
    expert = release()
    assert (expert.title, expert.kind, expert.weight) == ("A small model", "expert", 1.0)
    assert set(active_releases()) == set(ModelRelease.objects.all())


def test_a_second_sync_changes_nothing() -> None:
    sync_releases()
    before = ModelRelease.history.count()
    assert sync_releases().added == ()
    assert ModelRelease.history.count() == before


def test_what_a_curator_changed_stays(releases: Path) -> None:
    sync_releases()
    ModelRelease.objects.filter(name=NAME).update(
        weight=0.3, threshold=0.4, groups=["bird"], queue="gpu", stage="retired"
    )
    card = releases / NAME / "card.toml"
    card.write_text(card.read_text().replace("A small model", "A new title"))
    sync_releases()
    one = release()
    assert one.title == "A new title"
    assert (one.weight, one.threshold, one.groups) == (0.3, 0.4, ["bird"])
    assert (one.queue, one.stage) == ("gpu", "retired")


def test_a_release_without_its_weights_takes_part_in_nothing(releases: Path) -> None:
    weights = releases / NAME / "weights.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(b"something else")
    faults = sync_releases().faults
    assert len(faults) == 1
    assert "not the file" in faults[0]
    assert not active_releases().filter(name=NAME).exists()
    weights.write_bytes(content)
    sync_releases()
    assert active_releases().filter(name=NAME).exists()


def test_a_release_whose_card_is_gone_takes_part_in_nothing(releases: Path) -> None:
    sync_releases()
    (releases / NAME).rename(releases.parent / "aside")
    assert sync_releases().faults == ("The card of small-expert@1 is gone.",)
    assert not release().available


def test_a_new_version_takes_the_place_of_the_old(releases: Path) -> None:
    sync_releases()
    new_version(releases, "2")
    assert sync_releases().added == ("small-expert@2",)
    assert (release("1").stage, release("2").stage) == ("retired", "active")


def test_the_newest_of_several_new_versions_is_active(releases: Path) -> None:
    for version in ("10", "2", "9"):
        new_version(releases, version)
    sync_releases()
    assert [one.version for one in active_releases().filter(name=NAME)] == ["10"]


def test_a_new_version_without_its_weights_replaces_nothing(releases: Path) -> None:
    sync_releases()
    new_version(releases, "2")
    (releases / f"{NAME}-2" / "weights.safetensors").unlink()
    sync_releases()
    assert (release("1").stage, release("2").stage) == ("active", "retired")


def test_a_model_that_was_retired_does_not_come_back_with_a_new_version(releases: Path) -> None:
    sync_releases()
    ModelRelease.objects.filter(name=NAME).update(stage="retired")
    new_version(releases, "2")
    sync_releases()
    assert not active_releases().filter(name=NAME).exists()


def test_an_older_version_can_be_made_active_again(releases: Path) -> None:
    sync_releases()
    new_version(releases, "2")
    sync_releases()
    activate(release("1"))
    assert (release("1").stage, release("2").stage) == ("active", "retired")
    sync_releases()
    assert release("1").stage == "active"


def test_the_commands_say_what_they_did(
    capsys: pytest.CaptureFixture[str], settings: object, tmp_path: Path, releases: Path
) -> None:
    call_command("sync_models")
    assert "new: small-expert@1" in capsys.readouterr().out
    (releases / "small-coarse/weights.safetensors").unlink()
    call_command("sync_models")
    assert "small-coarse@1 needs weights" in capsys.readouterr().err
    call_command("prepare_models", verbosity=2)
    seen = capsys.readouterr()
    assert "[4/4] small-torchvision@1" in seen.out
    assert "small-coarse@1 needs weights" in seen.err


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("curator"))
    return client


def change(client: Client, **values: object) -> str:
    url = reverse("admin:models_registry_modelrelease_change", args=[release().pk])
    known = {"stage": "active", "weight": 1, "threshold": 0.25, "groups": [], "queue": ""}
    answer = client.post(url, known | values)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_curator_changes_how_a_release_is_used(curator: Client) -> None:
    sync_releases()
    assert change(curator, weight=0.5, groups=["bird", "fish"], queue="gpu-1") == ""
    one = release()
    assert (one.weight, one.groups, one.queue) == (0.5, ["bird", "fish"], "gpu-1")
    assert one.history.first().history_user.username == "curator"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"weight": -1}, "not_negative|greater than or equal"),
        ({"threshold": 2}, "share|less than or equal"),
        ({"groups": ["dragons"]}, "dragons is not one of the available choices"),
        ({"queue": "two words"}, "letters, digits, dots"),
    ],
)
def test_a_curator_cannot_set_what_makes_no_sense(
    curator: Client, values: dict[str, object], sentence: str
) -> None:
    sync_releases()
    page = change(curator, **values)
    assert any(part in page for part in sentence.split("|"))


def test_two_versions_of_a_model_cannot_both_be_active(curator: Client, releases: Path) -> None:
    sync_releases()
    new_version(releases, "2")
    sync_releases()
    assert "Another version of this model is active" in change(curator)


def test_the_admin_shows_a_release_and_its_card_but_makes_and_deletes_none(
    curator: Client, site_registry: Registry
) -> None:
    sync_releases()
    listing = curator.get(reverse("admin:models_registry_modelrelease_changelist"))
    page = curator.get(reverse("admin:models_registry_modelrelease_change", args=[release().pk]))
    assert "small-expert@1" in listing.content.decode()
    assert site_registry.card("small-expert@1").source in page.content.decode()
    assert curator.get(reverse("admin:models_registry_modelrelease_add")).status_code == 403


def test_an_action_makes_an_older_version_active(curator: Client, releases: Path) -> None:
    sync_releases()
    new_version(releases, "2")
    sync_releases()
    curator.post(
        reverse("admin:models_registry_modelrelease_changelist"),
        {"action": "make_active", "_selected_action": [release("1").pk]},
    )
    assert (release("1").stage, release("2").stage) == ("active", "retired")


def test_who_may_only_look_may_use_no_action(client: Client, releases: Path) -> None:
    sync_releases()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_modelrelease"))
    client.force_login(reader)
    listing = reverse("admin:models_registry_modelrelease_changelist")
    assert client.get(listing).status_code == 200
    for action in ("retire", "make_active"):
        client.post(listing, {"action": action, "_selected_action": [release().pk]})
    assert release().stage == "active"
