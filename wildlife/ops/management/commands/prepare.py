import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command

from wildlife.ops.login import USERNAME, new_password, password_file
from wildlife.ops.static_files import collect


class Command(BaseCommand):
    help = (
        "Bring this copy up to date: database, species, models, static files, and an admin "
        "account on the first start. Does nothing where nothing changed."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        for what, command in (
            ("database", "migrate"),
            ("species", "load_species"),
            ("models", "sync_models"),
            ("networks for this machine", "prepare_models"),
        ):
            with self._step(what):
                call_command(command, verbosity=0)
        with self._step("static files"):
            collect()
        self._admin_account()
        call_command("check", "--database", "default", stdout=self.stdout, stderr=self.stderr)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.stdout.write(f"prepared: {what} ({time.monotonic() - began:.1f} s)")
        self.stdout.flush()

    def _admin_account(self) -> None:
        """Make the first account; forget its password's file once another password was chosen."""
        users = get_user_model().objects
        first = users.filter(username=USERNAME).first()
        kept = password_file(settings.DATA_DIR)
        if first is None and not users.filter(is_superuser=True).exists():
            users.create_superuser(USERNAME, password=new_password(settings.DATA_DIR))
        elif kept.exists() and not (first and first.check_password(kept.read_text())):
            kept.unlink()
