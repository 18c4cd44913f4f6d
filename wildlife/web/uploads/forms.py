"""What people may correct: a wrong clock, a time, a place."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wildlife.photos.origins import EARLIEST, LATEST

OFFSETS = (
    *range(-12 * 60, 14 * 60 + 1, 60),
    *(-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765),
)
"""Minutes ahead of UTC of the zones that people live in."""


def offset_words(minutes: int) -> str:
    """Return how far a clock is ahead of UTC: UTC+02:00."""
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


class WallClockField(forms.Field):
    """A time as a clock on the spot shows it, kept as if it were UTC."""

    def __init__(self, **options: Any) -> None:
        kind = {"type": "datetime-local", "step": "1"}
        super().__init__(widget=forms.TextInput(attrs=kind), **options)

    def to_python(self, value: object) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            raise forms.ValidationError(_("Type a date and a time, like 2026-05-31 14:05."))
        moment = moment.replace(tzinfo=UTC)
        if not EARLIEST <= moment <= LATEST:
            raise forms.ValidationError(_("No photo can be from that year."))
        return moment

    def prepare_value(self, value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return value


class ClockForm(forms.Form):
    """By how much the times of all photos shall move."""

    direction = forms.ChoiceField(
        label=_("Move the times"),
        choices=[
            ("later", _("later (the clock was slow)")),
            ("earlier", _("earlier (it was fast)")),
        ],
        initial="later",
    )
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=36_500, initial=0)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=23, initial=0)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=59, initial=0)
    seconds = forms.IntegerField(
        min_value=0, max_value=59, required=False, initial=0, widget=forms.HiddenInput
    )

    @property
    def by(self) -> timedelta:
        """The shift of a valid form."""
        told = self.cleaned_data
        parts = {name: told[name] or 0 for name in ("days", "hours", "minutes", "seconds")}
        shift = timedelta(**parts)
        return -shift if told["direction"] == "earlier" else shift


def clock_values(by: timedelta) -> Mapping[str, Any]:
    """Return what a clock form holds for a shift."""
    minutes, seconds = divmod(round(abs(by).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    direction = "earlier" if by < timedelta() else "later"
    return {
        "direction": direction,
        "days": days,
        "hours": hours,
        "minutes": minutes,
        "seconds": seconds,
    }


def shift_words(by: timedelta) -> str:
    """Return a shift as people say it: 1 day 2 hours later."""
    if not by:
        return ""
    told = clock_values(by)
    parts = [
        ngettext("%(count)d day", "%(count)d days", told["days"]) % {"count": told["days"]},
        ngettext("%(count)d hour", "%(count)d hours", told["hours"]) % {"count": told["hours"]},
        ngettext("%(count)d minute", "%(count)d minutes", told["minutes"])
        % {"count": told["minutes"]},
        ngettext("%(count)d second", "%(count)d seconds", told["seconds"])
        % {"count": told["seconds"]},
    ]
    names = ("days", "hours", "minutes", "seconds")
    length = " ".join(part for part, name in zip(parts, names, strict=True) if told[name])
    if told["direction"] == "earlier":
        return gettext("%(length)s earlier") % {"length": length}
    return gettext("%(length)s later") % {"length": length}


class TrueTimeForm(forms.Form):
    """When one photo was really taken: it tells what the clock was wrong by."""

    moment = WallClockField(label=_("It was really taken at"))


def _degrees(label: Any, limit: int) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        min_value=-limit,
        max_value=limit,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "text"}),
    )


class PlaceForm(forms.Form):
    """A place in degrees, or none."""

    latitude = _degrees(_("Latitude (south is negative)"), 90)
    longitude = _degrees(_("Longitude (west is negative)"), 180)

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        one_of_two = (told.get("latitude") is None) != (told.get("longitude") is None)
        if one_of_two and not self.errors:
            raise forms.ValidationError(_("A place needs both numbers, or none of them."))
        return told


class OriginForm(PlaceForm):
    """When and where one photo was taken."""

    taken_at = WallClockField(label=_("Date and time on the spot"), required=False)
    utc_offset = forms.TypedChoiceField(
        label=_("Time zone"),
        choices=lambda: [
            ("", _("not known")),
            *((one, offset_words(one)) for one in sorted(OFFSETS)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ["taken_at", "utc_offset", "latitude", "longitude"]
