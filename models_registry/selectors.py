"""Reading what the database knows of releases."""

from django.db.models import QuerySet

from models_registry.models import ModelRelease


def active_releases() -> QuerySet[ModelRelease]:
    """Return the releases that take part in new runs: active, with their weights here."""
    return ModelRelease.objects.filter(stage=ModelRelease.Stage.ACTIVE, available=True)
