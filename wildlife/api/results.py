"""What is known of a photo, gathered in a number of queries that no number of animals changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wildlife.identifications import models
from wildlife.identifications.selectors import latest_run
from wildlife.photos.models import Photo
from wildlife.species.selectors import SpeciesCard, common_names_for, species_cards
from wildlife.species.synonyms import accepted

TOP_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class TaxonName:
    """A taxon by its key and its names; `common_name` is "" where people have none."""

    taxon: str
    scientific_name: str
    common_name: str
    rank: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A taxon and the probability that it got."""

    name: TaxonName
    probability: float


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step of the walk down the tree, and whether it was taken."""

    name: TaxonName
    mass: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """What one expert said, or why it said nothing."""

    row: models.Vote
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer for one detection; `name` is None where no taxon is claimed."""

    row: models.Identification
    name: TaxonName | None
    walk: tuple[WalkStep, ...]
    runners_up: tuple[Answer, ...]
    elsewhere: tuple[TaxonName, ...]

    @property
    def country(self) -> str | None:
        """Of the place, where it played a part: ISO 3166-1 alpha-3."""
        return next(iter(self.row.countries), None)


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing on the photo with all that was said of it."""

    row: models.Detection
    votes: tuple[Vote, ...]
    identification: Identification | None
    species: SpeciesCard | None


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """A photo, the run that looks or looked last at it, and what was found."""

    photo: Photo
    run: models.Run | None
    detections: tuple[Detection, ...]


def result_of(photo: Photo) -> PhotoResult:
    """Return all that is known of a photo by now."""
    rows = photo.detections.select_related("identification__taxon").prefetch_related("votes")
    return PhotoResult(photo, latest_run(photo), told_of(list(rows), species=True))


def told_of(rows: Sequence[models.Detection], *, species: bool = False) -> tuple[Detection, ...]:
    """Return what was said of some detections, with names; `species` adds what is known of them.

    Whoever selects the rows decides whether answers and votes come in one query or in many.
    """
    answers = {row.pk: answer for row in rows if (answer := _identification(row))}
    taxa = {answer.taxon for answer in answers.values() if answer.taxon is not None}
    cards = species_cards(taxa) if taxa and species else {}
    names = _names({slug for row in rows for slug in _slugs(row, answers.get(row.pk))})
    return tuple(_detection(row, answers.get(row.pk), names, cards) for row in rows)


def _identification(row: models.Detection) -> models.Identification | None:
    """People and vehicles have none."""
    return getattr(row, "identification", None)


def _slugs(row: models.Detection, answer: models.Identification | None) -> Iterable[str]:
    for vote in row.votes.all():
        yield from (slug for slug, _ in vote.scores[:TOP_ANSWERS])
    if answer is not None:
        yield from (slug for slug, _ in answer.runners_up)
        yield from (step[0] for step in answer.walk)
        yield from answer.elsewhere
        if answer.taxon is not None:
            yield answer.taxon.slug


def _names(slugs: set[str]) -> dict[str, TaxonName]:
    if not slugs:
        return {}
    taxa = accepted(slugs)
    common = common_names_for(one.slug for one in taxa.values())
    return {
        slug: TaxonName(one.slug, one.scientific_name, common.get(one.slug, ""), one.rank)
        for slug, one in taxa.items()
    }


def _detection(
    row: models.Detection,
    answer: models.Identification | None,
    names: Mapping[str, TaxonName],
    cards: Mapping[str, SpeciesCard],
) -> Detection:
    return Detection(
        row=row,
        votes=tuple(
            Vote(vote, _answers(vote.scores[:TOP_ANSWERS], names)) for vote in row.votes.all()
        ),
        identification=None
        if answer is None
        else Identification(
            row=answer,
            name=_name(answer.taxon.slug, names) if answer.taxon else None,
            walk=tuple(
                WalkStep(_name(slug, names, rank), mass, taken)
                for slug, rank, mass, taken in answer.walk
            ),
            runners_up=_answers(answer.runners_up, names),
            elsewhere=tuple(_name(slug, names) for slug in answer.elsewhere),
        ),
        species=cards.get(answer.taxon.slug) if answer and answer.taxon else None,
    )


def _answers(scores: Sequence[Sequence[Any]], names: Mapping[str, TaxonName]) -> tuple[Answer, ...]:
    return tuple(Answer(_name(slug, names), probability) for slug, probability in scores)


def _name(slug: str, names: Mapping[str, TaxonName], rank: str = "") -> TaxonName:
    """A taxon that was deleted since the vote keeps its key, and loses its names."""
    return names.get(slug) or TaxonName(slug, "", "", rank)
