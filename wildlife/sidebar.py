"""What the admin offers at its side, to each person what they may see."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

Item = dict[str, Any]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of links that unfold shows; the page that is open is marked."""
    groups = _groups()
    items = [item for group in groups for item in group["items"]]
    # Some pages lie below others: the nearest one is the open one.
    open_ones = [item["link"] for item in items if request.path.startswith(item["link"])]
    for item in items:
        item["active"] = item["link"] == max(open_ones, key=len, default="")
    return groups


def _groups() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Species"),
            "items": [
                _item(_("Tree"), "account_tree", "species_taxon_tree", "species.view_taxon"),
                _item(_("Taxa"), "pets", "species_taxon_changelist", "species.view_taxon"),
                _item(_("Needs attention"), "flag", "species_taxon_needs", "species.view_taxon"),
                _item(_("Labels of models"), "label", "species_taxon_labels", "species.view_taxon"),
                _item(
                    _("Decisions on labels"),
                    "gavel",
                    "species_labeldecision_changelist",
                    "species.view_labeldecision",
                ),
                _item(
                    _("Common names"),
                    "translate",
                    "species_commonname_changelist",
                    "species.view_commonname",
                ),
                _item(
                    _("Habitats"), "forest", "species_habitat_changelist", "species.view_habitat"
                ),
                _item(
                    _("Sources"), "menu_book", "species_source_changelist", "species.view_source"
                ),
                _item(
                    _("Imports"),
                    "cloud_upload",
                    "species_speciesimport_changelist",
                    "species.view_speciesimport",
                ),
            ],
        },
        {
            "title": _("Photos and answers"),
            "separator": True,
            "items": [
                {
                    "title": _("How it is doing"),
                    "icon": "monitoring",
                    "link": reverse("operations:page"),
                    "permission": _holds("identifications.view_run"),
                },
                _item(_("Photos"), "photo_library", "photos_photo_changelist", "photos.view_photo"),
                _item(
                    _("Identifications"),
                    "search_insights",
                    "identifications_identification_changelist",
                    "identifications.view_identification",
                ),
                _item(
                    _("Runs"),
                    "play_circle",
                    "identifications_run_changelist",
                    "identifications.view_run",
                ),
                _item(
                    _("Models"),
                    "neurology",
                    "models_registry_modelrelease_changelist",
                    "models_registry.view_modelrelease",
                ),
            ],
        },
        {
            "title": _("People"),
            "separator": True,
            "items": [
                _item(_("Accounts"), "person", "auth_user_changelist", "auth.view_user"),
                _item(
                    _("Invitations"),
                    "mail",
                    "accounts_invitation_changelist",
                    "accounts.view_invitation",
                ),
                _item(_("Roles"), "group", "auth_group_changelist", "auth.view_group"),
                _item(
                    _("API tokens"),
                    "key",
                    "tokens_token_changelist",
                    "tokens.view_token",
                ),
            ],
        },
    ]


def _item(title: str, icon: str, page: str, permission: str) -> Item:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{page}"),
        "permission": _holds(permission),
    }


def _holds(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
