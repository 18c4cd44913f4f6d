"""The activity log in sentences."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wildlife.projects.models import Activity, Role

KINDS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "members": (
        gettext_lazy("Members and invitations"),
        (
            "member_joined",
            "member_left",
            "member_removed",
            "role_changed",
            "project_handed_over",
            "invitation_made",
            "invitation_revoked",
        ),
    ),
    "photos": (
        gettext_lazy("Photos"),
        (
            "upload_begun",
            "photos_moved",
            "photos_deleted",
            "photos_again",
            "answers_imported",
        ),
    ),
    "review": (gettext_lazy("Review"), ("answers_accepted", "acceptance_undone")),
    "deployments": (
        gettext_lazy("Deployments"),
        (
            "deployment_made",
            "deployment_changed",
            "deployment_deleted",
            "deployments_imported",
            "photos_assigned",
        ),
    ),
    "settings": (
        gettext_lazy("Settings"),
        ("project_made", "project_renamed", "project_changed"),
    ),
}
"""What the log can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Line:
    sentence: str
    at: datetime


def lines_of(activities: Iterable[Activity]) -> Iterator[Line]:
    """Yield a line for each activity (with its `by`). One query for the names in them."""
    rows = list(activities)
    ids = {row.details.get("user") for row in rows} - {None}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username")) if ids else {}
    for row in rows:
        yield Line(_sentence(row, names), row.at)


def _sentence(row: Activity, names: Mapping[int, str]) -> str:
    told = row.details
    somebody = _("somebody who has no account any more")
    # What is kept are ids: the name of an erased account is in no log.
    words = {
        "who": row.by.get_username() if row.by else somebody,
        "whom": names.get(told.get("user", 0), somebody),
        "role": _role(told.get("role")),
        "old_role": _role(told.get("old")),
        "new_role": _role(told.get("new")),
        "name": told.get("name", ""),
        "old": told.get("old", ""),
        "new": told.get("new", ""),
        "address": told.get("address", ""),
        "count": f"{told.get('count', 0):,}",
    }
    return _template(row.verb, told) % words


def _template(verb: str, told: Mapping[str, Any]) -> str:
    count = told.get("count", 0)
    counted = {
        "photos_moved": lambda: ngettext(
            "%(who)s moved %(count)s photo here.", "%(who)s moved %(count)s photos here.", count
        ),
        "photos_deleted": lambda: ngettext(
            "%(who)s deleted %(count)s photo.", "%(who)s deleted %(count)s photos.", count
        ),
        "photos_again": lambda: ngettext(
            "%(who)s had %(count)s photo identified again.",
            "%(who)s had %(count)s photos identified again.",
            count,
        ),
        "answers_accepted": lambda: ngettext(
            "%(who)s accepted the answer of %(count)s photo at once.",
            "%(who)s accepted the answers of %(count)s photos at once.",
            count,
        ),
        "acceptance_undone": lambda: ngettext(
            "%(who)s took back that the answer of %(count)s photo was accepted.",
            "%(who)s took back that the answers of %(count)s photos were accepted.",
            count,
        ),
        "photos_assigned": lambda: ngettext(
            "%(who)s assigned %(count)s photo to deployments.",
            "%(who)s assigned %(count)s photos to deployments.",
            count,
        ),
        "answers_imported": lambda: ngettext(
            "%(who)s imported what a file says of %(count)s photo.",
            "%(who)s imported what a file says of %(count)s photos.",
            count,
        ),
        "deployments_imported": lambda: ngettext(
            "%(who)s imported %(count)s deployment.",
            "%(who)s imported %(count)s deployments.",
            count,
        ),
    }
    if verb in counted:
        return counted[verb]()
    plain = {
        "project_made": _("%(who)s made the project."),
        "project_renamed": _("%(who)s renamed the project from “%(old)s” to “%(new)s”."),
        "project_changed": _("%(who)s changed the settings."),
        "project_handed_over": _("%(who)s handed the project over to %(whom)s."),
        "member_joined": _("%(whom)s joined. Role: %(role)s."),
        "member_left": _("%(whom)s left."),
        "member_removed": _("%(who)s removed %(whom)s."),
        "role_changed": _(
            "%(who)s changed the role of %(whom)s from %(old_role)s to %(new_role)s."
        ),
        "invitation_made": _("%(who)s made an invitation. Role: %(role)s."),
        "invitation_revoked": _("%(who)s revoked an invitation. Role: %(role)s."),
        "upload_begun": _("%(who)s began an upload."),
        "webhook_stopped": _("A webhook failed for too long and was switched off: %(address)s"),
        "deployment_made": _("%(who)s added the deployment %(name)s."),
        "deployment_changed": _("%(who)s changed the deployment %(name)s."),
        "deployment_deleted": _("%(who)s deleted the deployment %(name)s."),
    }
    if verb in plain:
        return plain[verb]
    return _("%(who)s did something here.")


def _role(value: object) -> str:
    return str(Role(value).label) if value in Role.values else ""
