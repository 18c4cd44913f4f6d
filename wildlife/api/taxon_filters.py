"""What a list of taxa may be narrowed down by."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from pipelines.types import GROUPS
from wildlife.species.countries import validate_country
from wildlife.species.filters import assessed_as, below, found_in, living_in
from wildlife.species.models import ConservationAssessment, Habitat, Taxon
from wildlife.species.selectors import classes_of


class _Strict(forms.Form):
    """Refuses what a form of a page would pass over: values that are empty, or no yes or no."""

    def clean(self) -> None:
        for name in self.fields:
            told = self.data.get(name)
            if told == "":
                self.add_error(name, _("Say a value, or leave it out."))
            elif told is not None and self._unclear(name):
                self.add_error(name, _("Say true or false."))

    def _unclear(self, name: str) -> bool:
        asks = isinstance(self.fields[name], forms.NullBooleanField)
        return asks and self.cleaned_data.get(name) is None


class TaxonFilter(FilterSet):
    rank = django_filters.MultipleChoiceFilter(choices=Taxon.Rank.choices, distinct=False)
    parent = django_filters.ModelChoiceFilter(
        queryset=Taxon.objects.filter(accepted=None),
        to_field_name="slug",
        help_text="Only what hangs right below the taxon with this key.",
    )
    within = django_filters.ModelChoiceFilter(
        queryset=Taxon.objects.filter(accepted=None),
        to_field_name="slug",
        method="keep_within",
        help_text="Only the taxon with this key, such as a class, and all that is below it.",
    )
    group = django_filters.ChoiceFilter(
        choices=[(group, group.capitalize()) for group in GROUPS if group != "other"],
        method="keep_group",
        help_text="Coarse groups, such as those that photos are first sorted into.",
    )
    category = django_filters.ChoiceFilter(
        choices=ConservationAssessment.Category.choices,
        method="keep_category",
        help_text="IUCN Red List category of the newest assessment for the whole world.",
    )
    habitat = django_filters.ModelChoiceFilter(
        queryset=Habitat.objects.all(),
        to_field_name="code",
        method="keep_habitat",
        help_text="IUCN Habitats Classification Scheme: `1` has those of `1.6` as well.",
    )
    country = django_filters.CharFilter(
        method="keep_country",
        validators=[validate_country],
        help_text="ISO 3166-1 alpha-3: what lives there, native or not.",
    )

    class Meta:
        model = Taxon
        fields = ["domesticated", "sensitive"]
        form = _Strict

    @extend_schema_field(OpenApiTypes.STR)
    def keep_within(self, taxa: "QuerySet[Taxon]", name: str, top: Taxon) -> "QuerySet[Taxon]":
        return taxa.filter(below([top]))

    def keep_group(self, taxa: "QuerySet[Taxon]", name: str, group: str) -> "QuerySet[Taxon]":
        return taxa.filter(below(Taxon.objects.filter(scientific_name__in=classes_of(group))))

    def keep_category(self, taxa: "QuerySet[Taxon]", name: str, code: str) -> "QuerySet[Taxon]":
        return taxa.filter(assessed_as(code))

    @extend_schema_field(OpenApiTypes.STR)
    def keep_habitat(self, taxa: "QuerySet[Taxon]", name: str, one: Habitat) -> "QuerySet[Taxon]":
        return taxa.filter(living_in(one.code))

    def keep_country(self, taxa: "QuerySet[Taxon]", name: str, code: str) -> "QuerySet[Taxon]":
        return taxa.filter(found_in(code))
