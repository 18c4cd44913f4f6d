"""The kinds of animal on a photo with several animals: what its headline is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from wildlife.web.findings import Answer, Finding
from wildlife.web.summary import Summary


@dataclass(frozen=True, slots=True)
class Kind:
    """A taxon of the headline with the findings that were named so, and the surest answer."""

    slug: str
    surest: Answer
    findings: tuple[Finding, ...]


def kinds_of(animals: Sequence[Finding], summary: Summary) -> tuple[Kind, ...]:
    """Return the kinds in the order of the headline."""
    found: dict[str, list[tuple[Answer, Finding]]] = {slug: [] for slug in summary.shown}
    for one in animals:
        if one.answer and one.answer.name and one.answer.name.slug in found:
            found[one.answer.name.slug].append((one.answer, one))
    return tuple(
        Kind(
            slug,
            max((answer for answer, _ in members), key=lambda answer: answer.confidence),
            tuple(finding for _, finding in members),
        )
        for slug, members in found.items()
    )
