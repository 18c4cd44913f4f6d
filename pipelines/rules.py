"""The thresholds and powers of the numbered rules of `pipelines.fusion`."""

from dataclasses import dataclass

from pipelines import tally

METHODS = ("tree", *tally.METHODS)


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds and powers of the numbered rules, and the method: one of `METHODS`.

    `breadth`, `sure` and `sharpen` were chosen on the validation photos, and on those of birds and
    insects by experts that were trained, for the purpose, without their species.
    """

    no_animal: float = 0.5
    wary: float = 8.0
    overlooked: float = 0.05
    walk: float = 0.7
    committed: float = 0.3
    prior: float = 1.0
    ground: float = 1.5
    breadth: float = 1.6
    sure: float = 1.5
    floor: float = 2e-4
    sharpen: float = 0.9
    elsewhere: float = 0.1
    method: str = "tree"
