"""Where a photo was taken, as far as that says which animals may be on it."""

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(_key: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """The countries of a place (ISO 3166-1 alpha-3; near a border several), and who is not there.

    `elsewhere` tells of a taxon's key whether it is known from other countries only. Of a taxon
    whose range nobody knows that is false.
    """

    countries: tuple[str, ...] = ()
    elsewhere: Callable[[str], bool] = _nobody


NOWHERE = Place()
"""Where nothing is known of the place."""
