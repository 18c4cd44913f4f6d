"""What the API says of answers: detections, votes, identifications, species, runs."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wildlife.api.results import Detection, PhotoResult
from wildlife.api.serializers import PhotoSerializer, Plain, ToldField
from wildlife.identifications import models
from wildlife.photos.models import Photo
from wildlife.species.models import ConservationAssessment, Range, Taxon


class TaxonNameSerializer(Plain):
    taxon = serializers.CharField(help_text="The key of the taxon.")
    scientific_name = serializers.CharField()
    common_name = serializers.CharField(help_text="English; empty where people have none.")
    rank = serializers.ChoiceField(
        Taxon.Rank.choices, allow_blank=True, help_text="Empty where the taxon is gone by now."
    )


class AnswerSerializer(TaxonNameSerializer):
    probability = serializers.FloatField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        name = TaxonNameSerializer(instance.name).data
        return {**name, "probability": instance.probability}


class WalkStepSerializer(TaxonNameSerializer):
    mass = serializers.FloatField(help_text="The share of the vote at or below this taxon.")
    taken = serializers.BooleanField(help_text="Whether it was enough to go on.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        name = TaxonNameSerializer(instance.name).data
        return {**name, "mass": instance.mass, "taken": instance.taken}


class BoxSerializer(Plain):
    """Fractions (0..1) of the upright photo, from its top left corner."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()


class GroupSerializer(Plain):
    group = serializers.CharField()
    probability = serializers.FloatField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        group, probability = instance
        return {"group": group, "probability": probability}


@extend_schema_field(serializers.URLField(allow_null=True))
class CropUrlField(serializers.Field[Any, Any, str | None, models.Detection]):
    """The address of a detection's crop, None where it has none."""

    def to_representation(self, value: models.Detection) -> str | None:
        if not value.crop:
            return None
        path = reverse("api:crop", args=[value.photo_id, value.index])
        url: str = self.context["request"].build_absolute_uri(path)
        return url


class VoteSerializer(Plain):
    """What one expert said of one detection, or why it said nothing."""

    expert = serializers.CharField(source="row.expert")
    release = serializers.CharField(source="row.release")
    weight = serializers.FloatField(source="row.weight")
    answers = AnswerSerializer(many=True, help_text="The most probable taxa, best first.")
    none = serializers.FloatField(source="row.none", help_text="Share of none of its labels.")
    abstention = ToldField(source="row.abstention", help_text="Why it said nothing.")


class IdentificationSerializer(Plain):
    """The answer: the deepest taxon that holds enough of the vote, or why there is none."""

    taxon = TaxonNameSerializer(source="name", allow_null=True)
    confidence = serializers.FloatField(source="row.confidence")
    agreement = serializers.FloatField(
        source="row.agreement",
        help_text="Weighted share of the voting experts whose own best label lies in line with it: "
        "the same, below or above.",
    )
    reason = serializers.ChoiceField(models.Identification.Reason.choices, source="row.reason")
    walk = WalkStepSerializer(many=True, help_text="The way down the tree, from the root.")
    runners_up = AnswerSerializer(many=True)
    country = serializers.CharField(
        allow_null=True,
        help_text="Where the photo was taken, as far as it played a part: ISO 3166-1 alpha-3.",
    )
    elsewhere = TaxonNameSerializer(
        many=True,
        help_text="Likely taxa that are known from other countries only. They counted less; the "
        "answer may be one of them.",
    )


class StatusSerializer(Plain):
    category = serializers.ChoiceField(ConservationAssessment.Category.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    year = serializers.IntegerField(help_text="0 where unknown.")
    trend = serializers.CharField()
    authority = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="The key of one of the sources."
    )


class RankedNameSerializer(Plain):
    rank = serializers.CharField()
    slug = serializers.CharField()
    scientific_name = serializers.CharField()
    common_name = serializers.CharField()


class HabitatSerializer(Plain):
    code = serializers.CharField(help_text="IUCN Habitats Classification Scheme.")
    name = serializers.CharField()


class CountrySerializer(Plain):
    code = serializers.CharField(help_text="ISO 3166-1 alpha-3.")
    name = serializers.CharField()
    presence = serializers.ChoiceField(Range.Presence.choices)


