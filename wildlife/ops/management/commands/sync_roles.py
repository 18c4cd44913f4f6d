from typing import Any

from django.core.management import BaseCommand, CommandError

from wildlife import roles


class Command(BaseCommand):
    help = "Give the groups of the four roles exactly their permissions."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = roles.sync()
        except LookupError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"changed: {', '.join(changed)}" if changed else "nothing changed")
