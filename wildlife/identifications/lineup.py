"""Who takes part in a run: the active releases at this moment, or those a run was started with."""

from typing import Any

import msgspec
from django.conf import settings

from models_registry.models import ModelRelease
from models_registry.selectors import active_releases
from models_registry.services import registry
from pipelines.identify import Lineup, Member
from pipelines.rules import Rules

NO_DETECTOR = "No detector is active. Staff can activate one in the admin, under Models."
NO_COARSE = "No coarse classifier is active. Staff can activate one in the admin, under Models."
NO_EXPERT = "No species expert is active. Staff can activate one in the admin, under Models."


class LineupIncomplete(Exception):
    """A detector, a coarse classifier or every expert is missing; says which and what to do."""


def current() -> Lineup:
    """Return the line-up of the releases that are active and on this machine's disk.

    Of several active detectors or coarse classifiers the newest is taken. Raises LineupIncomplete.
    """
    releases: dict[str, list[ModelRelease]] = {}
    for release in active_releases().order_by("-created_at", "-id"):
        releases.setdefault(release.kind, []).append(release)
    detectors = releases.get(ModelRelease.Kind.DETECTOR)
    coarse = releases.get(ModelRelease.Kind.COARSE)
    embedders = releases.get(ModelRelease.Kind.EMBEDDER, [])
    experts = [*releases.get(ModelRelease.Kind.EXPERT, []), *filter(_compares, embedders)]
    if not detectors:
        raise LineupIncomplete(_absent(ModelRelease.Kind.DETECTOR) or NO_DETECTOR)
    if not coarse:
        raise LineupIncomplete(_absent(ModelRelease.Kind.COARSE) or NO_COARSE)
    if not experts:
        raise LineupIncomplete(_absent(ModelRelease.Kind.EXPERT) or NO_EXPERT)
    return Lineup(
        detector=_member(detectors[0]),
        coarse=_member(coarse[0]),
        experts=tuple(sorted((_member(one) for one in experts), key=lambda one: one.name)),
        rules=Rules(method=settings.FUSION_METHOD),
    )


def comparing() -> list[Member]:
    """Return the active embedders that vote by comparing with what is known."""
    embedders = active_releases().filter(kind=ModelRelease.Kind.EMBEDDER)
    return [_member(one) for one in embedders if _compares(one)]


def _compares(embedder: ModelRelease) -> bool:
    """Return whether an embedder has a gallery to compare with."""
    card = registry().cards.get(embedder.key)
    return card is not None and bool(card.gallery)


def _absent(kind: ModelRelease.Kind) -> str:
    """Say which active releases of a kind cannot take part for want of weights, "" for none."""
    active = ModelRelease.objects.filter(stage=ModelRelease.Stage.ACTIVE, available=False)
    names = ", ".join(release.key for release in active.filter(kind=kind))
    if not names:
        return ""
    return (
        f"The weights of {names} are not on this machine; "
        "manage.py sync_models says where they are looked for."
    )


def to_json(lineup: Lineup) -> Any:
    """Return a line-up as the plain values that a run stores."""
    return msgspec.to_builtins(lineup)


def from_json(stored: Any) -> Lineup:
    """Return the line-up that a run stored."""
    return msgspec.convert(stored, Lineup)


def _member(release: ModelRelease) -> Member:
    return Member(
        name=release.name,
        release=release.key,
        title=release.title,
        sha256=release.sha256,
        weight=release.weight,
        threshold=release.threshold,
        groups=tuple(release.groups),
        queue=release.queue,
    )