class SourceSerializer(Plain):
    key = serializers.CharField()
    citation = serializers.CharField()
    url = serializers.CharField()
    licence = serializers.CharField()


class SpeciesSerializer(Plain):
    """What is known of the taxon that was identified."""

    slug = serializers.CharField()
    scientific_name = serializers.CharField()
    common_name = serializers.CharField()
    common_names = serializers.ListField(child=serializers.CharField())
    rank = serializers.ChoiceField(Taxon.Rank.choices)
    lineage = RankedNameSerializer(many=True)
    domesticated = serializers.BooleanField()
    status = StatusSerializer(allow_null=True)
    habitats = HabitatSerializer(many=True)
    countries = CountrySerializer(many=True)
    sources = SourceSerializer(many=True)
    facts_of = serializers.CharField(
        help_text="Where the facts are those of the species above it: that one's key."
    )


class DetectionSerializer(Plain):
    """One thing on the photo; where none was found, the whole image as a candidate."""

    index = serializers.IntegerField(source="row.index")
    category = serializers.ChoiceField(models.Detection.Category.choices, source="row.category")
    confidence = serializers.FloatField(source="row.confidence")
    whole_image = serializers.BooleanField(source="row.whole_image")
    box = BoxSerializer(source="row")
    crop_url = CropUrlField(source="row", read_only=True)
    groups = GroupSerializer(many=True, source="row.groups", read_only=True)
    votes = VoteSerializer(many=True)
    identification = IdentificationSerializer(allow_null=True)
    species = SpeciesSerializer(allow_null=True)


class DetectionRowSerializer(serializers.ModelSerializer[models.Detection]):
    """One thing on one photo, without what was said of it."""

    photo = serializers.UUIDField(source="photo_id", read_only=True)
    run = serializers.UUIDField(source="run_id", read_only=True)
    box = BoxSerializer(source="*", read_only=True)
    crop_url = CropUrlField(source="*", read_only=True)
    groups = GroupSerializer(many=True, read_only=True)

    class Meta:
        model = models.Detection
        fields = [
            "id",
            "photo",
            "index",
            "run",
            "category",
            "confidence",
            "whole_image",
            "box",
            "crop_url",
            "groups",
        ]
        read_only_fields = fields


class IdentificationRowSerializer(IdentificationSerializer):
    """The answer for one detection, with the votes that led to it."""

    detection = serializers.IntegerField(help_text="The id of the detection.")
    photo = serializers.UUIDField()
    votes = VoteSerializer(many=True)

    def to_representation(self, instance: Detection) -> dict[str, Any]:
        return {
            **IdentificationSerializer(instance.identification).data,
            "detection": instance.row.pk,
            "photo": str(instance.row.photo_id),
            "votes": VoteSerializer(instance.votes, many=True).data,
        }


class RunSerializer(serializers.ModelSerializer[models.Run]):
    """The run that made the answers, with the exact versions, weights and thresholds in it."""

    lineup = serializers.DictField()

    class Meta:
        model = models.Run
        fields = ["id", "state", "lineup", "created_at", "finished_at"]
        read_only_fields = fields


class PhotoResultSerializer(PhotoSerializer):
    """Everything about a photo. While it waits or runs there are no detections yet."""

    preview_url = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    detections = serializers.SerializerMethodField()

    class Meta(PhotoSerializer.Meta):
        fields = [*PhotoSerializer.Meta.fields, "preview_url", "original_url", "run", "detections"]
        read_only_fields = fields

    @property
    def result(self) -> PhotoResult:
        result: PhotoResult = self.context["result"]
        return result

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_preview_url(self, photo: Photo) -> str | None:
        return self._url("api:preview", photo) if photo.preview else None

    @extend_schema_field(serializers.URLField())
    def get_original_url(self, photo: Photo) -> str:
        return self._url("api:original", photo)

    @extend_schema_field(RunSerializer(allow_null=True))
    def get_run(self, photo: Photo) -> Any:
        return RunSerializer(self.result.run).data if self.result.run else None

    @extend_schema_field(DetectionSerializer(many=True))
    def get_detections(self, photo: Photo) -> Any:
        return DetectionSerializer(self.result.detections, many=True, context=self.context).data

    def _url(self, name: str, photo: Photo) -> str:
        url: str = self.context["request"].build_absolute_uri(reverse(name, args=[photo.pk]))
        return url
