"""Having networks loaded before the first photo asks for them, and letting go of old ones."""

import threading
from collections.abc import Collection

import structlog
from django.db import connection

from models_registry.errors import ModelError
from models_registry.services import registry
from pipelines.identify import Lineup, Member, build
from wildlife.identifications import lineup
from wildlife.identifications.models import Run

log = structlog.get_logger(__name__)


class Warmer:
    """Follows the active releases in the background; one per worker process."""

    def __init__(self) -> None:
        self._wanted: frozenset[str] = frozenset()

    def follow(self, queues: Collection[str]) -> threading.Thread | None:
        """Load, in a thread of its own, what the steps on these queues need, if that has changed.

        Returns the thread, None where there was nothing to do. Quick: one query.
        """
        try:
            who = lineup.current()
        except lineup.LineupIncomplete:
            return None
        mine = networks(who, queues)
        if frozenset(mine) == self._wanted:
            return None
        self._wanted = frozenset(mine)
        thread = threading.Thread(target=_load, args=(mine,), name="warmer", daemon=True)
        thread.start()
        return thread


def networks(who: Lineup, queues: Collection[str]) -> list[str]:
    """Return the releases that the steps on these queues run, in the order of the graph."""
    steps = build(who).steps
    return [step.release for step in steps if step.release and step.queue in queues]


def _load(releases: list[str]) -> None:
    models = registry()
    try:
        in_flight = {
            member.release
            for stored in Run.objects.filter(state=Run.State.RUNNING).values_list("lineup")
            for member in _members(lineup.from_json(stored[0]))
        }
    finally:
        connection.close()
    models.keep_only({*releases, *in_flight})
    for release in releases:
        try:
            if models.card(release).kind == "detector":
                models.detector(release)
            else:
                models.classifier(release)
        except ModelError as error:
            # The step that needs it will say so again, to the one who waits for the answer.
            log.warning("not_loaded", release=release, error=str(error))


def _members(who: Lineup) -> tuple[Member, ...]:
    return (who.detector, who.coarse, *who.experts)
