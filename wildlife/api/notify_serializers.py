"""What the API says of webhooks, their messages, and alerts."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from wildlife.api.fact_serializers import KeyField, accepted_taxa
from wildlife.notify.models import Alert, Delivery, Webhook
from wildlife.notify.posting import NotPosted, refuse_unusable

TOLD = [(kind.value, kind.label) for kind in Webhook.Kind if kind != Webhook.Kind.TEST]


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """A server that is told what happens in a project, by messages after Standard Webhooks."""

    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=TOLD),
        allow_empty=False,
        max_length=len(TOLD),
        help_text="What it is told.",
    )

    class Meta:
        model = Webhook
        fields = [
            "id", "project", "address", "kinds", "active", "failing_since", "stopped", "made_at",
        ]  # fmt: skip
        read_only_fields = ["id", "failing_since", "stopped", "made_at"]

    def validate_address(self, value: str) -> str:
        """Raises ValidationError for what nothing can be sent to."""
        try:
            refuse_unusable(value)
        except NotPosted as reason:
            raise serializers.ValidationError(_(str(reason))) from reason
        return value

    def validate_kinds(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))


class NewWebhookSerializer(WebhookSerializer):
    """A webhook that was just made, with the secret that its messages are signed with.

    It is told this one time.
    """

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]
        read_only_fields = [*WebhookSerializer.Meta.read_only_fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One message and what became of it."""

    class Meta:
        model = Delivery
        fields = [
            "id", "kind", "state", "attempts", "due_at", "tried_at", "status", "answer", "error",
            "made_at",
        ]  # fmt: skip
        read_only_fields = fields


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """A rule of yours: tell me at once when a camera of the project sees this."""

    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    taxon = KeyField(
        slug_field="slug",
        queryset=accepted_taxa(),
        allow_null=True,
        required=False,
        help_text="This one or what belongs to it.",
    )

    class Meta:
        model = Alert
        fields = [
            "id", "project", "name", "taxon", "category", "first", "above", "quiet_hours",
            "by_mail", "active", "made_at",
        ]  # fmt: skip
        read_only_fields = ["id", "made_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for a rule that would tell of every animal."""
        said = {
            name: attrs.get(name, getattr(self.instance, name, None))
            for name in ("taxon", "category", "first")
        }
        if not any(said.values()):
            raise serializers.ValidationError(
                _("Say which animals: by name, category, or new ones.")
            )
        return attrs
