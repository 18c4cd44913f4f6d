"""The rows of an archive in the order in which they can be brought in.

A checklist lists children before parents and keeps what belongs to a taxon in other files, and is
far too large for memory. So its rows go to an SQLite file in the data folder once, where they are
numbered: parents before children, synonyms last. An import that goes on later finds it again.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wildlife.species.imports.records import Place, Problem

_SYNONYMS = 1000
"""The depth that stands for all synonyms, below every taxon."""
_FORMAT = 2
_OLD = 7 * 24 * 3600
_PORTION = 500

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE core (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line INTEGER NOT NULL, parent TEXT NOT NULL,
    accepted TEXT NOT NULL, taxon TEXT NOT NULL, depth INTEGER, data TEXT NOT NULL
);
CREATE TABLE extra (core TEXT NOT NULL, sort TEXT NOT NULL, file TEXT, line INTEGER, data TEXT);
CREATE TABLE problem (n INTEGER PRIMARY KEY, file TEXT, line INTEGER, reason TEXT);
"""

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class CoreRow:
    """A row as the file has it; `parent` and `accepted` are ids of others, or blank.

    `taxon` is what other rows may call it instead: its taxonID, which need not be the row's id.
    """

    id: str
    line: int
    parent: str
    accepted: str
    values: Values
    taxon: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """A row of an extension."""

    core: str
    sort: str
    place: Place
    values: Values


@dataclass(frozen=True, slots=True)
class Numbered:
    """A core row with its number in the order of import and what extensions say of it."""

    number: int
    row: CoreRow
    orphan: bool
    """Its parent is named, but not in this file."""
    extras: tuple[Extra, ...]


