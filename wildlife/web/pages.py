"""What the home page and the result page show, gathered in a fixed number of queries."""

import hashlib
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pipelines.identify import Lineup
from wildlife.identifications import lineup
from wildlife.identifications.models import Detection, Run
from wildlife.identifications.partial import partial_of
from wildlife.identifications.selectors import graph_picture, latest_run
from wildlife.photos.models import Photo
from wildlife.species.selectors import species_cards, tree
from wildlife.told import told
from wildlife.web.evidence import early_evidence, stored_evidence
from wildlife.web.findings import Finding, findings_of
from wildlife.web.graph import Column, Progress, columns_of, progress_of
from wildlife.web.kinds import Kind, kinds_of
from wildlife.web.said import said_of
from wildlife.web.species import SpeciesPanel, panels_of
from wildlife.web.summary import Summary, summary_of

SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
"""Originals of these types can be shown on the page itself."""


@dataclass(frozen=True, slots=True)
class Result:
    """A finished photo: the answer, what it rests on, and what is known of the species."""

    summary: Summary
    kinds: tuple[Kind, ...]
    animals: tuple[Finding, ...]
    blanks: tuple[Finding, ...]
    others: tuple[Finding, ...]
    boxes: tuple[Finding, ...]
    species: tuple[SpeciesPanel, ...]
    columns: tuple[Column, ...]
    releases: tuple[str, ...]

    @property
    def single(self) -> bool:
        """Whether one answer is the whole page's."""
        return len(self.animals) == 1

    @property
    def empty(self) -> Finding | None:
        """The answer "no animal", where it is the whole page's."""
        return self.blanks[0] if self.blanks and not self.animals else None

    @property
    def taken_back(self) -> str:
        """What the detector marked and the sorting found to be no animal, as a sentence."""
        count = sum(1 for one in self.blanks if not one.whole_image)
        if not self.animals or not count:
            return ""
        return ngettext(
            "The detector marked one more place, but the sorting sees no animal there.",
            "The detector marked %(count)d more places, but the sorting sees no animal there.",
            count,
        ) % {"count": count}

    @property
    def explained(self) -> tuple[Finding, ...]:
        """The findings that experts voted on, or should have."""
        if self.empty and self.empty.votes:
            return (self.empty,)
        return self.animals


@dataclass(frozen=True, slots=True)
class Live:
    """A photo that is not finished: how far it is, what is known, and when to ask again.

    `version` changes whenever something on the page would; `every` is in milliseconds. `obstacle`
    is a sentence where waiting alone does not help. `width` and `height` are the photo's pixels,
    0 as long as there is no picture of it to show.
    """

    progress: Progress
    columns: tuple[Column, ...]
    version: str
    every: int
    obstacle: str = ""
    width: int = 0
    height: int = 0
    found: tuple[Finding, ...] = ()

    @property
    def boxes(self) -> tuple[Finding, ...]:
        """What was found at a place on the photo."""
        return tuple(one for one in self.found if not one.whole_image)


def result_of(photo: Photo) -> Result:
    """Return all that the result page of a finished photo shows."""
    run = latest_run(photo)
    who = lineup.from_json(run.lineup) if run else None
    grown = tree()
    found = findings_of(stored_evidence(photo), who, grown)
    animals = tuple(one for one in found if one.is_animal)
    answers = [one.answer for one in animals if one.answer]
    summary = summary_of([answer.name for answer in answers], grown)
    taxa = {answer.taxon: None for answer in answers if answer.taxon}
    return Result(
        summary=summary,
        kinds=kinds_of(animals, summary),
        animals=animals,
        blanks=tuple(one for one in found if one.is_blank),
        others=tuple(one for one in found if one.category != Detection.Category.ANIMAL),
        boxes=tuple(one for one in found if not one.whole_image and not one.is_blank),
        species=panels_of(
            species_cards(
                (taxon for taxon in taxa if taxon.slug in summary.shown), get_language() or "en"
            )
        ),
        columns=columns_of(graph_picture(photo, run), said_of(found, who) if who else None),
        releases=_releases(who) if who else (),
    )


def live_of(photo: Photo, seen: str = "") -> Live | None:
    """Return how far a photo is that waits or runs, None where that is the version `seen`.

    What a run said is read only where something has changed: votes are large.
    """
    run = latest_run(photo)
    picture = graph_picture(photo, run)
    progress = progress_of(picture)
    if picture and photo.state == Photo.State.WAITING:
        progress = Progress(_("Waiting for its turn…"), 0, progress.total)
    every = _pace(photo)
    hindered = obstacle() if photo.state == Photo.State.WAITING else ""
    shown = repr((photo.state, picture, every, hindered))
    version = hashlib.sha256(shown.encode()).hexdigest()[:12]
    if version == seen:
        return None
    if run is None or run.state != Run.State.RUNNING:
        return Live(progress, columns_of(picture), version, every, hindered)
    who = lineup.from_json(run.lineup)
    partial = partial_of(photo, run, who)
    found = findings_of(early_evidence(partial), who, tree())
    return Live(
        progress=progress,
        columns=columns_of(picture, said_of(found, who)),
        version=version,
        every=every,
        width=partial.width,
        height=partial.height,
        found=found,
    )


def _releases(who: Lineup) -> tuple[str, ...]:
    return tuple(one.release for one in (who.detector, who.coarse, *who.experts))


def obstacle() -> str:
    """Return why no photo can be looked at just now, "" where nothing is missing."""
    try:
        lineup.current()
    except lineup.LineupIncomplete as missing:
        return told(str(missing))
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
