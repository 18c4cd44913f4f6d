"""Invitations in the admin, and the admin's own sign-in through the pages of accounts."""

from smtplib import SMTPException
from typing import Any, cast

import structlog
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from wildlife.accounts import invitations
from wildlife.accounts.models import Invitation

log = structlog.get_logger(__name__)

# One way in, with one throttle and one second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# People's addresses, second factors and sessions are theirs; nobody edits them here.
for model in (EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin):
    """The link is shown once, right after it was made; afterwards it can only be deleted."""

    list_display = ["__str__", "note", "invited_by", "created_at", "expires_at", "used_by"]
    list_select_related = ["invited_by", "used_by"]
    fields = ["email", "note", "expires_at"]

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "expires_at": invitations.default_end(),
            **super().get_changeform_initial_data(request),
        }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not settings.EMAIL_URL:
            messages.warning(
                request,
                _(
                    "This copy cannot send mail, so hand the links over yourself. "
                    "EMAIL_URL sets up mail; see docs/operations.md."
                ),
            )
        if settings.SIGN_UP != "invited":
            messages.info(
                request,
                _("Invitations are asked for only where SIGN_UP is set to “invited”."),
            )
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        secret = invitations.prepare(obj, cast(User, request.user))
        super().save_model(request, obj, form, change)
        link = invitations.link_of(request, secret)
        if obj.email and settings.EMAIL_URL:
            try:
                invitations.send(obj, link)
            except (OSError, SMTPException) as error:
                log.warning("invitation_not_mailed", error=str(error))
                messages.error(request, _("The mail could not be sent. Hand the link over."))
            else:
                messages.success(request, _("The invitation was mailed to %s.") % obj.email)
        messages.success(request, _("The link, which is shown only now: %(link)s") % {"link": link})
