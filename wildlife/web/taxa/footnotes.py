"""Which fact is from where: sources as numbered notes at the foot of a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from wildlife.species.models import Source


@dataclass(frozen=True, slots=True)
class Footnote:
    number: int
    source: Source


class Footnotes:
    """The sources of one page, numbered in the order in which facts name them."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._notes: list[Footnote] = []

    def of(self, sources: Iterable[Source | None]) -> tuple[int, ...]:
        """Return the numbers of some facts' sources, each once."""
        return tuple(sorted({self._number(source) for source in sources if source is not None}))

    @property
    def all(self) -> tuple[Footnote, ...]:
        return tuple(self._notes)

    def _number(self, source: Source) -> int:
        if source.pk not in self._numbers:
            self._numbers[source.pk] = len(self._notes) + 1
            self._notes.append(Footnote(len(self._notes) + 1, source))
        return self._numbers[source.pk]
