"""Bring in what another source knows of species, or look at what that would change."""

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wildlife.species.imports.importer import run
from wildlife.species.imports.jobs import begin, go_on, reader_of
from wildlife.species.imports.readers import READERS
from wildlife.species.imports.records import UnreadableSource
from wildlife.species.imports.summary import WORDS, Summary
from wildlife.species.models import Source, SpeciesImport, Taxon


class Command(BaseCommand):
    help = (
        "Bring in taxa and facts from another source. Doing it again changes nothing, and what "
        "curators changed stays as they have it. With --dry-run nothing is written at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "kind", choices=sorted(READERS), metavar="KIND", help=", ".join(READERS)
        )
        parser.add_argument("file", metavar="FILE", help="a file, or what to ask a server for")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--resume", action="store_true", help="go on where it was interrupted")
        parser.add_argument(
            "--within", default="", metavar="SLUG", help="only this taxon and below"
        )
        parser.add_argument(
            "--source", default="", metavar="KEY", help="credit facts to this source"
        )

    def handle(
        self,
        *args: Any,
        kind: str,
        file: str,
        dry_run: bool,
        resume: bool,
        within: str,
        source: str,
        **options: Any,
    ) -> None:
        started = time.monotonic()
        job = self._job(kind, file, within, source)
        summary = self._look(job) if dry_run else self._bring_in(self._interrupted(job, resume))
        self._tell(summary, dry_run)
        self.stdout.write(f"{summary.read} records in {time.monotonic() - started:.1f} s")

    def _job(self, kind: str, file: str, within: str, source: str) -> SpeciesImport:
        if within and not Taxon.objects.filter(slug=within, accepted=None).exists():
            raise CommandError(f"there is no taxon {within!r}")
        credit = Source.objects.filter(key=source).first() if source else None
        if source and credit is None:
            raise CommandError(f"there is no source {source!r}")
        job = SpeciesImport(kind=kind, name=file[:255], within=within, credit=credit)
        path = Path(file)
        if path.is_file():
            with path.open("rb") as opened:
                job.sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        return job

    def _interrupted(self, job: SpeciesImport, resume: bool) -> SpeciesImport:
        """Return the import that is to go on; without one, or without `--resume`, a new one."""
        same = SpeciesImport.objects.filter(
            kind=job.kind, sha256=job.sha256, within=job.within, finished_at=None, file=""
        )
        if not job.sha256:
            same = same.filter(name=job.name)
        found = same.exclude(position="").first()
        if resume and found is not None:
            # It says "running" where it was killed.
            same.filter(pk=found.pk).update(state=SpeciesImport.State.FAILED, name=job.name)
            found.refresh_from_db()
            self.stdout.write(f"goes on after {found.read} records")
            return found
        if found is not None:
            self.stdout.write("begins again; with --resume it goes on where it was interrupted")
            same.delete()
        job.save()
        return job

    def _look(self, job: SpeciesImport) -> Summary:
        try:
            with reader_of(job) as reader:
                return run(job, reader, dry_run=True, progress=self._progress)
        except UnreadableSource as error:
            raise CommandError(str(error)) from error

    def _bring_in(self, job: SpeciesImport) -> Summary:
        begin(job)
        go_on(job, seconds=None, progress=self._progress)
        if job.state == SpeciesImport.State.FAILED:
            said = "" if job.position == "" else "; go on with --resume"
            raise CommandError(f"{job.error}{said}")
        if job.state != SpeciesImport.State.DONE:
            raise CommandError("somebody else has begun this import again: it goes on there")
        return Summary.of(job)

    def _progress(self, summary: Summary) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{summary.read} records", ending="")

    def _tell(self, summary: Summary, dry_run: bool) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r", ending="")
        for problem in summary.problems:
            self.stderr.write(self.style.WARNING(problem))
        if dry_run:
            self.stdout.write("This is what would change; nothing was written.")
        if summary.nothing_changes:
            self.stdout.write("Everything is up to date: nothing changes.")
        for what, words in WORDS.items():
            if not summary.counts[what]:
                continue
            self.stdout.write(f"{summary.counts[what]:>8} {words}")
            if what not in ("unchanged", "same"):
                for example in summary.examples.get(what, ()):
                    self.stdout.write(f"         {example}")
