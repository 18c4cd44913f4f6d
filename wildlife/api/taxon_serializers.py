"""What the API says of taxa and takes for them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wildlife.api.answer_serializers import RankedNameSerializer, SourceSerializer
from wildlife.api.fact_serializers import (
    AssessmentSerializer,
    CommonNameSerializer,
    IdentifierSerializer,
    KeyField,
    LookAlikeSerializer,
    RangeSerializer,
    SourceField,
    TaxonHabitatSerializer,
    TraitSerializer,
    accepted_taxa,
)
from wildlife.api.serializers import Plain
from wildlife.species.models import Source, Taxon


class ParentField(KeyField):
    """The key of the taxon right above."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="slug", **options)


class SynonymSerializer(serializers.ModelSerializer[Taxon]):
    class Meta:
        model = Taxon
        fields = ["slug", "scientific_name"]


class TaxonSerializer(serializers.ModelSerializer[Taxon]):
    """A taxon in a list."""

    url = serializers.HyperlinkedIdentityField(
        view_name="api:taxon", lookup_field="slug", help_text="Everything about the taxon."
    )
    common_name = serializers.SerializerMethodField(
        help_text="In your language, else English; empty where people have none."
    )
    parent = ParentField(read_only=True, allow_null=True)  # type: ignore[assignment]
    category = serializers.SerializerMethodField(
        help_text="IUCN Red List category of the newest assessment for the whole world, or empty."
    )
    matched = serializers.SerializerMethodField(
        help_text="The name that was searched for; empty where nothing was."
    )

    class Meta:
        model = Taxon
        fields = [
            "slug",
            "url",
            "scientific_name",
            "common_name",
            "rank",
            "parent",
            "category",
            "domesticated",
            "matched",
        ]

    def get_common_name(self, taxon: Taxon) -> str:
        common: dict[str, str] = self.context.get("common", {})
        return common.get(taxon.slug, "")

    def get_category(self, taxon: Taxon) -> str:
        categories: dict[int, str] = self.context.get("categories", {})
        return categories.get(taxon.pk, "")

    def get_matched(self, taxon: Taxon) -> str:
        matched: dict[int, str] = self.context.get("matched", {})
        return matched.get(taxon.pk, "")


class TaxonDetailSerializer(serializers.ModelSerializer[Taxon]):
    """Everything about a taxon. Each fact names its source by a key of `sources`."""

    url = serializers.HyperlinkedIdentityField(view_name="api:taxon", lookup_field="slug")
    common_name = serializers.SerializerMethodField(
        help_text="In your language, else English; empty where people have none."
    )
    parent = ParentField(read_only=True, allow_null=True)  # type: ignore[assignment]
    description_source = SourceField(read_only=True, allow_null=True)
    lineage = serializers.SerializerMethodField(help_text="From the root to the parent.")
    children = serializers.SerializerMethodField(help_text="The first 100 by name.")
    children_url = serializers.SerializerMethodField(help_text="All children, page by page.")
    synonyms = SynonymSerializer(many=True)
    common_names = CommonNameSerializer(many=True)
    assessments = AssessmentSerializer(many=True, help_text="The newest first.")
    habitats = TaxonHabitatSerializer(many=True)
    ranges = RangeSerializer(many=True)
    traits = TraitSerializer(many=True)
    identifiers = IdentifierSerializer(many=True)
    look_alikes = serializers.SerializerMethodField()
    sources = serializers.SerializerMethodField()

    class Meta:
        model = Taxon
        fields = [
            "slug",
            "url",
            "scientific_name",
            "common_name",
            "rank",
            "parent",
            "domesticated",
            "sensitive",
            "description",
            "description_source",
            "updated_at",
            "lineage",
            "children",
            "children_url",
            "synonyms",
            "common_names",
            "assessments",
            "habitats",
            "ranges",
            "traits",
            "identifiers",
            "look_alikes",
            "sources",
        ]
        read_only_fields = fields

    def get_common_name(self, taxon: Taxon) -> str:
        common: dict[str, str] = self.context["common"]
        return common.get(taxon.slug, "")

    @extend_schema_field(RankedNameSerializer(many=True))
    def get_lineage(self, taxon: Taxon) -> list[dict[str, str]]:
        return [self._named(place) for place in self.context["lineage"]]

    @extend_schema_field(RankedNameSerializer(many=True))
    def get_children(self, taxon: Taxon) -> list[dict[str, str]]:
        return [self._named(child) for child in self.context["children"]]

    @extend_schema_field(serializers.URLField())
    def get_children_url(self, taxon: Taxon) -> str:
        address = f"{reverse('api:taxa')}?parent={taxon.slug}"
        url: str = self.context["request"].build_absolute_uri(address)
        return url

    @extend_schema_field(LookAlikeSerializer(many=True))
    def get_look_alikes(self, taxon: Taxon) -> Any:
        rows = self.context["look_alikes"]
        return LookAlikeSerializer(rows, many=True, context=self.context).data

    @extend_schema_field(SourceSerializer(many=True))
    def get_sources(self, taxon: Taxon) -> Any:
        rows: Iterable[Source] = self.context["sources"]
        return SourceSerializer(rows, many=True).data

    def _named(self, one: Any) -> dict[str, str]:
        return {
            "rank": one.rank,
            "slug": one.slug,
            "scientific_name": one.scientific_name,
            "common_name": self.context["common"].get(one.slug, ""),
        }


class TaxonWriteSerializer(serializers.ModelSerializer[Taxon]):
    """A taxon as a curator writes it. A list of facts takes the place of the one that is there."""

    slug = serializers.SlugField(
        max_length=120, required=False, help_text="The key, for good; else made of the name."
    )
    parent = ParentField(  # type: ignore[assignment]
        queryset=accepted_taxa(), allow_null=True, required=False
    )
    accepted = KeyField(
        slug_field="slug",
        queryset=accepted_taxa(),
        allow_null=True,
        required=False,
        help_text="Make it a synonym of this taxon, which then takes over its facts.",
    )
    description_source = SourceField(allow_null=True, required=False)
    common_names = CommonNameSerializer(many=True, required=False)
    assessments = AssessmentSerializer(many=True, required=False)
    habitats = TaxonHabitatSerializer(many=True, required=False)
    ranges = RangeSerializer(many=True, required=False)
    traits = TraitSerializer(many=True, required=False)
    identifiers = IdentifierSerializer(many=True, required=False)
    look_alikes = LookAlikeSerializer(many=True, required=False)
    reason = serializers.CharField(
        max_length=100, help_text="Why, for the history that curators read."
    )

    class Meta:
        model = Taxon
        fields = [
            "slug",
            "scientific_name",
            "rank",
            "parent",
            "accepted",
            "domesticated",
            "sensitive",
            "description",
            "description_source",
            "common_names",
            "assessments",
            "habitats",
            "ranges",
            "traits",
            "identifiers",
            "look_alikes",
            "reason",
        ]

    def validate_slug(self, slug: str) -> str:
        """A key is for good: votes and answers carry it."""
        if self.instance is not None and slug != self.instance.slug:
            raise serializers.ValidationError(_("A taxon keeps its key."))
        return slug


class ReasonSerializer(Plain):
    reason = serializers.CharField(
        max_length=100, help_text="Why, for the history that curators read."
    )
