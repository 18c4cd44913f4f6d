"""What a curator should look at: gaps, doubts and contradictions among what is known of taxa."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wildlife.species.models import CommonName, ConservationAssessment, Range, Taxon
from wildlife.species.versions import FACTS

OLD = 10
"""Years after which the Red List itself says that an assessment needs updating."""
COUNTED = 1000
"""More than that is not counted: nobody works through it in one go."""

_Taxa = QuerySet[Taxon]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be wrong with a taxon; `tab` is where its page lets one put it right."""

    key: str
    title: str | Promise
    why: str | Promise
    find: Callable[[_Taxa], _Taxa]
    tab: str = ""


def accepted() -> _Taxa:
    """Return what checks look through: synonyms have no facts of their own."""
    return Taxon.objects.filter(accepted=None)


def count(check: Check, taxa: _Taxa) -> int:
    """Count the taxa that a check finds, up to COUNTED + 1."""
    return check.find(taxa).order_by()[: COUNTED + 1].count()


def _species(taxa: _Taxa) -> _Taxa:
    return taxa.filter(rank=Taxon.Rank.SPECIES)


def _wild(taxa: _Taxa) -> _Taxa:
    """Leave out domesticated animals: they live where people do."""
    return _species(taxa).filter(domesticated=False)


def _worldwide(**more: object) -> Exists:
    return Exists(ConservationAssessment.objects.filter(taxon=OuterRef("pk"), country="", **more))


def _without(name: str, taxa: _Taxa) -> _Taxa:
    facts = Taxon._meta.get_field(name).related_model
    return taxa.filter(~Exists(facts._default_manager.filter(taxon=OuterRef("pk"))))  # type: ignore[union-attr]


def _no_category(taxa: _Taxa) -> _Taxa:
    return _wild(taxa).filter(~_worldwide())


def _old_assessment(taxa: _Taxa) -> _Taxa:
    since = timezone.now().year - OLD
    return _species(taxa).filter(_worldwide(year__gt=0), ~_worldwide(year__gte=since))


def _undated_assessment(taxa: _Taxa) -> _Taxa:
    return _species(taxa).filter(_worldwide(year=0), ~_worldwide(year__gt=0))


def _no_name(language: str, taxa: _Taxa) -> _Taxa:
    spoken = CommonName.objects.filter(taxon=OuterRef("pk"), language__startswith=language)
    return _species(taxa).filter(~Exists(spoken))


def _same_name(taxa: _Taxa) -> _Taxa:
    shared = accepted().order_by().values("scientific_name").annotate(bearers=Count("pk"))
    return taxa.filter(scientific_name__in=shared.filter(bearers__gt=1).values("scientific_name"))


def _same_common_name(taxa: _Taxa) -> _Taxa:
    """Of one rank only: that a genus is called like its one species is no mistake."""
    others = CommonName.objects.filter(
        language=OuterRef("language"),
        name=OuterRef("name"),
        preferred=True,
        taxon__rank=OuterRef("taxon__rank"),
    ).exclude(taxon=OuterRef("taxon"))
    shared = CommonName.objects.filter(Exists(others), preferred=True)
    return taxa.filter(pk__in=shared.values("taxon"))


def _no_parent(taxa: _Taxa) -> _Taxa:
    return taxa.filter(parent=None).exclude(rank=Taxon.Rank.KINGDOM)


def _other_genus(taxa: _Taxa) -> _Taxa:
    below = _species(taxa).filter(parent__rank=Taxon.Rank.GENUS)
    return below.exclude(
        scientific_name__startswith=Concat(F("parent__scientific_name"), Value(" "))
    )


def _extinct_but_native(taxa: _Taxa) -> _Taxa:
    alive = Range.objects.filter(taxon=OuterRef("pk"), presence=Range.Presence.NATIVE)
    extinct = ConservationAssessment.Category.EX
    return _species(taxa).filter(_worldwide(category=extinct), Exists(alive))


def _unsourced(taxa: _Taxa) -> _Taxa:
    facts = Q()
    for model in FACTS:
        rows = model._default_manager.filter(taxon=OuterRef("pk"), source=None)
        facts |= Q(Exists(rows))
    return taxa.filter(facts | Q(~Q(description=""), description_source=None))


def _undescribed(taxa: _Taxa) -> _Taxa:
    return _species(taxa).filter(description="")


CHECKS: dict[str, Check] = {
    check.key: check
    for check in (
        Check(
            "no-category",
            _("No category"),
            _("Wild species without any worldwide assessment."),
            _no_category,
            "assessments",
        ),
        Check(
            "old-assessment",
            _("Old assessment"),
            format_lazy(
                _("The newest worldwide assessment is more than {years} years old."), years=OLD
            ),
            _old_assessment,
            "assessments",
        ),
        Check(
            "undated-assessment",
            _("Assessment without a year"),
            _("Nobody can tell whether it still holds."),
            _undated_assessment,
            "assessments",
        ),
        Check(
            "no-habitat",
            _("No habitat"),
            _("Wild species of which no habitat is known."),
            lambda taxa: _without("habitats", _wild(taxa)),
            "habitats",
        ),
        Check(
            "no-range",
            _("No range"),
            _("Wild species of which no country is known."),
            lambda taxa: _without("ranges", _wild(taxa)),
            "ranges",
        ),
        Check(
            "no-english",
            _("No English name"),
            _("Species that the pages can only call by their scientific name."),
            lambda taxa: _no_name("en", taxa),
            "common_names",
        ),
        Check(
            "no-chinese",
            _("No Chinese name"),
            _("Species without a name in Chinese."),
            lambda taxa: _no_name("zh", taxa),
            "common_names",
        ),
        Check(
            "same-name",
            _("Same scientific name"),
            _("Two accepted taxa share it: duplicates, which merging makes one, or true homonyms."),
            _same_name,
        ),
        Check(
            "same-common-name",
            _("Same common name"),
            _("Two taxa of one rank are preferably called the same in one language."),
            _same_common_name,
            "common_names",
        ),
        Check(
            "other-genus",
            _("Named after another genus"),
            _("The first word of the name is not the genus that the species belongs to."),
            _other_genus,
        ),
        Check(
            "no-parent",
            _("Outside the tree"),
            _("Taxa that belong to no other and are no kingdom."),
            _no_parent,
        ),
        Check(
            "extinct-but-native",
            _("Extinct, and yet native"),
            _("Assessed as extinct, while a country still has it as native."),
            _extinct_but_native,
            "ranges",
        ),
        Check(
            "unsourced",
            _("Fact without a source"),
            _("Something is said of it, and nobody knows who said it."),
            _unsourced,
        ),
        Check(
            "undescribed",
            _("No description"),
            _("Species without a few sentences of our own."),
            _undescribed,
        ),
    )
}
