"""What waits for a reviewer, and in which order; two reviewers do not get the same photo."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wildlife.identifications import first_records
from wildlife.identifications.models import Verdict
from wildlife.library.filters import matching
from wildlife.library.reader import Reader
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.review.models import Claim

CLAIMED_FOR = timedelta(minutes=5)
PORTION = 30
MOST_COUNTED = 1_000
"""So many are told exactly: a number beside a link must cost nothing among a million."""


class Order(models.TextChoices):
    UNCERTAIN = "uncertain", _("least sure first")
    RARE = "rare", _("rarest first")
    NEWEST = "newest", _("newest first")


@dataclass(frozen=True, slots=True)
class Queue:
    """What a reviewer works through: photos of a project, or without one their own, that answer a
    wish."""

    project: Project | None
    user: User
    wish: Wish
    order: Order = Order.UNCERTAIN
    by_event: bool = False
    vouches: bool = False
    """Whether the reviewer may confirm a species that is new to the project by themselves."""

    def photos(self) -> QuerySet[Photo]:
        """Return the photos on which the reviewer's word is still wanted, in no order.

        Photos that the project accepts by itself, and those that the reviewer has spoken of, are
        not among them; but whoever vouches gets those again that want a second look, where one
        reviewer is enough.
        """
        shown = matching(Reader(self.user, ""), self.wish.without("state")).order_by()
        own = Verdict.objects.filter(photo=OuterRef("pk"), given_by=self.user)
        whole = kept_by(self.project, self.user)
        done = Q(Exists(own))
        if self.vouches and self.project and self.project.reviewers_needed < 2:
            wanted = Verdict.objects.filter(
                photo=OuterRef("pk"), second_look=Verdict.SecondLook.WANTED
            )
            done &= ~Q(Exists(wanted))
        return shown.filter(whole, unsettled(self.project)).exclude(done)

    def take(self, number: int, without: Collection[UUID] = ()) -> list[Photo]:
        """Return the next photos, claimed for the reviewer, past those that others have.

        By event it is one photo of each, its surest; the others go with it.
        """
        now = timezone.now()
        theirs = Claim.objects.filter(photo=OuterRef("pk"), until__gt=now).exclude(user=self.user)
        free = self.photos().exclude(pk__in=list(without)).exclude(Exists(theirs))
        if self.by_event:
            free = free.exclude(event__photos__in=list(without))
        taken: list[Photo] = []
        events: set[UUID] = set()
        for photo in self._ordered(free):
            if self.by_event and photo.event_id is not None:
                if photo.event_id in events:
                    continue
                events.add(photo.event_id)
            if self._claim(photo):
                taken.append(photo)
            if len(taken) == number:
                break
        return taken

    def _ordered(self, photos: QuerySet[Photo]) -> Iterator[Photo]:
        rows = photos.select_related("taxon", "event")
        if self.order is Order.NEWEST:
            yield from _portions(rows.order_by("-moment", "-pk"))
            return
        named = rows.filter(confidence__isnull=False)
        if self.order is Order.UNCERTAIN:
            yield from _portions(named.order_by("confidence", "pk"))
        else:
            for taxon in self._rarest(photos):
                yield from _portions(named.filter(taxon=taxon).order_by("confidence", "pk"))
        yield from _portions(rows.filter(confidence=None).order_by("pk"))

    def _rarest(self, photos: QuerySet[Photo]) -> list[int]:
        """Return the taxa of photos, those with the fewest photos in all first."""
        whole = kept_by(self.project, self.user)
        counts = Photo.objects.filter(whole, taxon__isnull=False).order_by()
        ranked = counts.values("taxon").annotate(many=Count("pk")).order_by("many", "taxon")
        waiting = set(photos.order_by().values_list("taxon", flat=True).distinct())
        return [row["taxon"] for row in ranked if row["taxon"] in waiting]

    def _claim(self, photo: Photo) -> bool:
        """Keep a photo for the reviewer; False where somebody else was quicker."""
        now = timezone.now()
        with transaction.atomic():
            claim, made = Claim.objects.get_or_create(
                photo=photo, defaults={"user": self.user, "until": now + CLAIMED_FOR}
            )
            if made:
                return True
            free = Q(user=self.user) | Q(until__lte=now)
            mine = Claim.objects.filter(free, pk=claim.pk)
            return bool(mine.update(user=self.user, until=now + CLAIMED_FOR))


def kept_by(project: Project | None, user: User) -> Q:
    """Return what holds of the photos of a project, or without one of the user's own."""
    return Q(project=project) if project else Q(owner=user, project=None)


def unsettled(project: Project | None) -> Q:
    """Return what holds of those of its photos that wait for a word, whoever speaks.

    What the project accepts by itself waits for nobody, unless it is the first of its species.
    """
    waiting = Q(state=Photo.State.DONE, settled=False)
    if project is None or project.accept_above is None:
        return waiting
    sure = Q(confidence__gte=project.accept_above, confidence__isnull=False)
    accepted = sure & Q(several_taxa=False, disputed=False)
    return waiting & (~accepted | first_records.shows_new(project))


def waiting_for(project: Project | None, user: User) -> int:
    """Return how many photos wait for a word, in a project whoever speaks; at most MOST_COUNTED are
    counted. Of own photos nobody else speaks: what their owner is not sure of waits no more."""
    rows = Photo.objects.filter(kept_by(project, user), unsettled(project)).order_by()
    if project is None:
        own = Verdict.objects.filter(photo=OuterRef("pk"), given_by=user)
        rows = rows.exclude(Exists(own))
    return rows.values("pk")[:MOST_COUNTED].count()


def _portions(rows: QuerySet[Photo]) -> Iterator[Photo]:
    """Yield rows that are read some at a time, each time to the end: what is read between two
    claims must not hold SQLite back from writing."""
    start = 0
    while portion := list(rows[start : start + PORTION]):
        yield from portion
        start += PORTION


def group_of(photo: Photo, *, by_event: bool) -> list[Photo]:
    """Return the photos that are spoken of together with one, itself among them, by time."""
    if not by_event or photo.event_id is None:
        return [photo]
    return list(Photo.objects.filter(event=photo.event_id).order_by("taken_at", "pk"))


def new_to(project: Project, taxa: Collection[int]) -> set[int]:
    """Return the species among taxa that nobody vouches for in a project: the first of each there
    wants a second look."""
    return first_records.new_to(project.pk, taxa)


def release(user: User, photo_ids: Collection[UUID]) -> None:
    """Let others have photos that somebody leaves without a word."""
    Claim.objects.filter(user=user, photo__in=photo_ids).delete()


def tidy() -> None:
    """Forget claims that have ended."""
    Claim.objects.filter(until__lt=timezone.now()).delete()
