"""`manage.py embed`: keep how the nearest-neighbour expert sees what waits for a word."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from models_registry.errors import ModelError
from wildlife.identifications import embeddings
from wildlife.projects.models import Project


class Command(BaseCommand):
    help = (
        "Keep how the nearest-neighbour expert sees the animals that wait for a reviewer, so that "
        "those that look alike can be answered together. Goes on where it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these, by slug")

    def handle(self, *, projects: list[str], **options: Any) -> None:
        known = {one.slug: one for one in Project.objects.filter(erasing_at=None).order_by("slug")}
        if unknown := sorted(set(projects) - known.keys()):
            raise CommandError(f"There is no project {unknown[0]!r}.")
        if (member := embeddings.embedder()) is None:
            raise CommandError(
                "No nearest-neighbour expert is active, or its weights are not here; "
                "manage.py sync_models says where they are looked for."
            )
        try:
            for slug in projects or known:
                self._fill(known[slug], member.release)
        except ModelError as error:
            raise CommandError(str(error)) from error

    def _fill(self, project: Project, release: str) -> None:
        count = 0
        while seen := embeddings.look(project, release):
            count += seen
            self.stdout.write(f"{project.slug}: {count} animals seen by {release}")
        if not count:
            self.stdout.write(f"{project.slug}: nothing is left to see")
