"""Where allauth asks this product: who may sign up, and what happens around a login."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wildlife.accounts import guests, invitations, preferences, waiting
from wildlife.photos.limits import in_words
from wildlife.photos.selectors import guest_of


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "This name and password do not belong together."
        ),
        "email_password_mismatch": gettext_lazy(
            "This address and password do not belong together."
        ),
        "too_many_login_attempts": gettext_lazy(
            "That was wrong too often. Wait five minutes and try again."
        ),
        "rate_limited": gettext_lazy("That was too often. Wait five minutes and try again."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "enter_current_password": gettext_lazy("This is not your password."),
        "incorrect_code": gettext_lazy(
            "This code is not right, or no longer. Type the one that your app shows now."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGN_UP == "invited":
            return invitations.brought_by(request) is not None
        return bool(settings.SIGN_UP == "open")

    def save_user(
        self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True
    ) -> User:
        """Make the account, together with using up the invitation that it needs.

        Raises PermissionDenied where somebody else used the invitation in the meantime.
        """
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if settings.SIGN_UP == "invited":
                invitations.use(request, saved)
        return saved

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; what this browser uploaded as a guest then belongs to the account."""
        guest = guest_of(request)
        request.session.set_expiry(None)  # as long as an account's, no longer as a guest's
        super().login(request, user)
        guests.adopt(guest, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Let this browser show the pages as the account says."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        preferences.bring(user, response)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            key = self._get_login_attempts_cache_key(request, **credentials)
            wait = waiting.seconds_left(request, "login_failed", key)
            raise ValidationError(
                _("That was wrong too often. Try again in %(wait)s.")
                % {"wait": in_words(max(1, wait))},
                code="too_many_login_attempts",
            ) from error
