"""Pages of the admin that are no list and no form of one row."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

from wildlife.species.admin.base import ReasonField


class Asking(forms.Form):
    """A form that changes something, so it asks why. Subclasses put their own fields first."""

    reason = ReasonField()
    field_order: list[str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])


def page(
    request: HttpRequest, model_admin: Any, template: str, title: str, **context: Any
) -> HttpResponse:
    """Answer with a template of `templates/admin/species/` in the frame of the admin."""
    request.current_app = model_admin.admin_site.name
    forms_shown = [one for one in context.values() if isinstance(one, forms.BaseForm)]
    media = sum((form.media for form in forms_shown), model_admin.media)
    frame = model_admin.admin_site.each_context(request)
    frame |= {"title": title, "media": media}
    return TemplateResponse(request, f"admin/species/{template}", frame | context)


def partial(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Answer with a template of `templates/admin/species/` for a page to hang in."""
    return TemplateResponse(request, f"admin/species/{template}", context)


def may_see(request: HttpRequest, model_admin: Any) -> None:
    """Raise PermissionDenied for those who may not look at taxa."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied


def may_change(request: HttpRequest, model_admin: Any) -> None:
    """Raise PermissionDenied for those who may not change taxa."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied


def back(request: HttpRequest, otherwise: str) -> str:
    """Return where a person came from, as the page's address says, if that is on this site."""
    asked = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return otherwise
