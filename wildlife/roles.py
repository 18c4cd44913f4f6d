"""Who may do what in the admin: four roles, kept as groups with exactly these permissions.

To give somebody a role, put their account into its group and let them enter the admin ("staff
status"). Groups of other names are left alone. Tokens of the API stay with superusers: whoever
may make one for another person may act as them.
"""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction

_TREE = ("species.taxon", "species.source", "species.habitat")
_FACTS = (
    "species.commonname",
    "species.conservationassessment",
    "species.labeldecision",
    "species.lookalike",
    "species.range",
    "species.taxonhabitat",
    "species.taxonidentifier",
    "species.trait",
)
_ANSWERS = (
    "identifications.detection",
    "identifications.identification",
    "identifications.run",
    "identifications.stepresult",
    "identifications.vote",
    "photos.photo",
)


def _all(models: tuple[str, ...], *actions: str) -> set[str]:
    """Return the permissions for some actions on some models: species.view_taxon."""
    split = (model.split(".") for model in models)
    return {f"{app}.{action}_{model}" for app, model in split for action in actions}


_VIEWER = _all((*_TREE, *_FACTS, "models_registry.modelrelease"), "view")
_REVIEWER = (
    _VIEWER | _all(_ANSWERS, "view") | _all(("identifications.verdict",), "view", "add", "change")
)
_CURATOR = (
    _REVIEWER
    | _all(_TREE, "add", "change")
    | _all(_FACTS, "add", "change", "delete")
    | _all(("species.speciesimport",), "view", "add", "change")
)
_ADMIN = (
    _CURATOR
    | _all((*_TREE, "species.speciesimport"), "delete")
    | _all(("models_registry.modelrelease",), "change")
    | _all(("photos.photo", "identifications.verdict"), "delete")
    | _all(("auth.user",), "view", "add", "change", "delete")
    | _all(("accounts.invitation",), "view", "add", "delete")
    | _all(("auth.group", "admin.logentry"), "view")
)

ROLES: Mapping[str, frozenset[str]] = {
    "viewer": frozenset(_VIEWER),
    "reviewer": frozenset(_REVIEWER),
    "curator": frozenset(_CURATOR),
    "admin": frozenset(_ADMIN),
}
"""From each role to its permissions: it sees species; also photos and answers; edits species; runs
the place."""

BY_NOBODY = frozenset(
    {
        "account.emailaddress",
        "account.emailconfirmation",
        "accounts.closure",
        "accounts.export",
        "accounts.exportfile",
        "accounts.preferences",
        "api.storedanswer",
        "auth.permission",
        "contenttypes.contenttype",
        "exchange.exportjob",
        "exchange.import",
        "exchange.importproblem",
        "identifications.embedding",
        "identifications.exemplar",
        "library.job",
        "library.savedfilter",
        "library.tag",
        "library.tagged",
        "mfa.authenticator",
        "notify.alert",
        "notify.delivery",
        "notify.endedupload",
        "notify.sighting",
        "notify.webhook",
        "review.acceptance",
        "review.claim",
        "projects.activity",
        "projects.deployment",
        "projects.event",
        "projects.eventsdue",
        "projects.happening",
        "projects.invitation",
        "projects.membership",
        "projects.project",
        "photos.leftover",
        "photos.upload",
        "photos.uploaditem",
        "sessions.session",
        "species.importedkey",
        "species.namekey",
        "tokens.token",
        "usersessions.usersession",
    }
)
"""Models that no role has anything to do with; histories are seen with what they are about."""


@transaction.atomic
def sync() -> list[str]:
    """Make the groups have their permissions, no more and no less; return the names of the changed.

    Raises LookupError where a permission does not exist: the database is to be migrated first.
    """
    found = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type")
    }
    changed = []
    for name, wanted in ROLES.items():
        if missing := sorted(wanted - found.keys()):
            raise LookupError(f"There is no permission {missing[0]}; run migrate first.")
        group, made = Group.objects.get_or_create(name=name)
        rights = {found[one].pk for one in wanted}
        if made or set(group.permissions.values_list("pk", flat=True)) != rights:
            group.permissions.set(rights)
            changed.append(name)
    return changed
