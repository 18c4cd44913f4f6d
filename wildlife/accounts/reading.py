"""How the pages are read: in which language, and with times in which zone."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as set_language_cookie

from wildlife import zones
from wildlife.accounts import preferences


class ReadingForm(forms.Form):
    """What an account says of how its pages are read; "" is as each browser says."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("as each browser says")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "For times of this site, such as that of an upload. When a photo was taken is always "
            "shown by the clock on the spot."
        ),
        choices=lambda: [
            ("", gettext_lazy("as each browser says")),
            *((zone, zone.replace("_", " ")) for zone in zones.offered()),
        ],
        required=False,
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the same page in another language, from now on; an account remembers it.

    The form names no page: the browser's Referer is where the reader is, with all filters that
    were chosen since the page was loaded.
    """
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("there is no such language")
    if isinstance(request.user, User):
        preferences.keep(request.user, language=language)
    return set_language_cookie(request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Choose both for every browser that the account signs in with."""
    if not isinstance(request.user, User):
        raise Http404
    told = preferences.preferences_of(request.user)
    held = {"language": told.language, "time_zone": told.time_zone}
    form = ReadingForm(request.POST or None, initial=held)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/reading.html", {"form": form, "here": "account"})
    language, zone = form.cleaned_data["language"], form.cleaned_data["time_zone"]
    preferences.keep(request.user, language=language, time_zone=zone)
    response = redirect("accounts:overview")
    preferences.set_language(response, language)
    preferences.set_time_zone(response, zone)
    with override(language or get_language()):
        messages.success(request, _("Language and time zone are kept."))
    return response
