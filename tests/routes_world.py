"""Everybody who may ask, and one of everything that they may ask for."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from models_registry.models import ModelRelease
from pipelines.keys import thumb_key
from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.accounts.models import Export, ExportFile
from wildlife.exchange.models import ExportJob, Import
from wildlife.identifications.models import Run, Verdict
from wildlife.library.models import Job, SavedFilter
from wildlife.notify.mailing import token_of
from wildlife.notify.models import Alert, Webhook
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects.models import Deployment, Event, Membership, Role
from wildlife.projects.services import create
from wildlife.review.models import Acceptance
from wildlife.tokens.models import Scope
from wildlife.tokens.services import make

PEOPLE = (
    "guest", "other_guest", "other", "viewer", "reviewer", "curator", "owner", "staff", "inactive",
)  # fmt: skip
NOBODY = frozenset({"guest", "other_guest", "inactive"})
"""Who is not signed in: a closed account opens nothing, even with its session."""


@dataclass(frozen=True)
class Seen:
    """A photo with what hangs on it; `holder` is who has it, "" for the project."""

    holder: str
    photo: Photo
    run: Run
    detection: int
    verdict: int
    identification: int


@dataclass(frozen=True)
class World:
    """`values` are what routes about no photo are asked with, by the name in the address."""

    clients: dict[str, Client]
    photos: tuple[Seen, ...]
    values: dict[str, object]


def build() -> World:
    """Make it all. The project is called Mara; `other` has nothing to do with it."""
    taxa = builders.plant()
    names = ("owner", "other", "inactive", "staff", "viewer", "reviewer", "curator")
    users = {name: User.objects.create_user(name, password="x") for name in names}
    User.objects.filter(username="staff").update(is_staff=True)
    mara = create(users["owner"], "Mara")
    for role in (Role.VIEWER, Role.REVIEWER, Role.CURATOR):
        Membership.objects.create(project=mara, user=users[role.value], role=role)
    Membership.objects.create(project=mara, user=users["inactive"], role=Role.OWNER)
    clients = {"guest": as_guest("a-guest"), "other_guest": as_guest("b-guest")}
    for name, user in users.items():
        clients[name] = Client()
        clients[name].force_login(user)
    User.objects.filter(username="inactive").update(is_active=False)

    deployment = Deployment.objects.create(project=mara, name="C1")
    now = timezone.now()
    event = Event.objects.create(deployment=deployment, start=now, end=now)
    photos = (
        _seen("", taxa, guest="", project=mara),
        _seen("guest", taxa, guest="a-guest"),
        _seen("other", taxa, guest="", owner=users["other"]),
    )
    mine = users["other"]
    upload = Upload.objects.create(owner=mine)
    items = {
        name: UploadItem.objects.create(
            upload=upload, key=name, path=f"{name}.jpg", size=5, is_archive=name == "archive"
        ).pk
        for name in ("item", "archive")
    }
    invitation = mara.invitations.create(
        secret_hash="0" * 64, role=Role.VIEWER, expires_at=now + timedelta(days=1)
    )
    export = Export.objects.create(user=mine, state="ready", alive_at=now)
    key = default_storage.save("exports/one.zip", ContentFile(b"zip"))
    ExportFile.objects.create(export=export, number=1, key=key, size=3)
    exported = ExportJob.objects.create(by=mine, format="csv", state="ready")
    exported.file.save("one", ContentFile(b"csv"))
    token, _secret = make(mine, "a token", [Scope.READ], None)
    ModelRelease.objects.create(name="birds", version="1", kind="expert", sha256="0" * 64)
    brought = Import.objects.create(by=users["owner"], project=mara, name="a.csv", state="ready")
    own = Import.objects.create(by=mine, name="b.csv", state="ready")
    site = "http://testserver/"
    hook = Webhook.objects.create(project=mara, address="http://192.0.2.1/", site=site)
    alert = Alert.objects.create(project=mara, user=users["viewer"], name="Lions", site=site)
    acceptance = Acceptance.objects.create(project=mara, by=users["reviewer"], above=0.9)
    values = {
        "slug": mara.slug,
        "acceptance_id": acceptance.pk,
        "own_acceptance": Acceptance.objects.create(by=mine, above=0.9).pk,
        "webhook_id": hook.pk,
        "delivery_id": hook.deliveries.create(kind="test", payload={}).pk,
        "alert_id": alert.pk,
        "token": token_of(alert),
        "user_id": users["viewer"].pk,
        "deployment_id": deployment.pk,
        "event_id": event.pk,
        "upload_id": upload.pk,
        "job_id": Job.objects.create(owner=mine, action="tag", state="done").pk,
        "invitation": invitation.pk,
        "invitation_id": invitation.pk,
        "filter": SavedFilter.objects.create(owner=mine, name="cats", query="?group=bird").pk,
        "export_id": export.pk,
        "exported": exported.pk,
        "number": 1,
        "import_id": brought.pk,
        "own_import": own.pk,
        "token_id": token.pk,
        "taxon": "panthera-leo",
        "name": "birds",
        "version": "1",
        "secret": "no-secret",
        "key": "no-key",
        "uidb36": "1",
        "project_photo": photos[0].photo.pk,
        "own_photo": photos[2].photo.pk,
        **items,
    }
    return World(clients, photos, values)


def _seen(holder: str, taxa: dict, **more) -> Seen:
    photo = builders.photo(**more)
    default_storage.save(thumb_key(str(photo.pk)), ContentFile(builders.MINI_JPEG))
    run = builders.run(photo)
    found = builders.box(photo, run, 0)
    answer = builders.elephant(found, taxa["panthera-leo"])
    verdict = Verdict.objects.create(photo=photo, x=0, y=0, width=1, height=1)
    return Seen(holder, photo, run, found.pk, verdict.pk, answer.pk)
