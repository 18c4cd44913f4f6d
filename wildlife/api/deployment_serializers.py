"""What the API says of deployments and events, in the terms of Camtrap DP."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Invalid
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.settings import api_settings

from wildlife.api.access import places_shown_to
from wildlife.photos.origins import LARGEST_SHIFT
from wildlife.projects.models import Deployment, Event
from wildlife.projects.places import shown


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    """One camera at one place for a time."""

    url = serializers.HyperlinkedIdentityField(
        view_name="api:deployment", lookup_url_kwarg="deployment_id"
    )
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Deployment
        fields = [
            "id",
            "url",
            "project",
            "name",
            "location_id",
            "location_name",
            "latitude",
            "longitude",
            "coordinate_uncertainty",
            "start",
            "end",
            "time_zone",
            "clock_shift",
            "setup_by",
            "camera_id",
            "camera_model",
            "camera_delay",
            "camera_height",
            "camera_depth",
            "camera_tilt",
            "camera_heading",
            "detection_distance",
            "timestamp_issues",
            "bait_use",
            "feature_type",
            "habitat",
            "groups",
            "tags",
            "comments",
            "created_at",
        ]
        read_only_fields = ["id", "created_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "clock_shift": {
                "help_text": "What the camera's clock was wrong by, as `[days ]hh:mm:ss`; with a "
                "minus where it was fast. It is added to the times of its photos, at once.",
                "min_value": -LARGEST_SHIFT,
                "max_value": LARGEST_SHIFT,
            }
        }

    @cached_property
    def _places_shown(self) -> Callable[[UUID | None], bool]:
        return places_shown_to(self.context["request"])

    def to_representation(self, instance: Deployment) -> dict[str, Any]:
        """Tell where it is, or only roughly, and without words that would tell it."""
        exact = self._places_shown(instance.project_id)
        return super().to_representation(shown(instance, exact=exact))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask the model, which knows what fits together. `project` is that of the address."""
        held = {} if self.instance is None else _columns(self.instance)
        row = Deployment(**{**held, "project": self.context["project"], **attrs})
        if self.instance is not None:
            row.pk, row._state.adding = self.instance.pk, False
        try:
            row.full_clean()
        except Invalid as error:
            told = dict(serializers.as_serializer_error(error))
            if NON_FIELD_ERRORS in told:
                told[api_settings.NON_FIELD_ERRORS_KEY] = told.pop(NON_FIELD_ERRORS)
            raise serializers.ValidationError(told) from error
        return attrs


def _columns(row: Deployment) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


class EventSerializer(serializers.ModelSerializer[Event]):
    """One visit: photos of one deployment that follow each other closely."""

    url = serializers.HyperlinkedIdentityField(view_name="api:event", lookup_url_kwarg="event_id")
    deployment = serializers.UUIDField(source="deployment_id", read_only=True)
    taxon = serializers.SlugRelatedField[Any](
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="From the summed mass of its photos; null where nothing was identified.",
    )

    class Meta:
        model = Event
        fields = ["id", "url", "deployment", "start", "end", "taxon", "confidence", "count"]
        read_only_fields = fields


class EventQuerySerializer(serializers.Serializer[Any]):
    deployment = serializers.UUIDField(default=None)
    taxon = serializers.SlugField(default="", help_text="The key of what was identified.")
    since = serializers.DateTimeField(default=None, help_text="Began then or later.")
    until = serializers.DateTimeField(default=None, help_text="Began before.")
