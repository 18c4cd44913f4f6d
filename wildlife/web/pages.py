"""What the home page and the result page show, gathered in a fixed number of queries."""

import hashlib
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from wildlife.identifications import lineup
from wildlife.identifications.models import Run
from wildlife.identifications.selectors import graph_picture, latest_run
from wildlife.photos.models import Photo
from wildlife.species.selectors import species_cards, tree
from wildlife.web.findings import Finding, findings_of
from wildlife.web.graph import Column, Progress, columns_of, progress_of
from wildlife.web.kinds import Kind, kinds_of
from wildlife.web.species import SpeciesPanel, panels_of
from wildlife.web.summary import Summary, summary_of


@dataclass(frozen=True, slots=True)
class Result:
    """A finished photo: the answer, what it rests on, and what is known of the species."""

    summary: Summary
    kinds: tuple[Kind, ...]
    animals: tuple[Finding, ...]
    empty: Finding | None
    others: tuple[Finding, ...]
    boxes: tuple[Finding, ...]
    species: tuple[SpeciesPanel, ...]
    columns: tuple[Column, ...]

    @property
    def single(self) -> bool:
        """Whether one answer is the whole page's."""
        return len(self.animals) == 1

    @property
    def explained(self) -> tuple[Finding, ...]:
        """The findings that experts voted on, or should have."""
        if self.empty and self.empty.votes:
            return (*self.animals, self.empty)
        return self.animals


@dataclass(frozen=True, slots=True)
class Live:
    """A photo that is not finished: how far it is, and when to ask again.

    `version` changes whenever something on the page would; `every` is in milliseconds. `obstacle`
    is a sentence where waiting alone does not help.
    """

    progress: Progress
    columns: tuple[Column, ...]
    version: str
    every: int
    obstacle: str = ""


def result_of(photo: Photo) -> Result:
    """Return all that the result page of a finished photo shows."""
    run = latest_run(photo)
    found = findings_of(photo, _titles(run))
    animals = tuple(one for one in found if one.is_animal)
    answers = [one.answer for one in animals if one.answer]
    summary = summary_of([answer.name for answer in answers], tree())
    taxa = {answer.taxon: None for answer in answers if answer.taxon}
    return Result(
        summary=summary,
        kinds=kinds_of(animals, summary),
        animals=animals,
        empty=next((one for one in found if one.answer and not one.is_animal), None),
        others=tuple(one for one in found if one.answer is None),
        boxes=tuple(one for one in found if not one.whole_image),
        species=panels_of(species_cards(taxon for taxon in taxa if taxon.slug in summary.shown)),
        columns=columns_of(graph_picture(photo, run)),
    )


def live_of(photo: Photo) -> Live:
    """Return how far a photo is that waits or runs."""
    picture = graph_picture(photo, latest_run(photo))
    progress = progress_of(picture)
    if picture and photo.state == Photo.State.WAITING:
        progress = Progress(_("Waiting for its turn…"), 0, progress.total)
    every = _pace(photo)
    hindered = obstacle() if photo.state == Photo.State.WAITING else ""
    seen = repr((photo.state, picture, every, hindered))
    version = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return Live(progress, columns_of(picture), version, every, hindered)


def obstacle() -> str:
    """Return why no photo can be looked at just now, "" where nothing is missing."""
    try:
        lineup.current()
    except lineup.LineupIncomplete as missing:
        return str(missing)
    return ""


def may_be_tried_again(photo: Photo) -> bool:
    """Whether a failure was not the photo's own: its run failed, so that another may not."""
    run = latest_run(photo)
    return run is not None and run.state == Run.State.FAILED


def _pace(photo: Photo) -> int:
    """Milliseconds until the page asks again: often at first, seldom where there is a backlog."""
    age = (timezone.now() - photo.received_at).total_seconds()
    if age < 10:
        return 400
    return 1000 if age < 60 else 3000


def _titles(run: Run | None) -> dict[str, str]:
    if run is None:
        return {}
    return {one.name: one.title or one.name for one in lineup.from_json(run.lineup).experts}