class Spool:
    """Open with `Spool.at`; `fill` it unless it is `full`."""

    def __init__(self, path: Path, part: Path | None) -> None:
        self._path = path
        self._part = part
        self._file = sqlite3.connect(part or path)
        if part is not None:
            self._file.executescript(_TABLES)

    @classmethod
    def at(cls, path: Path) -> "Spool":
        """Open the spool that was filled before, or a new one that takes its name once full."""
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("*.spool*"):
            if time.time() - old.stat().st_mtime > _OLD:
                old.unlink(missing_ok=True)
        if path.exists():
            spool = cls(path, None)
            if spool._file.execute("PRAGMA user_version").fetchone()[0] == _FORMAT:
                os.utime(path)
                return spool
            spool.close()
            path.unlink()
        part = path.with_suffix(f".spool-{os.getpid()}")
        part.unlink(missing_ok=True)
        return cls(path, part)

    @property
    def full(self) -> bool:
        return self._part is None

    @property
    def total(self) -> int:
        return int(self._file.execute("SELECT count(*) FROM core").fetchone()[0])

    def fill(self, core: Iterable[CoreRow | Problem], extras: Iterable[Extra | Problem]) -> None:
        """Take all rows in and put them in order."""
        for row in core:
            if isinstance(row, Problem):
                self._problem(row)
                continue
            data = json.dumps(row.values, ensure_ascii=False)
            values = (row.id, row.line, row.parent, row.accepted, row.taxon or row.id, data)
            taken = self._file.execute(
                "INSERT OR IGNORE INTO core (id, line, parent, accepted, taxon, data) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            if not taken.rowcount:
                self._problem(Problem(Place(row.line), f"the id {row.id!r} stands above already"))
        self._put_in_order()
        for extra in extras:
            if isinstance(extra, Problem):
                self._problem(extra)
            else:
                self._file.execute(
                    "INSERT INTO extra VALUES (?, ?, ?, ?, ?)",
                    (
                        extra.core,
                        extra.sort,
                        extra.place.file,
                        extra.place.line,
                        json.dumps(extra.values, ensure_ascii=False),
                    ),
                )
        self._file.execute("CREATE INDEX extra_core ON extra (core)")
        self._file.execute(f"PRAGMA user_version = {_FORMAT}")
        self._file.commit()
        if self._part is not None:
            self._part.replace(self._path)
            self._part = None

    def problems(self, after: int) -> Iterator[tuple[int, Problem]]:
        rows = self._file.execute("SELECT * FROM problem WHERE n > ? ORDER BY n", (after,))
        for number, file, line, reason in rows:
            yield number, Problem(Place(line, file), reason)

    def rows(self, after: int) -> Iterator[Numbered]:
        """Yield the rows that come after a number, parents first."""
        while True:
            found = self._file.execute(
                "SELECT o.n, c.id, c.line, c.parent, c.accepted, c.depth, c.data, c.taxon "
                "FROM ordered o JOIN core c ON c.n = o.core WHERE o.n > ? ORDER BY o.n LIMIT ?",
                (after, _PORTION),
            ).fetchall()
            if not found:
                return
            extras = self._extras([one[1] for one in found])
            for number, key, line, parent, accepted, depth, data, taxon in found:
                row = CoreRow(key, line, parent, accepted, json.loads(data), taxon)
                orphan = bool(parent) and depth == 0
                yield Numbered(number, row, orphan, tuple(extras.get(key, ())))
            after = found[-1][0]

    def close(self) -> None:
        self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def remove(self) -> None:
        """Close it for good: everything was read."""
        self.close()
        self._path.unlink(missing_ok=True)

    # --- Order --------------------------------------------------------------------------------

    def _put_in_order(self) -> None:
        """Number the rows generation by generation; what no generation reaches is in a circle."""
        do = self._file.execute
        do("CREATE INDEX core_taxon ON core (taxon) WHERE taxon != id")
        for column in ("accepted", "parent"):
            do(
                f"UPDATE core SET {column} = (SELECT b.id FROM core b "  # noqa: S608
                f"WHERE b.taxon = core.{column} AND b.taxon != b.id) WHERE {column} != '' "
                f"AND {column} NOT IN (SELECT id FROM core) "
                f"AND {column} IN (SELECT taxon FROM core WHERE taxon != id)"
            )
        # A parent that is a synonym stands for the accepted taxon; so does an accepted one.
        for column in ("accepted", "accepted", "accepted", "parent"):
            do(
                f"UPDATE core SET {column} = (SELECT b.accepted FROM core b "  # noqa: S608
                f"WHERE b.id = core.{column}) WHERE {column} != '' AND {column} IN "
                "(SELECT id FROM core WHERE accepted != '')"
            )
        do(f"UPDATE core SET depth = {_SYNONYMS} WHERE accepted != ''")  # noqa: S608
        do(
            "UPDATE core SET depth = 0 WHERE accepted = '' AND "
            "(parent = '' OR parent NOT IN (SELECT id FROM core))"
        )
        do("CREATE INDEX core_parent ON core (parent) WHERE accepted = ''")
        do("CREATE INDEX core_depth ON core (depth)")
        depth = 0
        while do(
            "UPDATE core SET depth = ? WHERE accepted = '' AND parent IN "
            "(SELECT id FROM core WHERE depth = ?)",
            (depth + 1, depth),
        ).rowcount:
            depth += 1
        for line, key in do("SELECT line, id FROM core WHERE depth IS NULL").fetchall():
            self._problem(Problem(Place(line), f"the tree runs in a circle at or above {key!r}"))
        do("CREATE TABLE ordered (n INTEGER PRIMARY KEY, core INTEGER NOT NULL)")
        do(
            "INSERT INTO ordered (core) SELECT n FROM core WHERE depth IS NOT NULL "
            "ORDER BY depth, line"
        )

    def _problem(self, problem: Problem) -> None:
        self._file.execute(
            "INSERT INTO problem (file, line, reason) VALUES (?, ?, ?)",
            (problem.place.file, problem.place.line, problem.reason),
        )

    def _extras(self, keys: list[str]) -> dict[str, list[Extra]]:
        marks = ",".join("?" * len(keys))
        found: dict[str, list[Extra]] = {}
        for core, sort, file, line, data in self._file.execute(
            f"SELECT * FROM extra WHERE core IN ({marks}) ORDER BY core, file, line",  # noqa: S608
            keys,
        ):
            found.setdefault(core, []).append(
                Extra(core, sort, Place(line, file), json.loads(data))
            )
        return found
