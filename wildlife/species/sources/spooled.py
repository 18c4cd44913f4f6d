"""What readers of files share whose rows have to be put together and in order first."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from wildlife.species.imports.records import Credit, Problem, Record
from wildlife.species.imports.spool import CoreRow, Extra, Numbered, Spool
from wildlife.species.sources.files import Entry, digest


class SpooledReader(ABC):
    """Fills a spool once, then reads it; an import that goes on later finds it again.

    Positions are numbers in the spool, with "!" before those of its problems.
    """

    credit: Credit
    total: int | None

    def __init__(self, files: list[Entry]) -> None:
        name = f"{type(self).__name__.lower()}-{digest(files)}.spool"
        self._spool = Spool.at(Path(settings.DATA_DIR) / "imports" / name)
        self._all_read = False
        self.total = self._spool.total if self._spool.full else None

    @abstractmethod
    def core(self) -> Iterator[CoreRow | Problem]:
        """Yield one row for each taxon."""

    @abstractmethod
    def extras(self) -> Iterator[Extra | Problem]:
        """Yield the other rows about taxa."""

    @abstractmethod
    def record(self, taxon: Numbered) -> Record | None:
        """Return what is said of a taxon, None for nothing that could be used."""

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        if not self._spool.full:
            self._spool.fill(self.core(), self.extras())
            self.total = self._spool.total
        if not position or position.startswith("!"):
            for number, problem in self._spool.problems(int(position[1:] or 0)):
                yield Problem(problem.place, problem.reason, f"!{number}")
            position = ""
        for one in self._spool.rows(int(position or 0)):
            if (record := self.record(one)) is not None:
                yield record
        self._all_read = True

    def close(self) -> None:
        if self._all_read:
            self._spool.remove()
        else:
            self._spool.close()
