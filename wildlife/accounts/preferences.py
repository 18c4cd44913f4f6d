"""The language and the time zone that an account says, brought to each browser by cookies.

Pages read the cookies alone, so that none of them asks the database for preferences.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse

from wildlife import zones
from wildlife.accounts.models import Preferences

YEAR = 60 * 60 * 24 * 365


def preferences_of(user: User) -> Preferences:
    """Return what an account says; unsaved, and without any wish, where it says nothing."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def keep(user: User, **changed: str) -> None:
    """Keep `language` or `time_zone`, "" to follow the browser again."""
    Preferences.objects.update_or_create(user=user, defaults=changed)


def bring(user: User, response: HttpResponse) -> None:
    """Tell the browser what the account says; what it leaves open stays as the browser has it."""
    told = preferences_of(user)
    if told.language:
        set_language(response, told.language)
    if told.time_zone:
        set_time_zone(response, told.time_zone)


def set_language(response: HttpResponse, language: str) -> None:
    """Let pages be in a language, or, for "", in the one that the browser asks for."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


def set_time_zone(response: HttpResponse, zone: str) -> None:
    """Let times be shown in a zone, or, for "", in the browser's own."""
    if not zone:
        response.delete_cookie(zones.CHOSEN, samesite="Lax")
        return
    response.set_cookie(
        zones.CHOSEN, zone, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
