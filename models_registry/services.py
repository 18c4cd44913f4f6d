"""The registry of this process, and the rows that follow its cards."""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import transaction

from models_registry.card import ModelCard
from models_registry.errors import ModelError
from models_registry.models import ModelRelease
from models_registry.registry import Registry


@cache
def registry() -> Registry:
    """Return this process's registry, made from the settings at the first call."""
    return Registry(
        card_dirs=settings.MODEL_CARD_DIRS,
        cache_dir=settings.MODEL_CACHE_DIR,
        shared_dir=settings.SHARED_DIR,
        device=settings.MODEL_DEVICE,
        precision=settings.MODEL_PRECISION,
    )


@dataclass(frozen=True, slots=True)
class Sync:
    """What a sync found: keys of new releases, and a sentence for each that cannot run."""

    added: tuple[str, ...]
    faults: tuple[str, ...]


@transaction.atomic
def sync_releases() -> Sync:
    """Make the rows follow the cards; what curators may change is set for new rows only.

    A new version takes the place of the active one of its name, unless its weights are missing;
    where all versions of a name are retired, it is retired too. Doing it again changes nothing.
    """
    models = registry()
    models.refresh()
    added, faults = [], [str(fault) for fault in models.refused]
    for card in sorted(models.cards.values(), key=_age):
        fault = _fault(models, card)
        if fault:
            faults.append(fault)
        release = ModelRelease.objects.filter(name=card.name, version=card.version).first()
        if release is None:
            _add(card, available=not fault)
            added.append(card.key)
        else:
            _update(
                release,
                title=card.title,
                kind=card.kind,
                sha256=card.sha256,
                available=not fault,
            )
    for release in ModelRelease.objects.filter(available=True):
        if release.key not in models.cards:
            faults.append(f"The card of {release.key} is gone.")
            _update(release, available=False)
    return Sync(tuple(added), tuple(faults))


@transaction.atomic
def activate(release: ModelRelease) -> None:
    """Make a release active in the place of any other version of its name."""
    others = ModelRelease.objects.filter(name=release.name).exclude(pk=release.pk)
    for other in others:
        _update(other, stage=ModelRelease.Stage.RETIRED)
    _update(release, stage=ModelRelease.Stage.ACTIVE)


def retire(release: ModelRelease) -> None:
    """Take a release out of new runs."""
    _update(release, stage=ModelRelease.Stage.RETIRED)


def _add(card: ModelCard, *, available: bool) -> None:
    family = ModelRelease.objects.filter(name=card.name)
    wanted = not family.exists() or family.filter(stage=ModelRelease.Stage.ACTIVE).exists()
    release = ModelRelease.objects.create(
        name=card.name,
        version=card.version,
        title=card.title,
        kind=card.kind,
        stage=ModelRelease.Stage.RETIRED,
        weight=card.weight,
        threshold=card.threshold,
        groups=list(card.groups),
        sha256=card.sha256,
        available=available,
    )
    if wanted and (available or family.count() == 1):
        activate(release)


def _update(release: ModelRelease, **values: object) -> None:
    """Set what differs; a row that already says so gets no entry in its history."""
    changed = [name for name, value in values.items() if getattr(release, name) != value]
    for name in changed:
        setattr(release, name, values[name])
    if changed:
        release.save(update_fields=changed)


def _fault(models: Registry, card: ModelCard) -> str:
    try:
        models.verify(card.key)
    except ModelError as error:
        return str(error)
    return ""


def _age(card: ModelCard) -> tuple[str, list[tuple[int, str]]]:
    """Sort versions as people count: 2 before 10, 1.9 before 1.10."""
    parts = re.findall(r"\d+|[A-Za-z]+", card.version)
    return card.name, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
