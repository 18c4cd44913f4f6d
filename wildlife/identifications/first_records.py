"""The first of its species in a project: it counts once somebody has looked again.

R1  A word that names a species, or a subspecies, on a project's photo vouches for it there, unless
    it wants a second look.
R2  It wants one where no word of the project vouches for the species yet.
R3  But not where somebody else has said the same of the photo; nor where it is said knowingly, by
    whoever may; nor where it came with a file, which somebody has checked before it was taken in.
R4  As soon as a word vouches for a species, all that wanted a second look have had it. When none
    vouches for it any more, they want it again. That is looked at when somebody speaks of the
    species: photos that are moved or deleted tell with the next word on it.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

RANKS = (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)
Look = Verdict.SecondLook


def look_at(photo_id: UUID, taxon: Taxon | None, by: User | None) -> str:
    """Return what the second look of a word is at first: WANTED, or "" where none is (R2, R3)."""
    if taxon is None or taxon.rank not in RANKS:
        return ""
    project = Photo.objects.values_list("project", flat=True).get(pk=photo_id)
    if project is None or not new_to(project, [taxon.pk]):
        return ""
    theirs = Verdict.objects.filter(photo=photo_id, taxon=taxon).exclude(given_by=by)
    return "" if theirs.exists() else Look.WANTED


def new_to(project: UUID, taxa: Collection[int]) -> set[int]:
    """Return the species among taxa for which no word of a project vouches; one query."""
    species = Taxon.objects.filter(pk__in=taxa, rank__in=RANKS)
    vouching = _vouching(project).filter(taxon=OuterRef("pk"))
    return set(species.exclude(Exists(vouching)).values_list("pk", flat=True))


def shows_new(project: Project) -> Q:
    """Return what holds of the photos of a project whose surest animal is a species new to it."""
    vouched = _vouching(project.pk).filter(taxon__isnull=False).values("taxon")
    return Q(taxon__rank__in=RANKS) & ~Q(taxon__in=vouched)


def follow(photo_ids: Collection[UUID], lost: Iterable[int] = ()) -> set[UUID]:
    """Let the words of the same projects follow R4; return the photos where they count anew.

    `lost` are taxa that words on the photos named before. Two queries where nothing waits.
    """
    of_photos = Photo.objects.filter(pk__in=photo_ids, project__isnull=False)
    named = Verdict.objects.filter(photo__in=photo_ids, taxon__isnull=False).values("taxon")
    first = Verdict.objects.exclude(second_look="").filter(
        Q(taxon__in=named) | Q(taxon__in=list(lost)),
        photo__project__in=of_photos.order_by().values("project"),
    )
    moved: set[UUID] = set()
    for project, taxon in first.order_by().values_list("photo__project", "taxon").distinct():
        look = Look.WANTED if new_to(project, [taxon]) else Look.HAD
        others = first.filter(photo__project=project, taxon=taxon).exclude(second_look=look)
        rows = list(others.order_by().values_list("pk", "photo"))
        Verdict.objects.filter(pk__in=[pk for pk, _ in rows]).update(second_look=look)
        moved |= {photo for _, photo in rows}
    return moved


def _vouching(project: UUID) -> QuerySet[Verdict]:
    return Verdict.objects.filter(photo__project=project, second_look="")
