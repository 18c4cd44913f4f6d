"""What the API takes and says of uploads."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from wildlife.api import problems
from wildlife.api.serializers import Plain, ProblemSerializer
from wildlife.photos.models import Upload, UploadItem
from wildlife.photos.progress import counts_of, pace_of, reach, seconds_left
from wildlife.photos.refusals import PhotoRefused
from wildlife.told import told

MOST_HASHES = 1000
MOST_ADDRESSES = 1000


class UploadOpenSerializer(Plain):
    project = serializers.SlugField(
        default="", help_text="The key of the project that the photos are for; else yours."
    )
    deployment = serializers.UUIDField(
        default=None, help_text="The id of the deployment of that project that they come to."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["deployment"] and not attrs["project"]:
            raise serializers.ValidationError(
                {"deployment": [_("A deployment is one of a project: name that too.")]}
            )
        return attrs


class UploadRowSerializer(serializers.ModelSerializer[Upload]):
    """An upload: what came together, in one request or in thousands."""

    url = serializers.HyperlinkedIdentityField(view_name="api:upload", lookup_url_kwarg="upload_id")
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    deployment = serializers.UUIDField(source="deployment_id", read_only=True, allow_null=True)

    class Meta:
        model = Upload
        fields = ["id", "url", "project", "deployment", "started_at", "closed_at", "cancelled_at"]
        read_only_fields = fields


class CountsSerializer(Plain):
    """Files by state. An archive counts as one until it is unpacked.

    `waiting` to `failed` are of photos that are here; `known` of these were here before.
    """

    total = serializers.IntegerField()
    expected = serializers.IntegerField(help_text="Announced, not here yet.")
    fetching = serializers.IntegerField(help_text="A worker is to fetch them.")
    unpacking = serializers.IntegerField(help_text="Archives that are being unpacked.")
    taken = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()


class ProgressSerializer(UploadRowSerializer):
    """An upload and how far it is."""

    counts = CountsSerializer(read_only=True)
    finished = serializers.BooleanField(
        read_only=True, help_text="Nothing more will change by itself."
    )
    reached = serializers.FloatField(
        read_only=True, help_text="0..1 of it have ended; never less than was told before."
    )
    per_minute = serializers.IntegerField(
        read_only=True, help_text="Photos that were finished in the last minute."
    )
    seconds_left = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="At that pace; null where nobody can say."
    )

    class Meta(UploadRowSerializer.Meta):
        fields = [
            *UploadRowSerializer.Meta.fields,
            "counts",
            "finished",
            "reached",
            "per_minute",
            "seconds_left",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Upload) -> dict[str, Any]:
        counts = counts_of(instance)
        pace = pace_of(instance) if counts.pending else 0
        return {
            **UploadRowSerializer(instance, context=self.context).data,
            "counts": CountsSerializer(counts).data,
            "finished": counts.finished,
            "reached": round(reach(instance, counts.share), 4),
            "per_minute": pace,
            "seconds_left": seconds_left(counts.pending, pace),
        }


class FilesSerializer(Plain):
    file = serializers.ListField(
        child=serializers.FileField(),
        help_text="One file or many, each in a field of this name: photos, or zip archives of "
        "photos.",
    )
    path = serializers.ListField(
        child=serializers.CharField(max_length=4000),
        required=False,
        help_text="Where each lay, such as `card/DCIM/IMG_0001.JPG`, in the order of the files; "
        "else their names. Photos find their deployment by the names of folders.",
    )


class AddressesSerializer(Plain):
    urls = serializers.ListField(
        child=serializers.CharField(max_length=2000),
        min_length=1,
        max_length=MOST_ADDRESSES,
        help_text="Each http or https, in the public internet.",
    )


class HashesSerializer(Plain):
    sha256 = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{64}$"), min_length=1, max_length=MOST_HASHES
    )


class KnownSerializer(Plain):
    sha256 = serializers.CharField()
    photo = serializers.URLField()


class CheckedSerializer(Plain):
    known = KnownSerializer(many=True, help_text="What is here already and need not be sent.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="The other hashes.")


class ItemSerializer(serializers.ModelSerializer[UploadItem]):
    """One file of an upload, or of an archive in it."""

    photo = serializers.SerializerMethodField(help_text="The address of its photo.")
    problem = serializers.SerializerMethodField()

    class Meta:
        model = UploadItem
        fields = ["id", "path", "size", "state", "photo", "problem"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_photo(self, item: UploadItem) -> str | None:
        if item.photo_id is None:
            return None
        request: Request = self.context["request"]
        return request.build_absolute_uri(reverse("api:photo", args=[item.photo_id]))

    @extend_schema_field(ProblemSerializer(allow_null=True))
    def get_problem(self, item: UploadItem) -> dict[str, Any] | None:
        """Why it is not taken: for good, or only for now, where it is still expected."""
        refusal: PhotoRefused | None = self.context.get("passing", {}).get(item.pk)
        if refusal is None and item.state != UploadItem.State.REFUSED:
            return None
        refusal = refusal or PhotoRefused(item.problem, item.code)
        status = problems.status_of(refusal)
        wait = {"retry_after": refusal.wait} if refusal.wait else {}
        return problems.document(status, told(str(refusal)), refusal.code, **wait)


class ItemsSerializer(Plain):
    items = ItemSerializer(many=True, help_text="In the order in which they were sent.")


class ItemQuerySerializer(Plain):
    state = serializers.ChoiceField(UploadItem.State.choices, default="")
    problem = serializers.BooleanField(
        default=False, help_text="Only what was refused, or failed when it was looked at."
    )


class ChangedSerializer(Plain):
    changed = serializers.IntegerField(help_text="How many files that were.")
    upload = ProgressSerializer()
