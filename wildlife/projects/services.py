"""Making projects and changing what is set for them. Who may is the caller's question."""

from collections.abc import Mapping
from itertools import count

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from wildlife.projects.activities import note
from wildlife.projects.deployments import ask_for_events
from wildlife.projects.models import Membership, Project, Role
from wildlife.projects.rights import Somebody, is_staff

RESERVED = frozenset({"new", "join"})
"""Words that addresses beside those of projects begin with."""
_TRIES = 5


def may_create(user: Somebody) -> bool:
    """Whether somebody may make projects: every user, or staff alone (PROJECT_CREATORS)."""
    if settings.PROJECT_CREATORS == "staff":
        return is_staff(user)
    return user.is_authenticated and user.is_active


def create(user: User, name: str, **values: object) -> Project:
    """Make a project; who makes it is its owner. `values` are further columns of it."""
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                project = Project.objects.create(name=name, slug=_free_slug(name), **values)
                Membership.objects.create(project=project, user=user, role=Role.OWNER)
                note(project, "project_made", user)
        except IntegrityError:  # somebody took the same address in between
            if attempt == _TRIES - 1:
                raise
        else:
            break
    return project


@transaction.atomic
def change(project: Project, by: Somebody, values: Mapping[str, object]) -> list[str]:
    """Set columns of a project; return the names of those that are different now.

    Its address stays as it is when it is renamed: links keep working.
    """
    row = Project.objects.select_for_update().get(pk=project.pk)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return []
    if "name" in changed:
        note(project, "project_renamed", by, old=row.name, new=values["name"])
    if others := sorted(set(changed) - {"name"}):
        note(project, "project_changed", by, fields=others)
    for name in changed:
        setattr(row, name, values[name])
        setattr(project, name, values[name])
    row.save(update_fields=changed)
    if "event_gap" in changed:
        ask_for_events(row.deployments.values_list("pk", flat=True))
    return changed


def _free_slug(name: str) -> str:
    """Return an address that no project has: from the name, with a number where that is needed."""
    length = Project._meta.get_field("slug").max_length or 60
    base = slugify(name)[: length - 6].strip("-_") or "project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= RESERVED
    tried = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in tried if slug not in taken)
