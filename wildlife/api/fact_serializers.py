"""Facts of a taxon as the API tells and takes them: the same fields, in and out."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from wildlife.species.countries import country_name
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)


def accepted_taxa() -> "QuerySet[Taxon]":
    return Taxon.objects.filter(accepted=None)


class KeyField(serializers.SlugRelatedField[Any]):
    """The key of something. Nothing is said by null; "" is the key of nothing, and refused."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data == "":
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        return super().run_validation(data)


class SourceField(KeyField):
    """The key of one of the sources."""

    def __init__(self, **options: Any) -> None:
        if not options.get("read_only"):
            options.setdefault("queryset", Source.objects.all())
        super().__init__(slug_field="key", **options)


class FactSerializer(serializers.ModelSerializer[Any]):
    """A fact and the key of its source. Whether it may be said is asked when it is written."""

    source = SourceField(allow_null=True, required=False)  # type: ignore[assignment]

    def get_validators(self) -> list[Any]:
        return []


class CommonNameSerializer(FactSerializer):
    class Meta:
        model = CommonName
        fields = ["language", "name", "preferred", "source"]


class AssessmentSerializer(FactSerializer):
    label = serializers.CharField(source="get_category_display", read_only=True)  # type: ignore[assignment]

    class Meta:
        model = ConservationAssessment
        fields = [
            "category",
            "label",
            "year",
            "trend",
            "criteria",
            "authority",
            "country",
            "citation",
            "source",
        ]


class TaxonHabitatSerializer(FactSerializer):
    code = serializers.SlugRelatedField(
        source="habitat",
        slug_field="code",
        queryset=Habitat.objects.all(),
        help_text="IUCN Habitats Classification Scheme.",
    )
    name = serializers.CharField(source="habitat.name", read_only=True)

    class Meta:
        model = TaxonHabitat
        fields = ["code", "name", "suitability", "major", "source"]


class RangeSerializer(FactSerializer):
    name = serializers.SerializerMethodField(help_text="The country's, in your language.")

    class Meta:
        model = Range
        fields = ["country", "name", "region", "presence", "source"]

    def get_name(self, row: Range) -> str:
        return country_name(row.country, self.context.get("language", "en"))


class TraitSerializer(FactSerializer):
    class Meta:
        model = Trait
        fields = ["kind", "value", "source"]


class IdentifierSerializer(FactSerializer):
    class Meta:
        model = TaxonIdentifier
        fields = ["authority", "value", "source"]


class LookAlikeSerializer(FactSerializer):
    taxon = serializers.SlugRelatedField(
        source="other", slug_field="slug", queryset=accepted_taxa(), help_text="The other's key."
    )
    scientific_name = serializers.CharField(source="other.scientific_name", read_only=True)
    common_name = serializers.SerializerMethodField()

    class Meta:
        model = LookAlike
        fields = ["taxon", "scientific_name", "common_name", "difference", "source"]

    def get_common_name(self, row: LookAlike) -> str:
        common: dict[str, str] = self.context.get("common", {})
        return common.get(row.other.slug, "")
