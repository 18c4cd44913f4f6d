"""Deleting an account for good: closed at once, erased by workers, portion by portion."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.utils import timezone

from wildlife.accounts import exporting, sending
from wildlife.accounts.belongings import histories, paths, rows_of
from wildlife.accounts.models import Closure, Export
from wildlife.identifications.models import Run
from wildlife.photos.keeper import Keeper
from wildlife.photos.limits import bytes_kept
from wildlife.photos.models import Photo
from wildlife.photos.services import delete_all
from wildlife.projects.members import owned_alone_by
from wildlife.projects.models import Membership, Project, Role
from wildlife.tokens.models import Token

log = structlog.get_logger(__name__)

TASK = "wildlife.accounts.tasks.erase"
PORTION = 200
"""Photos that one task deletes, so that other work gets its turn."""
STALE_AFTER = timedelta(minutes=2)


class LastSuperuser(Exception):
    """Without this account nobody could run the place any more."""


class LastOwner(Exception):
    """Nobody else owns some projects of this account; `projects` are their names."""

    def __init__(self, projects: list[str]) -> None:
        super().__init__(projects)
        self.projects = projects


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes with an account: photos with their bytes, and rows by kind, none of them empty."""

    photos: int
    size: int
    rows: tuple[tuple[str, int], ...]


def loss_of(user: User) -> Loss:
    """Return what the deletion of an account would delete, in about one query per kind."""
    counted = {model: rows_of(model, user).count() for model in paths()}
    photos = counted.pop(Photo)
    rows = tuple((_name(model, count), count) for model, count in counted.items() if count)
    return Loss(photos, bytes_kept(Keeper(user)), rows)


def close(user: User) -> None:
    """Close an account: nobody gets in any more, by whatever way, and its erasure begins.

    Raises LastSuperuser and LastOwner.
    """
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    with transaction.atomic():
        if user.is_superuser and not others.exists():
            raise LastSuperuser
        _lock_owned(user)
        if alone := list(owned_alone_by(user).values_list("name", flat=True)):
            raise LastOwner(alone)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        Token.objects.filter(user=user).delete()
        Closure.objects.get_or_create(user=user, defaults={"alive_at": timezone.now()})
        transaction.on_commit(lambda: sending.send(TASK, user.pk))


def _lock_owned(user: User) -> None:
    """Let nobody else leave, or close, who owns one of these projects too, before we have."""
    owned = Membership.objects.filter(user=user, role=Role.OWNER).values("project")
    # In one order, so that two of them do not wait for each other.
    list(Project.objects.select_for_update().filter(pk__in=owned).order_by("pk"))


def erase(user_id: int) -> bool:
    """Delete the next portion of a closed account; return whether all of it is gone.

    A photo that is being looked at is left for a later call: `tend` sees to it.
    """
    closure = Closure.objects.select_related("user").filter(user_id=user_id).first()
    if closure is None:
        return True
    closure.alive_at = timezone.now()
    closure.save(update_fields=["alive_at"])
    user = closure.user
    _end_sessions(user)
    exporting.delete(Export.objects.filter(user=user))
    portion = Photo.objects.filter(owner=user).order_by("pk")[:PORTION]
    ids = list(portion.values_list("pk", flat=True))
    if ids:
        busy = delete_all(Photo.objects.filter(pk__in=ids))
        gone = set(ids) - set(Photo.objects.filter(pk__in=ids).values_list("pk", flat=True))
        _forget_in_logs(Photo, gone)
        _histories_about(Photo, gone, lambda rows, field: rows.delete())
        if busy < len(ids):
            sending.send(TASK, user_id)
        return False
    Run.objects.filter(photos=None).exclude(state=Run.State.RUNNING).delete()
    with transaction.atomic():
        _forget_in_logs(User, [user.pk])
        _histories_about(User, [user.pk], lambda rows, field: rows.update(**{field: None}))
        user.delete()
    log.info("account_erased", user=user_id)
    return True


def tend() -> None:
    """Go on with accounts whose erasure stopped."""
    stale = timezone.now() - STALE_AFTER
    for user_id in Closure.objects.filter(alive_at__lt=stale).values_list("user_id", flat=True):
        sending.send(TASK, user_id)


def _name(model: type[models.Model], count: int) -> str:
    """Return what one or many rows of a model are called."""
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)


def _end_sessions(user: User) -> None:
    """Delete every session that is signed in as a user, also those that nobody listed."""
    theirs = [
        session.pk
        for session in Session.objects.iterator(500)
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()


def _histories_about(
    model: type[models.Model],
    ids: Collection[object],
    do: Callable[[models.QuerySet[models.Model], str], object],
) -> None:
    """Do something with what histories keep about rows: the database does not see to those."""
    for history in histories():
        for field in history._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is model:
                rows = history._default_manager.filter(**{f"{field.attname}__in": ids})
                do(rows, field.attname)


def _forget_in_logs(model: type[models.Model], ids: Collection[object]) -> None:
    """Delete what the admin's log says of rows, by which staff once changed or deleted them."""
    about = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=about, object_id__in=[str(one) for one in ids]).delete()
