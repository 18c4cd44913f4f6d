import time
from typing import Any

from django.core.management import BaseCommand

from models_registry.errors import ModelError
from models_registry.services import registry


class Command(BaseCommand):
    help = "Prepare every network for this machine, so that the first photo does not wait for it."

    def handle(self, *args: Any, **options: Any) -> None:
        models = registry()
        models.prune()
        for number, key in enumerate(models.cards, start=1):
            began = time.monotonic()
            try:
                made = models.prepare(key)
            except ModelError as error:
                self.stderr.write(self.style.WARNING(str(error)))
                continue
            if made or options["verbosity"] > 1:
                state = f"in {time.monotonic() - began:.1f} s" if made else "was ready"
                self.stdout.write(f"[{number}/{len(models.cards)}] {key} {state}")
                self.stdout.flush()
