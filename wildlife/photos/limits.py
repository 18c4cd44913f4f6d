"""How much may be uploaded: photos by guests of one address, and bytes kept per guest and user."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_ratelimit.core import get_usage

from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo
from wildlife.photos.refusals import PhotoRefused


def address_of(request: HttpRequest) -> str:
    """Return the address that a request comes from, by the header of a proxy if one is trusted.

    Raises PermissionDenied where a trusted header is missing.
    """
    address: str = get_adapter().get_client_ip(request)
    return address


def count_upload(request: HttpRequest) -> None:
    """Count one photo of a guest against the limit of their address. Users are not counted.

    Raises PhotoRefused.
    """
    if request.user.is_authenticated:
        return
    usage: dict[str, Any] | None = get_usage(
        request,
        group="guest-uploads",
        key="ip",
        rate=settings.RATE_GUEST_UPLOADS or None,
        increment=True,
    )
    if usage is not None and usage["should_limit"]:
        wait = max(1, usage["time_left"])
        raise PhotoRefused(
            _(
                "Too many photos came from your address lately. Try again in %(wait)s, or sign "
                "in: accounts have no such limit."
            )
            % {"wait": in_words(wait)},
            "too_many",
            wait,
        )


def quota_of(keeper: Keeper) -> int:
    """Return how many bytes of originals somebody, or a project, may keep; 0 for any number."""
    if keeper.project is not None:
        quota: int = settings.PROJECT_QUOTA_BYTES
    else:
        quota = settings.USER_QUOTA_BYTES if keeper.owner else settings.GUEST_QUOTA_BYTES
    return quota


def bytes_kept(keeper: Keeper) -> int:
    """Return the size of the originals that somebody, or a project, keeps."""
    total: int | None = Photo.objects.filter(**keeper.photos).aggregate(total=Sum("size"))["total"]
    return total or 0


def check_room(keeper: Keeper, size: int) -> None:
    """Raise PhotoRefused where `size` bytes more would be over the quota."""
    quota = quota_of(keeper)
    if not quota or bytes_kept(keeper) + size <= quota:
        return
    room = filesizeformat(quota)
    if keeper.project is not None:
        sentence = _(
            "The project's photos fill the %(room)s that it has. Delete some to make room."
        )
    elif keeper.owner:
        sentence = _("Your photos fill the %(room)s that you have here. Delete some to make room.")
    else:
        sentence = _(
            "Your photos fill the %(room)s that guests have here. Delete some, or make an account."
        )
    raise PhotoRefused(sentence % {"room": room}, "quota")


def in_words(seconds: int) -> str:
    """Return a time to wait as people say it, rounded up."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
