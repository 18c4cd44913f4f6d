"""Bringing a source in, batch by batch: each in one transaction, together with how far it came."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from wildlife.species import index
from wildlife.species.imports.checks import checked
from wildlife.species.imports.facts import FactWriter
from wildlife.species.imports.holding import hold, wait_for_others
from wildlife.species.imports.keys import Keys
from wildlife.species.imports.matching import Matcher
from wildlife.species.imports.nodes import Node
from wildlife.species.imports.planning import Planner
from wildlife.species.imports.records import Problem, Reader, Record, UnreadableSource
from wildlife.species.imports.summary import Summary
from wildlife.species.imports.writing import TreeWriter
from wildlife.species.models import Habitat, Source, SpeciesImport, Taxon

BATCH = 1000
"""Records in one transaction."""
LONGEST_BATCH = 20.0
"""Seconds until fewer make one: a source that is asked over the web gives one at a time."""

Progress = Callable[[Summary], None]


@dataclass(slots=True)
class _Made:
    """What a dry run would have created, by name without case."""

    by_name: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))

    def remember(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self.by_name[node.name.casefold()].append(node)


def run(
    job: SpeciesImport,
    reader: Reader,
    *,
    dry_run: bool = False,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Bring in what a reader says, from where the job is on, or only say what would change.

    After `seconds` it stops between two batches, with `finished` false in the summary; called
    again with the same job it goes on. A dry run starts at the beginning, writes nothing at all
    and needs no stored job. What the reader raises comes through; all batches before stay.

    Raises Taxon.DoesNotExist where the job is to stay within a taxon that is not there, and
    TakenOver where somebody else goes on with the job: nothing of the batch at hand is kept.
    """
    until = None if seconds is None else time.monotonic() + seconds
    within = Taxon.objects.get(slug=job.within).pk if job.within else None
    summary = Summary() if dry_run else Summary.of(job)
    importer = _Importer(job, reader, summary, within, dry_run)
    for batch in _batches(reader.records("" if dry_run else job.position)):
        importer.take(batch)
        if progress is not None:
            progress(summary)
        if until is not None and time.monotonic() > until:
            return summary
    importer.end()
    return summary


class _Importer:
    def __init__(
        self,
        job: SpeciesImport,
        reader: Reader,
        summary: Summary,
        within: int | None,
        dry_run: bool,
    ) -> None:
        self._job = job
        self._reader = reader
        self._summary = summary
        self._within = within
        self._dry_run = dry_run
        self._keys = Keys(None if dry_run else job)
        self._made = _Made()
        self._habitats = dict(Habitat.objects.values_list("code", "pk"))

    def take(self, items: Sequence[Record | Problem]) -> None:
        """Bring in one batch, whole or not at all."""
        if self._dry_run:
            self._take(items)
            return
        with transaction.atomic():
            wait_for_others()
            hold(self._job)
            self._take(items)
            self._job.position = next(
                (item.position for item in reversed(items) if item.position), self._job.position
            )
            self._job.total = self._reader.total
            self._save()

    def _take(self, items: Sequence[Record | Problem]) -> None:
        records = self._checked(items)
        matcher = Matcher(records, self._keys, self._made.by_name)
        planner = Planner(
            matcher, self._keys, self._within, self._summary.note, self._summary.leave_out
        )
        plan = planner.decide(records)
        by, reason = self._job.by, self._job.reason
        tree = TreeWriter(self._summary, by, reason, dry_run=self._dry_run)
        tree.apply(plan)
        facts = FactWriter(
            self._summary, self._habitats, self._source(), by, reason, dry_run=self._dry_run
        )
        named = facts.write(plan.facts)
        self._keys.end_batch()
        if self._dry_run:
            self._made.remember(plan.created)
        else:
            index.refresh(tree.touched | named)

    def _checked(self, items: Sequence[Record | Problem]) -> list[Record]:
        codes = frozenset(self._habitats)
        records = []
        for item in items:
            if isinstance(item, Problem):
                self._summary.leave_out(item)
                continue
            self._summary.read += 1
            record, problems = checked(item, codes)
            for problem in problems:
                self._summary.leave_out(problem)
            if record is not None:
                records.append(record)
        return records

    def _source(self) -> int | None:
        """Return the id of what facts are credited to, which a first batch may have to make."""
        if self._job.credit_id is not None:
            return self._job.credit_id
        credit = self._reader.credit
        if self._dry_run:
            return None
        values = {"citation": credit.citation, "url": credit.url, "licence": credit.licence}
        source, _ = Source.objects.get_or_create(key=credit.key, defaults=values)
        return source.pk

    def end(self) -> None:
        self._summary.finished = True
        if not self._dry_run:
            with transaction.atomic():
                hold(self._job)
                self._keys.forget()
                self._save()

    def _save(self) -> None:
        for name, value in self._summary.as_fields().items():
            setattr(self._job, name, value)
        self._job.save()


def _batches(items: Iterator[Record | Problem]) -> Iterator[list[Record | Problem]]:
    """Yield as many as make a batch, or as come in some seconds: servers are slow.

    What came before a source failed is yielded before the error is raised.
    """
    batch: list[Record | Problem] = []
    begun = time.monotonic()
    try:
        for item in items:
            batch.append(item)
            if len(batch) == BATCH or time.monotonic() - begun > LONGEST_BATCH:
                yield batch
                batch, begun = [], time.monotonic()
    except UnreadableSource:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
