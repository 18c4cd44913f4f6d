"""Writing what a plan changes in the tree; a dry run only says it."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify

from wildlife.species import moves
from wildlife.species.imports.nodes import Node
from wildlife.species.imports.planning import Merge, Move, Plan, Rename
from wildlife.species.imports.records import Problem
from wildlife.species.imports.summary import Summary
from wildlife.species.models import Taxon
from wildlife.species.tracked import BEFORE

BATCH = 2000
IMPORTED = "import "
"""How the reason of every change begins that an import made: those are no curator's."""

_LONGEST_SLUG = 120


def create(rows: Sequence[models.Model], by: User | None, reason: str) -> None:
    """Create rows of one model, with their history."""
    if rows:
        model: Any = type(rows[0])
        model.objects.bulk_create(rows, BATCH)
        model.history.bulk_history_create(
            rows, batch_size=BATCH, default_user=by, default_change_reason=reason
        )


def change(
    rows: Sequence[models.Model], columns: Iterable[str], by: User | None, reason: str
) -> None:
    """Write some columns of rows of one model, with their history.

    Of a row that nobody changed yet it is noted first how it stood, as `tracked` does.
    """
    if rows:
        model: Any = type(rows[0])
        stored = model.objects.filter(pk__in=[row.pk for row in rows])
        told = model.history.filter(id__in=[row.pk for row in rows]).values("id")
        model.history.bulk_history_create(
            stored.exclude(pk__in=told), batch_size=BATCH, default_date=BEFORE
        )
        model.objects.bulk_update(rows, list(columns), BATCH)
        model.history.bulk_history_create(
            rows, batch_size=BATCH, update=True, default_user=by, default_change_reason=reason
        )


def curated(model: Any) -> "models.QuerySet[Any]":
    """Return the history of what people did to the rows of a model."""
    past: models.QuerySet[Any] = model.history.exclude(history_date=BEFORE)
    return past.exclude(history_change_reason__startswith=IMPORTED).order_by()


class TreeWriter:
    """Applies plans. `touched` gathers the ids of taxa whose index is to be renewed."""

    def __init__(self, summary: Summary, by: User | None, reason: str, *, dry_run: bool) -> None:
        self._summary = summary
        self._by = by
        self._reason = reason
        self._dry_run = dry_run
        self.touched: set[int] = set()

    def apply(self, plan: Plan) -> None:
        for node in plan.created:
            said = f"{node} = {node.accepted}" if node.accepted else f"{node.rank} {node}"
            self._summary.note("synonyms" if node.accepted else "created", said)
        if not self._dry_run:
            self._create(plan.created)
        edited = self._edited(step.node.pk for step in plan.steps)
        for step in plan.steps:
            if step.node.pk in edited:
                self._summary.note("kept", _said(step))
            else:
                self._take(step)
        changed = {id(node) for node in plan.created} | {id(step.node) for step in plan.steps}
        for node, record in plan.facts:
            if id(node) not in changed and not record.accepted:
                self._summary.note("unchanged")

    def _create(self, nodes: Sequence[Node]) -> None:
        """Write new taxa generation by generation, for the ids of the parents."""
        slugs = _Slugs(nodes)
        waiting = list(nodes)
        while waiting:
            ready: list[Node] = []
            later: list[Node] = []
            for node in waiting:
                above = node.accepted or node.parent
                (ready if above is None or above.pk else later).append(node)
            rows = [
                Taxon(
                    slug=slugs.free(node),
                    scientific_name=node.name,
                    rank=node.rank,
                    parent_id=node.parent.pk if node.parent else None,
                    accepted_id=node.accepted.pk if node.accepted else None,
                )
                for node in ready
            ]
            create(rows, self._by, self._reason)
            for node, row in zip(ready, rows, strict=True):
                node.pk, node.row = row.pk, row
            self.touched.update(node.pk for node in ready)
            waiting = later

    @staticmethod
    def _edited(ids: Iterable[int]) -> set[int]:
        """Return which taxa people changed."""
        wanted = set(ids) - {0}
        return set(curated(Taxon).filter(id__in=wanted).values_list("id", flat=True))

    def _take(self, step: Rename | Move | Merge) -> None:
        if not self._dry_run:
            try:
                with transaction.atomic():
                    self._write(step)
            except ValidationError as error:
                self._summary.leave_out(Problem(step.place, " ".join(error.messages)))
                return
        kinds = {Rename: "renamed", Move: "moved", Merge: "merged"}
        self._summary.note(kinds[type(step)], _said(step))

    def _write(self, step: Rename | Move | Merge) -> None:
        taxon = Taxon.objects.get(pk=step.node.pk)
        match step:
            case Rename(name=name, former=former):
                moves.rename(taxon, name, by=self._by, reason=self._reason)
                former.pk = taxon.synonyms.get(scientific_name=former.name).pk
            case Move(parent=parent):
                above = Taxon.objects.get(pk=parent.pk)
                moves.move(taxon, above, by=self._by, reason=self._reason)
            case Merge(of=of):
                kept = Taxon.objects.get(pk=of.pk)
                moves.become_synonym(taxon, kept, by=self._by, reason=self._reason)


def _said(step: Rename | Move | Merge) -> str:
    match step:
        case Rename(name=name, former=former):
            return f"{former} becomes {name}"
        case Move(node=node, before=before, parent=parent):
            return f"{node} from {before or 'nowhere'} to {parent}"
        case Merge(node=node, of=of):
            return f"{node} becomes a synonym of {of}"


class _Slugs:
    """Slugs that nobody has, for taxa that are about to be made."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        stems = {_stem(node) for node in nodes}
        wanted = stems | {f"{_stem(node)}-{node.rank}" for node in nodes}
        self._taken: set[str] = set()
        listed = list(wanted)
        for start in range(0, len(listed), BATCH):
            portion = Taxon.objects.filter(slug__in=listed[start : start + BATCH])
            self._taken.update(portion.values_list("slug", flat=True))

    def free(self, node: Node) -> str:
        """Return the slug of the name; with its rank, then a number where others have that."""
        stem = _stem(node)
        for number in count():
            slug = (stem, f"{stem}-{node.rank}")[number] if number < 2 else f"{stem}-{number}"
            if slug in self._taken:
                continue
            self._taken.add(slug)
            if number < 2 or not Taxon.objects.filter(slug=slug).exists():
                return slug
        raise AssertionError("numbers do not end")


def _stem(node: Node) -> str:
    return (slugify(node.name) or "taxon")[: _LONGEST_SLUG - 16]
