"""A sheet of animals that look alike, ready to be answered by a key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from wildlife.identifications.answers import machine_says
from wildlife.identifications.models import Detection, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.review.lookalikes import Group
from wildlife.review.models import Acceptance
from wildlife.review.queue import new_to
from wildlife.species.models import Taxon
from wildlife.web import wording
from wildlife.web.names import Name, names_of
from wildlife.web.review.turns import MOST_CHOICES, Choice

MOST_SAID = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """An animal as its crop; `other` is what the models say of it where that is not the sheet's."""

    detection: Detection
    photo: Photo
    other: str
    percent: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """`suggested` is the answer as the form sends it; `is_new` says that nobody has confirmed its
    animal in this project yet."""

    centre: int
    title: str
    name: Name | None
    suggested: str
    percent: str
    sure: str
    tiles: tuple[Tile, ...]
    choices: tuple[Choice, ...]
    is_new: bool
    shown: str


@dataclass(frozen=True, slots=True)
class Together:
    """What the reviewer said of several at once, and can take back."""

    batch: str
    title: str
    count: int


def sheet_of(project: Project, group: Group) -> Sheet:
    """Return the sheet of a group; a fixed number of queries."""
    ids = [one.detection for one in group.members]
    rows = Detection.objects.select_related("photo", "identification__taxon").in_bulk(ids)
    members = [rows[pk] for pk in ids if pk in rows]  # one may have gone just now
    taxon = Taxon.objects.filter(pk=group.taxon).first() if group.taxon else None
    shares = _shares(members)
    slug = taxon.slug if taxon else ""
    names = names_of({*shares, slug} - {""})
    del shares[slug]
    sureness = sum(one.sureness for one in group.members) / len(group.members)
    name = names.get(slug)
    return Sheet(
        centre=group.centre,
        title=_title(group.kind, name),
        name=name,
        suggested=f"{group.kind}:{slug}",
        percent=wording.percent(sureness),
        sure=wording.confidence(sureness),
        tiles=tuple(_tile(row, group, names) for row in members),
        choices=_choices(shares, names, len(members)),
        is_new=taxon is not None and bool(new_to(project, [taxon.pk])),
        shown=",".join(map(str, ids)),
    )


def said_together(project: Project, user_id: int) -> list[Together]:
    """Return what a reviewer said last of several animals at once; three queries."""
    own = Verdict.objects.filter(photo__project=project, given_by=user_id, batch__isnull=False)
    accepted = Acceptance.objects.filter(project=project, by=user_id).values("pk")
    batches = (
        own.exclude(batch__in=accepted)
        .order_by()
        .values("batch", "kind", "taxon__slug")
        .annotate(many=Count("pk"), last=Max("given_at"))
        .filter(many__gt=1)
        .order_by("-last")[:MOST_SAID]
    )
    rows = list(batches)
    names = names_of(row["taxon__slug"] for row in rows if row["taxon__slug"])
    return [
        Together(
            batch=str(row["batch"]),
            title=_title(row["kind"], names.get(row["taxon__slug"] or "")),
            count=row["many"],
        )
        for row in rows
    ]


def _title(kind: str, name: Name | None) -> str:
    if name is not None:
        return name.title
    if kind == Verdict.Kind.ANIMAL:
        return _("An animal, kind not known")
    return str(Verdict.Kind(kind).label)


def _tile(row: Detection, group: Group, names: Mapping[str, Name]) -> Tile:
    kind, taxon, sureness = machine_says(row)
    same = (kind, taxon.pk if taxon else None) == (group.kind, group.taxon)
    own = _title(str(kind), names.get(taxon.slug) if taxon else None)
    percent = wording.percent(sureness) if sureness is not None else ""
    return Tile(row, row.photo, "" if same else own, percent)


def _shares(members: Sequence[Detection]) -> Counter[str]:
    """Return how much of the models' sureness each taxon has, by slug, over all members."""
    shares: Counter[str] = Counter()
    for row in members:
        answer = getattr(row, "identification", None)
        if answer is None:
            continue
        if answer.taxon:
            shares[answer.taxon.slug] += answer.confidence
        shares.update(dict(answer.runners_up))
    return shares


def _choices(shares: Counter[str], names: Mapping[str, Name], of: int) -> tuple[Choice, ...]:
    known = [(names[slug], share) for slug, share in shares.most_common() if slug in names]
    return tuple(
        Choice(digit, name, wording.percent(share / of))
        for digit, (name, share) in enumerate(known[:MOST_CHOICES], start=1)
    )
