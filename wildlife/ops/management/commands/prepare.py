import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Tags
from django.core.management import BaseCommand, CommandParser, call_command

from wildlife.ops.login import USERNAME, new_password, password_file
from wildlife.ops.static_files import collect


class Command(BaseCommand):
    help = (
        "Bring this copy up to date: database, species, models, static files, and an admin "
        "account on the first start. Does nothing where nothing changed."
    )
    requires_system_checks = []

    STEPS: dict[str, Callable[[], Any]] = {
        "database": partial(call_command, "migrate", verbosity=0),
        "roles": partial(call_command, "sync_roles", verbosity=0),
        "species": partial(call_command, "load_species", verbosity=0),
        "models": partial(call_command, "sync_models", verbosity=0),
        "networks": partial(call_command, "prepare_models", verbosity=0),
        "static": collect,
    }

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--skip", nargs="+", default=[], choices=self.STEPS, help="what to leave as it is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        for name, step in self.STEPS.items():
            if name in options["skip"]:
                continue
            began = time.monotonic()
            step()
            self.stdout.write(f"prepared: {name} ({time.monotonic() - began:.1f} s)")
            self.stdout.flush()
        self._admin_account()
        call_command(
            "check",
            # Those about this copy's set-up; the code's own are for tests, and take a second.
            tags=[Tags.files, Tags.security, Tags.database],
            databases=["default"],
            stdout=self.stdout,
            stderr=self.stderr,
        )

    def _admin_account(self) -> None:
        """Make the first account; forget its password's file once another password was chosen."""
        users = get_user_model().objects
        first = users.filter(username=USERNAME).first()
        kept = password_file(settings.DATA_DIR)
        if first is None and not users.filter(is_superuser=True).exists():
            users.create_superuser(USERNAME, password=new_password(settings.DATA_DIR))
            self.stdout.write(f"made the account {USERNAME}, with the password in {kept}")
        elif kept.exists() and not (first and first.check_password(kept.read_text())):
            kept.unlink()
