"""How numbers are put into words: one place, so that all pages say the same thing."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def percent(share: float) -> str:
    """Return a share (0..1) as whole percents; only certainty is 100%, only nothing is 0%."""
    share = min(1.0, max(0.0, share))
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{round(share * 100)}%"


def listed(parts: Iterable[str]) -> str:
    """Return what there is to say, one after the other: `2 people, 1 vehicle`."""
    return _(", ").join(part for part in parts if part)


def confidence(share: float) -> str:
    """Return how sure an answer with this confidence (0..1) is."""
    if share >= 0.95:
        return _("very sure")
    if share >= 0.8:
        return _("sure")
    if share >= 0.6:
        return _("fairly sure")
    if share >= 0.4:
        return _("not sure")
    return _("only a guess")


def agreement(share: float, voters: int) -> str:
    """Return how far the experts agree: `share` of their weight (0..1) stands behind the answer.

    `voters` is how many of them voted rather than abstained.
    """
    if voters == 0:
        return _("No expert voted.")
    if voters == 1:
        if share > 0:
            return _("One expert voted, and this is its answer.")
        return _("One expert voted, and its own first choice was another.")
    if share >= 0.995:
        return _("The experts agree.")
    if share >= 0.5:
        return _("Most of the vote agrees (%(share)s).") % {"share": percent(share)}
    if share > 0:
        return _("Less than half of the vote agrees (%(share)s).") % {"share": percent(share)}
    return _("No expert named it first; together they point here.")


def seconds(milliseconds: int | None) -> str:
    """Return a duration as people read it: `84 ms`, `1.2 s`, or nothing where it is unknown."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return _("%(number)d ms") % {"number": milliseconds}
    return _("%(number).1f s") % {"number": milliseconds / 1000}


def animals(count: int) -> str:
    """Return `1 animal`, `2 animals`."""
    return ngettext("%(count)d animal", "%(count)d animals", count) % {"count": count}


def people(count: int) -> str:
    """Return `1 person`, `3 people`."""
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def vehicles(count: int) -> str:
    """Return `1 vehicle`, `2 vehicles`."""
    return ngettext("%(count)d vehicle", "%(count)d vehicles", count) % {"count": count}


def waiting(count: int) -> str:
    """Return how many photos are still being looked at."""
    return ngettext(
        "%(count)d photo is being looked at", "%(count)d photos are being looked at", count
    ) % {"count": count}
