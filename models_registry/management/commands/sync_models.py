from typing import Any

from django.core.management import BaseCommand

from models_registry.services import sync_releases


class Command(BaseCommand):
    help = "Make the releases in the database follow the model cards. Keeps what curators changed."

    def handle(self, *args: Any, **options: Any) -> None:
        found = sync_releases()
        for key in found.added:
            self.stdout.write(f"new: {key}")
        for fault in found.faults:
            self.stderr.write(self.style.WARNING(fault))
        if options["verbosity"] > 0 and not found.added and not found.faults:
            self.stdout.write("All releases are as their cards say.")
