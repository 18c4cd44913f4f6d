"""The next items of a file: which photos they are about, and what would change, or changes."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC
from hashlib import file_digest
from io import BytesIO
from typing import cast
from uuid import UUID

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports import external, words
from wildlife.exchange.imports.entries import Entry, Item, Said, Trouble, WrongValue, trouble
from wildlife.exchange.imports.files import Brought
from wildlife.exchange.imports.matching import Photos
from wildlife.exchange.imports.models import Import, ImportProblem
from wildlife.exchange.imports.names import Names
from wildlife.exchange.sentences import kept
from wildlife.identifications import verdicts
from wildlife.identifications.digests import write_digests
from wildlife.identifications.events import ask_for_events_of
from wildlife.photos import origins
from wildlife.photos.assigning import assign
from wildlife.photos.models import Photo
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.services import receive
from wildlife.projects.models import Deployment


class Portion:
    """Takes items, some at a time. Where the import is only looked through nothing is written."""

    def __init__(self, job: Import, brought: Brought, photos: Photos) -> None:
        self._job, self._brought, self._photos = job, brought, photos
        self._names = Names()
        self._seen: set[UUID] = set()
        self._writes = job.state == Import.State.RUNNING
        there = job.project.deployments.all() if job.project else Deployment.objects.none()
        self._deployments = {row.name: row for row in there}

    def pass_over(self, items: Iterable[Item]) -> None:
        """Note the photos of items that are behind already; those of the archive stay closed."""
        for item in items:
            if isinstance(item, Entry) and not self._brought.has(item.inside):
                with suppress(WrongValue):
                    self._once(self._photos.find(item))

    def take(self, items: Iterable[Item]) -> tuple[Counter[str], list[ImportProblem]]:
        """Take items; return what is counted, and what of them cannot be taken."""
        counts: Counter[str] = Counter()
        troubles: list[Trouble] = []
        found: dict[UUID, Entry] = {}
        for item in items:
            if isinstance(item, Trouble):
                troubles.append(item)
                continue
            counts["photos"] += 1
            troubles += item.troubles
            one = self._meant(item, counts)
            if isinstance(one, UUID):
                found[one] = item
                counts["matched"] += 1
            elif isinstance(one, WrongValue):
                counts[one.code] += 1
                troubles.append(trouble(item.line, item.path, one))
        self._answer(found, counts, troubles)
        self._stand(found, counts)
        troubles.sort(key=lambda one: one.line)
        return counts, [self._problem(one) for one in troubles]

    def _problem(self, one: Trouble) -> ImportProblem:
        return ImportProblem(
            job=self._job,
            line=one.line,
            item=one.item[:255],
            code=one.code,
            reason=one.reason[:500],
            values=kept(one.values),
        )

    # --- Which photo ----------------------------------------------------------------------------

    def _meant(self, entry: Entry, counts: Counter[str]) -> UUID | WrongValue | None:
        """Return the photo of an entry, why there is none, or None where it will come with it."""
        try:
            known = self._photos.of_hash(entry.sha256)
            if known is not None:
                return self._once(known)
            if not self._brought.has(entry.inside):
                return self._once(self._photos.find(entry))
            return self._of_archive(entry, counts)
        except WrongValue as wrong:
            return wrong

    def _once(self, pk: UUID) -> UUID:
        """Raises WrongValue where an item before told of this photo."""
        if pk in self._seen:
            raise WrongValue("twice", _("An item before this one is about the same photo."))
        self._seen.add(pk)
        return pk

    def _of_archive(self, entry: Entry, counts: Counter[str]) -> UUID | None:
        """Return the photo that the archive has itself, known by its content: names may be those of
        others. One that is not here is taken. Raises WrongValue where it is refused."""
        job = self._job
        try:
            with self._brought.photo(entry.inside) as file:
                known = self._photos.of_hash(
                    file_digest(cast(BytesIO, file.file), "sha256").hexdigest()
                )
                if known is not None:
                    return self._once(known)
                counts["photos_added"] += 1
                if not self._writes:
                    return None
                row = receive(
                    file,
                    owner=None if job.project else job.by,
                    project=job.project,
                    priority=Photo.Priority.BULK,
                ).photo
        except PhotoRefused as reason:
            raise WrongValue(reason.code, str(reason)) from reason
        return self._once(row.pk)

    # --- What is said of it ---------------------------------------------------------------------

    def _answer(
        self, found: dict[UUID, Entry], counts: Counter[str], troubles: list[Trouble]
    ) -> None:
        sentences: list[words.Sentence] = []
        claims: dict[UUID, list[external.Claim]] = {}
        for pk, entry in found.items():
            people, wrong = words.together(one for one in entry.said if one.person is not None)
            troubles += [trouble(entry.line, entry.path, one) for one in wrong]
            for said in people:
                try:
                    sentences.append(words.Sentence(pk, said, words.word_of(said, self._names)))
                except WrongValue as unknown:
                    troubles.append(trouble(entry.line, entry.path, unknown))
            machine = [one for one in entry.said if one.person is None]
            if machine:
                claims[pk] = [self._claim(one, entry, troubles) for one in machine]
        spoken, claimed = words.compared(sentences), external.compared(claims)
        counts["verdicts_new"] += len(spoken.new)
        counts["verdicts_changed"] += len(spoken.changed)
        counts["verdicts_same"] += spoken.same
        counts["answers_new"] += sum(map(len, claimed.stand.values())) + len(claimed.beside)
        counts["answers_same"] += claimed.same
        for pk, reason in claimed.wrong:
            troubles.append(trouble(found[pk].line, found[pk].path, reason))
        if self._writes:
            self._write(spoken, claimed)

    def _claim(self, said: Said, entry: Entry, troubles: list[Trouble]) -> external.Claim:
        """Return what a model says; of a taxon that nobody knows its box stays."""
        try:
            return external.claim_of(said, self._names)
        except WrongValue as unknown:
            troubles.append(trouble(entry.line, entry.path, unknown))
            return external.Claim(said, None, ())

    def _write(self, spoken: words.Spoken, claimed: external.Claims) -> None:
        stand = external.keep(claimed)
        if stand:
            write_digests(stand)
            ask_for_events_of(stand)
        if touched := words.speak(spoken):
            verdicts.changed(touched)

    # --- Where and when it was taken ------------------------------------------------------------

    def _stand(self, found: dict[UUID, Entry], counts: Counter[str]) -> None:
        """Give photos without a deployment or a time what a package tells of them."""
        told = {pk: one for pk, one in found.items() if one.deployment or one.moment}
        free: dict[str, list[UUID]] = {}
        for row in Photo.objects.filter(pk__in=told).select_related("deployment"):
            entry = told[row.pk]
            if self._job.project is not None and row.deployment_id is None and entry.deployment:
                free.setdefault(entry.deployment, []).append(row.pk)
            if row.taken_at is None and entry.moment is not None:
                counts["times"] += 1
                if self._writes:
                    self._set_time(row, entry)
        for name, ids in free.items():
            if name in self._deployments or not self._writes:
                counts["assigned"] += len(ids)
            if name in self._deployments and self._writes:
                photos = Photo.objects.filter(pk__in=ids)
                assign(photos, self._deployments[name], Photo.AssignedBy.HAND)

    def _set_time(self, row: Photo, entry: Entry) -> None:
        moment = entry.moment
        if moment is None:
            return
        offset = moment.utcoffset()
        minutes = round(offset.total_seconds() / 60) if offset is not None else None
        origins.correct_time(row, moment.replace(tzinfo=UTC), minutes)
