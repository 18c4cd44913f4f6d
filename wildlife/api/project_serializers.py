"""What the API says of projects, of who is in them, and of how others get in."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wildlife.api.serializers import Plain
from wildlife.projects.models import Invitation, Membership, Project, Role

MOST_USES, MOST_DAYS = 100, 30
"""Of an invitation."""


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project that you are a member of."""

    url = serializers.HyperlinkedIdentityField(view_name="api:project", lookup_field="slug")
    role = serializers.ChoiceField(
        Role.choices, read_only=True, allow_null=True, help_text="What you are in it."
    )

    class Meta:
        model = Project
        fields = [
            "slug", "url", "name", "description", "role", "sampling_design", "data_licence",
            "media_licence", "event_gap", "accept_above", "reviewers_needed", "asks_count",
            "asks_sex", "asks_life_stage", "asks_behaviour", "created_at",
        ]  # fmt: skip
        read_only_fields = ["slug", "created_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "asks_count": {"help_text": "Whether reviewers are asked how many animals there are."},
            "asks_sex": {"help_text": "Whether they are asked for the sex."},
            "asks_life_stage": {"help_text": "Whether they are asked for the life stage."},
            "asks_behaviour": {"help_text": "Whether they are asked what the animals do."},
        }

    def validate_name(self, value: str) -> str:
        return " ".join(value.split())


class ProjectEndSerializer(Plain):
    """Asks for the name, so that nobody deletes the wrong project."""

    name = serializers.CharField(help_text="The project's name, as it is.")

    def validate_name(self, value: str) -> str:
        """Raises ValidationError for the name of another project."""
        if " ".join(value.split()) != self.context["project"].name:
            raise serializers.ValidationError(_("That is not the name of this project."))
        return value


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody in a project."""

    user = serializers.IntegerField(source="user_id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ["user", "username", "url", "role", "joined_at"]
        read_only_fields = ["joined_at"]

    @extend_schema_field(serializers.URLField())
    def get_url(self, row: Membership) -> str:
        path = reverse("api:member", args=[row.project.slug, row.user_id])
        url: str = self.context["request"].build_absolute_uri(path)
        return url


class HandOverSerializer(Plain):
    to = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The id of the member who becomes the owner."
    )


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """A link that makes who follows it a member."""

    made_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )

    class Meta:
        model = Invitation
        fields = ["id", "role", "note", "uses_left", "expires_at", "made_by", "made_at"]
        read_only_fields = fields


class MadeInvitationSerializer(InvitationSerializer):
    """An invitation that was just made, with its link. The link is told this one time."""

    link = serializers.URLField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "link"]
        read_only_fields = fields


class NewInvitationSerializer(Plain):
    """What an invitation may be made with."""

    role = serializers.ChoiceField(Role.choices, default=Role.VIEWER, help_text="What they become.")
    uses = serializers.IntegerField(
        default=1, min_value=1, max_value=MOST_USES, help_text="How many people may follow it."
    )
    days = serializers.IntegerField(
        default=7, min_value=1, max_value=MOST_DAYS, help_text="How long it is good."
    )
    note = serializers.CharField(
        default="", max_length=120, allow_blank=True, help_text="For whom it is meant."
    )
