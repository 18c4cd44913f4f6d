"""Which rows are a user's: read from the models, so that none is forgotten when one is added."""

from collections import deque
from collections.abc import Mapping
from functools import cache

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet

from wildlife.photos.models import Photo

SECRETS: Mapping[str, frozenset[str]] = {
    "tokens.token": frozenset({"secret_hash"}),
    "mfa.authenticator": frozenset({"data"}),
    "usersessions.usersession": frozenset({"session_key"}),
    "account.emailconfirmation": frozenset({"key"}),
    "accounts.invitation": frozenset({"secret_hash"}),
    "photos.photo": frozenset({"guest"}),
    "photos.upload": frozenset({"guest"}),
}
"""Columns that open something: nobody gets them in an export, not even their owner."""


@cache
def paths() -> Mapping[type[models.Model], str]:
    """Return every model whose rows go when a user goes, with the lookup that leads to the user.

    A row belongs to what its deletion follows (CASCADE); photos, which only their service may
    delete, belong to their owner. `{Photo: "owner", Detection: "photo__owner", …}`, a model that
    is reached in several ways by the shortest.
    """
    found: dict[type[models.Model], str] = {Photo: "owner"}
    waiting: deque[tuple[type[models.Model], str]] = deque([(User, ""), (Photo, "owner")])
    while waiting:
        model, path = waiting.popleft()
        for relation in _relations(model):
            if getattr(relation, "on_delete", None) is not models.CASCADE:
                continue
            theirs = relation.related_model
            if theirs in found or not isinstance(theirs, type) or theirs._meta.auto_created:
                continue
            lookup = "__".join(filter(None, (relation.field.name, path)))
            found[theirs] = lookup
            waiting.append((theirs, lookup))
    return found


def _relations(model: type[models.Model]) -> list[models.ForeignObjectRel]:
    """Return what points at a model, also where that has no name from its side."""
    fields = model._meta.get_fields(include_hidden=True)
    return [one for one in fields if isinstance(one, models.ForeignObjectRel)]


@cache
def made() -> Mapping[type[models.Model], str]:
    """Return the models whose rows stay, without the name, when who made them goes.

    `{Verdict: "given_by", …}`; what the histories keep of edits is not among them.
    """
    return {
        relation.related_model: relation.field.name
        for relation in _relations(User)
        if getattr(relation, "on_delete", None) is models.SET_NULL
        and isinstance(relation.related_model, type)
        and relation.related_model not in histories()
    }


@cache
def owned_by_guests() -> tuple[type[models.Model], ...]:
    """Return the models, other than photos, whose rows belong to a user or to a guest."""
    return tuple(
        model for model in apps.get_models() if model is not Photo and _has(model, "owner", "guest")
    )


def _has(model: type[models.Model], *names: str) -> bool:
    try:
        return all(model._meta.get_field(name) for name in names)
    except FieldDoesNotExist:
        return False


@cache
def histories() -> tuple[type[models.Model], ...]:
    """Return the models that keep what rows of others were before."""
    return tuple(model for model in apps.get_models() if hasattr(model, "instance_type"))


def rows_made_by(model: type[models.Model], user: User) -> QuerySet[models.Model]:
    """Return the rows of one of the models of `made` that a user made, by primary key."""
    return model._default_manager.filter(**{made()[model]: user}).order_by("pk")


def rows_of(model: type[models.Model], user: User) -> QuerySet[models.Model]:
    """Return the rows of one of the models of `paths` that belong to a user, by primary key."""
    return model._default_manager.filter(**{paths()[model]: user}).order_by("pk")


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the names of the columns of a model that an export shows, as in the database."""
    hidden = SECRETS.get(model._meta.label_lower, frozenset())
    return [field.attname for field in model._meta.concrete_fields if field.attname not in hidden]
