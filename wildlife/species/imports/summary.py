"""What an import did, or would do: counts, a few examples of each, and what it left out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from wildlife.species.imports.records import Problem

MOST_EXAMPLES = 10
MOST_PROBLEMS = 1000

WORDS = {
    "created": gettext_noop("taxa created"),
    "renamed": gettext_noop("taxa renamed"),
    "moved": gettext_noop("taxa moved"),
    "merged": gettext_noop("taxa that became synonyms"),
    "synonyms": gettext_noop("synonyms created"),
    "added": gettext_noop("facts added"),
    "changed": gettext_noop("facts changed"),
    "kept": gettext_noop("left as curators have them"),
    "followed": gettext_noop("read as the accepted name here"),
    "unchanged": gettext_noop("taxa as they were"),
    "same": gettext_noop("facts as they were"),
    "passed": gettext_noop("ranks passed over that the tree has not"),
    "outside": gettext_noop("outside of what was asked for"),
    "problems": gettext_noop("left out"),
}
"""Every count, in the order of interest, in words."""

CHANGES = ("created", "renamed", "moved", "merged", "synonyms", "added", "changed")
"""The counts of what an import writes."""


@dataclass(slots=True)
class Summary:
    """Counts by the keys of WORDS, at most MOST_EXAMPLES lines for each, and problems as text."""

    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    finished: bool = False

    def note(self, what: str, example: str = "") -> None:
        """Count one more of a kind."""
        self.counts[what] += 1
        if example:
            listed = self.examples.setdefault(what, [])
            if len(listed) < MOST_EXAMPLES and example not in listed:
                listed.append(example)

    def leave_out(self, problem: Problem) -> None:
        said = str(problem)
        if said not in self.problems[-100:]:
            self.counts["problems"] += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(said)

    @property
    def nothing_changes(self) -> bool:
        return not any(self.counts[what] for what in CHANGES)

    def as_fields(self) -> dict[str, Any]:
        """Return the columns of SpeciesImport that keep it."""
        return {
            "read": self.read,
            "counts": dict(self.counts),
            "examples": self.examples,
            "problems": self.problems,
        }

    @classmethod
    def of(cls, job: Any) -> "Summary":
        """Return what a SpeciesImport has kept so far."""
        return cls(job.read, Counter(job.counts), dict(job.examples), list(job.problems))
