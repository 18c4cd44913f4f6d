"""Which photos answer a wish. Each condition has its index, or is read off the library's own."""

from datetime import UTC, datetime, time
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from wildlife.library.models import Tagged
from wildlife.library.reader import Reader
from wildlife.library.wish import Box, State, Wish
from wildlife.photos.models import Photo
from wildlife.species.filters import assessed_as, below
from wildlife.species.models import Taxon
from wildlife.species.paths import starting_with
from wildlife.species.selectors import classes_of

PENDING = (Photo.State.WAITING, Photo.State.RUNNING)

_SEEN = """
    WITH RECURSIVE seen(id) AS (
        SELECT min(taxon_id) FROM photos_photo
        UNION ALL
        SELECT (SELECT min(taxon_id) FROM photos_photo WHERE taxon_id > seen.id)
        FROM seen WHERE seen.id IS NOT NULL
    )
    SELECT id FROM seen WHERE id IS NOT NULL
"""
"""The taxa that photos show: from each the index leads to the next, past all its photos."""


def matching(reader: Reader, wish: Wish) -> QuerySet[Photo]:
    """Return the photos that a reader may see and that answer a wish, the newest first."""
    showing = _showing(wish)
    photos = _others(reader, wish)
    return photos if showing is None else photos.filter(showing[0] | showing[1])


def branches(reader: Reader, wish: Wish) -> list[QuerySet[Photo]]:
    """Return the same photos as one or two sets, which may share some.

    Where an animal is asked for it is the surest of a photo, or one of the others: each of the two
    has its own index, while both in one question have none.
    """
    showing = _showing(wish)
    photos = _others(reader, wish)
    return [photos] if showing is None else [photos.filter(part) for part in showing]


def _others(reader: Reader, wish: Wish) -> QuerySet[Photo]:
    """Return the photos that answer all of a wish but for what is on them."""
    photos = reader.photos(wish.project).filter(
        _taken(wish), _in_box(_box(reader, wish)), _as_sure(wish.sure), _marked(wish)
    )
    if wish.upload:
        photos = photos.filter(upload=UUID(wish.upload))
    if wish.deployment:
        photos = photos.filter(deployment=UUID(wish.deployment))
    if wish.tag:
        named = list(reader.tags().filter(name=wish.tag))
        photos = photos.filter(pk__in=Tagged.objects.filter(tag__in=named).values("photo"))
    return photos.order_by("-moment", "-id")


def _showing(wish: Wish) -> tuple[Q, Q] | None:
    """Keep photos of which one animal is all that is asked: a cat, a mammal, endangered.

    Returns what holds of those whose surest animal it is, and of those where it is another one.
    """
    if not (wish.taxon or wish.group or wish.category):
        return None
    taxa = Taxon.objects.order_by()
    if wish.taxon:
        asked = Taxon.objects.select_related("accepted").filter(slug=wish.taxon).first()
        path = (asked.accepted or asked).path if asked else ""
        taxa = taxa.filter(starting_with("path", path)) if path else taxa.none()
    if wish.group:
        classes = Taxon.objects.filter(
            scientific_name__in=classes_of(wish.group), rank=Taxon.Rank.CLASS
        )
        taxa = taxa.filter(below(classes))
    if wish.category:
        taxa = taxa.filter(assessed_as(wish.category))
    surest = list(taxa.filter(pk__in=_seen()).values_list("pk", flat=True))
    further = Photo.further_taxa.through.objects.filter(taxon__in=taxa.values("pk"))
    return Q(taxon__in=surest), Q(several_taxa=True, pk__in=further.values("photo"))


def _seen() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_SEEN)
        return [pk for (pk,) in cursor.fetchall()]


def _taken(wish: Wish) -> Q:
    since, until = wish.days
    condition = Q()
    if since:
        condition &= Q(moment__gte=datetime.combine(since, time(), UTC))
    if until:
        condition &= Q(moment__lte=datetime.combine(until, time.max, UTC))
    return condition


def _box(reader: Reader, wish: Wish) -> Box | None:
    box = Box.read(wish.box)
    return box if box is None or reader.knows_places(wish.project) else box.coarse()


def _in_box(box: Box | None) -> Q:
    if box is None:
        return Q()
    across = Q(longitude__range=(box.west, box.east))
    if box.west > box.east:
        across = Q(longitude__gte=box.west) | Q(longitude__lte=box.east)
    return Q(latitude__range=(box.south, box.north)) & across


def _as_sure(text: str) -> Q:
    if not text:
        return Q()
    least, most = (int(part) / 100 for part in text.split("-"))
    condition = Q(confidence__gte=least)
    return condition if most == 1 else condition & Q(confidence__lt=most)


def _marked(wish: Wish) -> Q:
    marks = ("disputed", "people", "vehicles", "blank")
    condition = Q(**{name: True for name in marks if getattr(wish, name)})
    if wish.state == State.FAILED:
        condition &= Q(state=Photo.State.FAILED)
    elif wish.state == State.PENDING:
        condition &= Q(state__in=PENDING)
    return condition
