"""The log of what was done in a project."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from wildlife.projects.models import Activity, Project


def note(
    project: Project,
    verb: str,
    by: AbstractBaseUser | AnonymousUser | None = None,
    **details: object,
) -> Activity:
    """Write down that somebody did something. `details` is what the sentence about it needs."""
    return Activity.objects.create(
        project=project, verb=verb, by=by if isinstance(by, User) else None, details=details
    )
