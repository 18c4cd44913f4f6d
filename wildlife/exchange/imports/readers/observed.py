"""What a row of a table says of an animal, in the words of Camtrap DP."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import WHOLE, Box, WrongValue, box, number
from wildlife.identifications.models import Verdict
from wildlife.photos.origins import EARLIEST, LATEST

MOST = 10_000
_SEXES = set(Verdict.Sex.values)
_STAGES = set(Verdict.LifeStage.values)
_BEHAVIOUR = 60


def count_of(text: str) -> int | None:
    """Return how many there are, None where nobody counted. Raises WrongValue."""
    return int(number(text, 0, MOST, "count")) or None if text else None


def animal_of(cells: Mapping[str, str], sex: str, stage: str, behaviour: str) -> dict[str, str]:
    """Return sex, life stage and behaviour of a row as `Said` has them. Raises WrongValue."""
    told = {
        "sex": cells.get(sex, "").lower(),
        "life_stage": cells.get(stage, "").lower(),
        "behaviour": cells.get(behaviour, "")[:_BEHAVIOUR],
    }
    if told["sex"] and told["sex"] not in _SEXES:
        raise WrongValue("bad_sex", _("A sex is female or male."))
    if told["life_stage"] and told["life_stage"] not in _STAGES:
        raise WrongValue("bad_life_stage", _("A life stage is adult, subadult or juvenile."))
    return told


def box_of(cells: Mapping[str, str], sides: tuple[str, ...]) -> Box:
    """Return the box in a row, the whole photo where it has none. Raises WrongValue."""
    values = [cells.get(side, "") for side in sides]
    return box(values) if any(values) else WHOLE


def moment_of(text: str) -> datetime | None:
    """Return a time with its zone; None for a blank one or one without zone. Raises WrongValue."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongValue("bad_time", _("This is no date with a time.")) from error
    if moment.tzinfo is None:
        return None
    try:
        fits = EARLIEST <= moment <= LATEST
    except OverflowError:
        fits = False
    if not fits:
        raise WrongValue("bad_time", _("Nobody took photos in that year."))
    return moment
