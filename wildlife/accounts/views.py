"""Pages of one's own account beside allauth's: overview, data, deletion, invitations."""

from http import HTTPStatus
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wildlife.accounts import closing, exporting, invitations, waiting
from wildlife.accounts.forms import DeleteAccountForm
from wildlife.accounts.models import Export, ExportFile
from wildlife.photos.keeper import Keeper
from wildlife.photos.limits import bytes_kept, in_words, quota_of
from wildlife.photos.models import Photo


@require_safe
@login_required
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """All about one's own account, and where each thing is changed."""
    user = _user(request)
    context = {
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "second_factor": is_mfa_enabled(user),
        "sessions": UserSession.objects.filter(user=user).count(),
        "photos": Photo.objects.filter(owner=user).count(),
        "kept": bytes_kept(Keeper(user)),
        "quota": quota_of(Keeper(user)),
        "here": "account",
    }
    return render(request, "accounts/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """Exports of one's own data: those there are, and asking for one."""
    user = _user(request)
    if request.method == "POST":
        exporting.ask(user)
        messages.success(request, _("Your data is being put together. This page shows when it is."))
        return redirect("accounts:data")
    exports = list(Export.objects.filter(user=user).prefetch_related("files"))
    making = any(export.state == Export.State.MAKING for export in exports)
    context = {"exports": exports, "making": making, "here": "account"}
    page = "accounts/_exports.html" if request.headers.get("HX-Request") else "accounts/data.html"
    return render(request, page, context)


@require_safe
@login_required
@never_cache
def export_file(request: HttpRequest, export_id: UUID, number: int) -> HttpResponseBase:
    """One zip of an export, streamed to its owner and to nobody else."""
    file = get_object_or_404(
        ExportFile, export_id=export_id, export__user=_user(request), number=number
    )
    try:
        stored = default_storage.open(file.key)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(stored, as_attachment=True, filename=f"wildlife-{number}.zip")


@require_POST
@login_required
def delete_export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Delete an export before its time."""
    exporting.delete([get_object_or_404(Export, pk=export_id, user=_user(request))])
    messages.success(request, _("The export is deleted."))
    return redirect("accounts:data")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes with the account, and delete it where its password is given."""
    user = _user(request)
    form = DeleteAccountForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close(user)
        except closing.LastSuperuser:
            sentence = _("Nobody else can run this place. Make another superuser first.")
            form.add_error(None, sentence)
        except closing.LastOwner as error:
            sentence = _(
                "Nobody else owns these projects: %(names)s. Hand them over or delete them first, "
                "in their settings."
            )
            form.add_error(None, sentence % {"names": ", ".join(error.projects)})
        else:
            logout(request)
            messages.success(request, _("Your account is closed, and all of it is being deleted."))
            return redirect("web:home")
    context = {"form": form, "loss": closing.loss_of(user), "here": "account"}
    return render(request, "accounts/delete.html", context)


@require_safe
@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Lead whoever brings a good invitation to the sign-up."""
    if request.user.is_authenticated:
        return redirect("accounts:overview")
    if invitations.bring(request, secret) is None:
        return render(request, "accounts/invitation_over.html", status=HTTPStatus.GONE)
    return redirect("account_signup")


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that something was done too often, and when it can be done again."""
    wait = waiting.of_page(request)
    response = render(
        request, "429.html", {"wait": in_words(wait)}, status=HTTPStatus.TOO_MANY_REQUESTS
    )
    response["Retry-After"] = str(wait)
    return response


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
