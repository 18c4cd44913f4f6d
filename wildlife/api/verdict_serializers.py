"""What the API says of verdicts, and what may be said in one."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from wildlife.api.answer_serializers import BoxSerializer
from wildlife.api.fact_serializers import KeyField, accepted_taxa
from wildlife.api.serializers import Plain
from wildlife.identifications import models


class VerdictSerializer(serializers.ModelSerializer[models.Verdict]):
    """What a person says that is in a box of a photo, or of all of it."""

    photo = serializers.UUIDField(source="photo_id", read_only=True)
    box = BoxSerializer(source="*", read_only=True)
    taxon = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    sex = serializers.ChoiceField(
        choices=models.Verdict.Sex.choices, allow_blank=True, read_only=True
    )
    life_stage = serializers.ChoiceField(
        choices=models.Verdict.LifeStage.choices, allow_blank=True, read_only=True
    )
    given_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )

    class Meta:
        model = models.Verdict
        fields = [
            "id", "photo", "box", "kind", "taxon", "count", "sex", "life_stage", "behaviour",
            "given_by", "given_at", "source",
        ]  # fmt: skip
        read_only_fields = fields


class VerdictWriteSerializer(Plain):
    """A word about a detection, or, with `photo`, about all that is on it."""

    detection = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, help_text="The id of the detection."
    )
    photo = serializers.UUIDField(
        required=False, help_text="Instead of a detection: the photo as a whole."
    )
    kind = serializers.ChoiceField(
        choices=models.Verdict.Kind.choices,
        required=False,
        help_text="Without it: an animal where there is a taxon, else no animal.",
    )
    taxon = KeyField(
        slug_field="slug",
        queryset=accepted_taxa(),
        allow_null=True,
        required=False,
        default=None,
        help_text="The key of an accepted taxon. An animal without one is unknown.",
    )
    count = serializers.IntegerField(
        min_value=1,
        max_value=10_000,
        allow_null=True,
        required=False,
        help_text="How many there are in all, where you counted.",
    )
    sex = serializers.ChoiceField(
        choices=models.Verdict.Sex.choices, allow_blank=True, required=False
    )
    life_stage = serializers.ChoiceField(
        choices=models.Verdict.LifeStage.choices, allow_blank=True, required=False
    )
    behaviour = serializers.CharField(max_length=60, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for two things at once, or what only animals have."""
        if ("detection" in attrs) == ("photo" in attrs):
            raise serializers.ValidationError(_("Name a detection or a photo, one of both."))
        animal, nothing = models.Verdict.Kind.ANIMAL, models.Verdict.Kind.NO_ANIMAL
        attrs.setdefault("kind", animal if attrs["taxon"] else nothing)
        about_animals = [attrs.get(name) for name in ("taxon", "sex", "life_stage", "behaviour")]
        if attrs["kind"] != animal and any(about_animals):
            raise serializers.ValidationError(
                _("Only an animal has a taxon, a sex, a life stage or a behaviour.")
            )
        return attrs
