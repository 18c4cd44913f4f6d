"""`manage.py answer_again`: join the votes of photos anew, by today's rules, weights and places."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wildlife.identifications import reanswering
from wildlife.photos.models import Photo
from wildlife.projects.models import Project


class Command(BaseCommand):
    """Runs no model. What people said stays."""

    help = (
        "Join the experts' votes anew, after the weight of an expert, the rules or the ranges of "
        "species have changed. No model is run, and what people said stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these, by slug")

    def handle(self, *, projects: list[str], **options: Any) -> None:
        photos = Photo.objects.filter(state=Photo.State.DONE)
        if projects:
            known = {one.slug: one for one in Project.objects.filter(slug__in=projects)}
            if unknown := sorted(set(projects) - known.keys()):
                raise CommandError(f"There is no project {unknown[0]!r}.")
            photos = photos.filter(project__in=known.values())
        total = photos.update(answer_due=True)
        done = 0
        while some := reanswering.go_on(seconds=5):
            done += some
            self.stdout.write(f"{done:,} of {max(total, done):,} photos")
        self.stdout.write(self.style.SUCCESS(f"{done:,} photos answered anew."))
