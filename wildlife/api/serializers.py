"""What the API takes and says, as its documentation shows it.

Django REST framework takes declared fields off their class, so that a field may be called like an
attribute of serializers; mypy cannot know that.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework import serializers

from models_registry.interfaces import GROUPS
from wildlife.api.access import places_shown_to
from wildlife.identifications.models import Detection
from wildlife.library.wish import Box, Sure, Wish
from wildlife.library.wish import State as LibraryState
from wildlife.photos.models import Photo
from wildlife.projects.places import coarse
from wildlife.species.models import ConservationAssessment
from wildlife.told import told

Plain = serializers.Serializer[Any]


class ProblemSerializer(Plain):
    """An RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people.")
    code = serializers.CharField(help_text="A word for programs, such as `too_many_pixels`.")
    instance = serializers.CharField(required=False)
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="What is wrong with which value, where `code` is `invalid`."
    )


# --- Photos -----------------------------------------------------------------------------------


class UploadSerializer(Plain):
    photo = serializers.ListField(
        child=serializers.FileField(),
        help_text="One file or many, each in a field of this name. "
        "JPEG, PNG, HEIC, AVIF, WebP, TIFF, GIF or BMP.",
    )


class UploadQuerySerializer(Plain):
    priority = serializers.ChoiceField(
        ["bulk", "interactive"],
        default="bulk",
        help_text="`interactive` goes before everything that is `bulk`: for photos that a person "
        "is waiting for.",
    )
    project = serializers.SlugField(
        default="", help_text="The key of the project that the photos are for; else yours."
    )


class PhotoQuerySerializer(Plain):
    """What a list of photos may be narrowed down by: all of it must hold."""

    project = serializers.SlugField(
        default="", help_text="The photos of the project with this key; without one, your own."
    )
    state = serializers.ChoiceField(
        [*Photo.State.choices, ("pending", "Waiting or running")], default=""
    )
    taxon = serializers.SlugField(
        default="", help_text="The key of a taxon: what shows it, or anything below it."
    )
    group = serializers.ChoiceField(sorted(GROUPS), default="")
    category = serializers.ChoiceField(ConservationAssessment.Category.choices, default="")
    sure = serializers.ChoiceField(
        Sure.choices, default="", help_text="How sure the answer is, in percent."
    )
    since = serializers.DateField(default=None, help_text="Taken on this day or later.")
    until = serializers.DateField(default=None, help_text="Taken on this day or before.")
    box = serializers.RegexField(
        r"^-?\d{1,3}(\.\d{1,9})?(,-?\d{1,3}(\.\d{1,9})?){3}$",
        default="",
        help_text="west,south,east,north in degrees.",
    )
    upload = serializers.UUIDField(default=None)
    deployment = serializers.UUIDField(default=None)
    tag = serializers.CharField(default="", max_length=120)
    disputed = serializers.BooleanField(default=False)
    people = serializers.BooleanField(default=False)
    vehicles = serializers.BooleanField(default=False)
    blank = serializers.BooleanField(default=False)

    def validate_box(self, text: str) -> str:
        if text and Box.read(text) is None:
            raise serializers.ValidationError(_("These are no four sides of a box in degrees."))
        return text

    @property
    def wish(self) -> Wish:
        """Return the valid values as the library knows them, but for states it does not know."""
        values = self.validated_data
        told = {one.name: _wished(values[one.name]) for one in fields(Wish)}
        if told["state"] not in LibraryState.values:
            told["state"] = ""
        return Wish(**told)


class OfPhotosQuerySerializer(PhotoQuerySerializer):
    """The same for what belongs to photos."""

    photo = serializers.UUIDField(default=None, help_text="Of this photo alone.")


class AnswerQuerySerializer(OfPhotosQuerySerializer):
    detected = serializers.ChoiceField(Detection.Category.choices, default="")
    least = serializers.FloatField(
        default=0.0, min_value=0.0, max_value=1.0, help_text="Detected as surely as this, 0..1."
    )


def _wished(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


class ToldField(serializers.CharField):
    """A sentence that a worker wrote down, in the reader's language."""

    def to_representation(self, value: str) -> str:
        return told(value)


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photo as it was received, and how far it has come."""

    url = serializers.HyperlinkedIdentityField(
        view_name="api:photo", lookup_url_kwarg="photo_id", help_text="Everything about the photo."
    )
    failure = ToldField(read_only=True, help_text="A sentence for the uploader.")
    project = serializers.SlugRelatedField[Any](
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="The key of the project that it belongs to.",
    )
    deployment = serializers.UUIDField(source="deployment_id", read_only=True, allow_null=True)
    event = serializers.UUIDField(source="event_id", read_only=True, allow_null=True)
    upload = serializers.UUIDField(source="upload_id", read_only=True, allow_null=True)
    taxon = serializers.SlugRelatedField[Any](
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="The key of what the surest answer names; more is in `detections`.",
    )
    confidence = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Of that answer, 0..1."
    )

    class Meta:
        model = Photo
        fields = [
            "id",
            "url",
            "project",
            "deployment",
            "event",
            "upload",
            "state",
            "failure",
            "filename",
            "media_type",
            "size",
            "sha256",
            "width",
            "height",
            "taken_at",
            "latitude",
            "longitude",
            "taxon",
            "confidence",
            "disputed",
            "people",
            "vehicles",
            "blank",
            "received_at",
            "finished_at",
        ]
        read_only_fields = fields

    @cached_property
    def _places_shown(self) -> Callable[[UUID | None], bool]:
        return places_shown_to(self.context["request"])

    def to_representation(self, instance: Photo) -> dict[str, Any]:
        told = super().to_representation(instance)
        if not self._places_shown(instance.project_id):
            for name in ("latitude", "longitude"):
                if told[name] is not None:
                    told[name] = coarse(told[name])
        return told


class ReceiptSerializer(Plain):
    """What became of one file of an upload: it has either a photo or a problem."""

    filename = serializers.CharField()
    status = serializers.IntegerField(help_text="What this file alone would have been answered.")
    photo = PhotoSerializer(allow_null=True)
    problem = ProblemSerializer(allow_null=True)


class ReceiptsSerializer(Plain):
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = ReceiptSerializer(many=True, help_text="In the order of the upload.")
