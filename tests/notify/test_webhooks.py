"""What happens in a project is told to its webhooks: once, signed, and again after failures."""

import base64
import hmac
import json
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.notify.conftest import SITE, Receiver, looked_at
from wildlife.identifications.telling import tell_of
from wildlife.notify import collecting, sending
from wildlife.notify.models import Delivery, Webhook
from wildlife.notify.signing import signature
from wildlife.photos import batches
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects.models import Happening, Project
from wildlife.species.models import Taxon

Kind = Happening.Kind


def tell(*photos: Photo, kind: Kind = Kind.IDENTIFIED) -> None:
    tell_of(kind, [one.pk for one in photos])


def make_due() -> None:
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())


def test_a_signature_is_that_of_the_specifications_own_example() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, the test of its libraries
    told = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_answer_is_told_signed_and_without_a_place(
    hook: Webhook, receiver: Receiver, taxa: dict[str, Taxon], mara: Project
) -> None:
    one = looked_at(mara, taxa["panthera-leo"], latitude=-1.234567, longitude=35.765432)
    tell(one)
    assert collecting.collect() == 1
    assert sending.send_due() == 1
    [(headers, body)] = receiver.got
    told = json.loads(body)
    assert (told["type"], told["data"]["project"]) == ("photo.identified", "mara")
    [photo] = told["data"]["photos"]
    assert photo["id"] == str(one.pk)
    assert photo["url"] == f"{SITE}api/v1/photos/{one.pk}"
    assert photo["taxon"]["scientific_name"] == "Panthera leo"
    assert b"234567" not in body
    assert b"765432" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert collecting.collect() == sending.send_due() == 0


def test_many_photos_come_in_few_calls(
    hook: Webhook, mara: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = Photo.objects.bulk_create(
        Photo(project=mara, sha256=str(number), size=1, state="done") for number in range(250)
    )
    tell(*made)
    with django_assert_max_num_queries(20):
        collecting.collect()
    sizes = [len(one.payload["data"]["photos"]) for one in hook.deliveries.all()]
    assert sorted(sizes) == [50, 100, 100]


def test_what_is_undone_is_not_told_and_nobody_listening_keeps_nothing(mara: Project) -> None:
    tell(looked_at(mara, None))
    collecting.collect()
    assert not Happening.objects.exists()
    assert not Delivery.objects.exists()


def test_only_what_was_asked_for_is_told(hook: Webhook, mara: Project) -> None:
    Webhook.objects.update(kinds=["verdict.given"])
    one = looked_at(mara, None)
    tell(one)
    tell(one, kind=Kind.VERDICT)
    collecting.collect()
    assert [one.kind for one in hook.deliveries.all()] == ["verdict.given"]


def test_another_projects_photos_are_none_of_its_business(hook: Webhook) -> None:
    other = Project.objects.create(slug="other", name="Other")
    tell(looked_at(other, None))
    collecting.collect()
    assert not hook.deliveries.exists()


def test_a_failure_is_tried_again_later_under_the_same_id(
    hook: Webhook, receiver: Receiver
) -> None:
    receiver.statuses = [500, 500]
    collecting.test(hook)
    assert sending.send_due() == 0
    failed = hook.deliveries.get()
    assert (failed.state, failed.attempts, failed.status) == ("waiting", 1, 500)
    assert timedelta(seconds=3) < failed.due_at - timezone.now() < timedelta(seconds=7)
    assert sending.send_due() == 0
    assert len(receiver.got) == 1
    make_due()
    sending.send_due()
    assert Delivery.objects.get().due_at - timezone.now() > timedelta(seconds=40)
    make_due()
    assert sending.send_due() == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    hook.refresh_from_db()
    assert (hook.failing_since, hook.deliveries.get().state) == (None, "delivered")


def test_a_server_that_is_away_holds_nobody_else_up(
    hook: Webhook, receiver: Receiver, mara: Project
) -> None:
    away = Webhook.objects.create(project=mara, address="http://127.0.0.1:9/", site=SITE)
    for one in (away, away, hook):
        collecting.test(one)
    assert sending.send_due() == 1
    assert len(receiver.got) == 1
    assert sorted(away.deliveries.values_list("attempts", flat=True)) == [0, 1]


def test_after_the_last_try_it_is_given_up_and_can_be_sent_by_hand(
    hook: Webhook, receiver: Receiver
) -> None:
    receiver.statuses = [503] * 9
    one = collecting.test(hook)
    for _attempt in range(9):
        make_due()
        sending.send_due()
    one.refresh_from_db()
    assert (one.state, one.attempts) == ("given_up", 9)
    sending.send_again(one)
    assert sending.send_due() == 1
    assert receiver.got[0][0]["webhook-id"] == receiver.got[-1][0]["webhook-id"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_webhook_that_is_gone_or_fails_for_days_is_switched_off_and_said_so(
    hook: Webhook, receiver: Receiver, mara: Project, gone: bool
) -> None:
    receiver.statuses = [410 if gone else 500]
    if not gone:
        long_ago = timezone.now() - sending.STOPPED_AFTER
        Webhook.objects.update(failing_since=long_ago)
    collecting.test(hook)
    sending.send_due()
    hook.refresh_from_db()
    assert (hook.active, hook.stopped) == (False, True)
    assert mara.activities.filter(verb="webhook_stopped").count() == 1
    make_due()
    assert sending.send_due() == 0
    sending.switch(hook, on=True)
    assert sending.send_due() == 1


def test_a_redirect_is_not_followed(hook: Webhook, receiver: Receiver) -> None:
    receiver.statuses = [302]
    collecting.test(hook)
    sending.send_due()
    assert len(receiver.got) == 1
    assert "final address" in hook.deliveries.get().error


def test_nothing_is_sent_into_the_private_network(
    hook: Webhook, receiver: Receiver, settings: Settings
) -> None:
    settings.FETCH_ALLOWED_HOSTS = []
    collecting.test(hook)
    sending.send_due()
    assert receiver.got == []
    assert "private network" in hook.deliveries.get().error


def test_an_upload_that_ended_is_told_of_once(
    hook: Webhook, mara: Project, taxa: dict[str, Taxon]
) -> None:
    upload = Upload.objects.create(project=mara, owner=mara.memberships.get().user)
    one = looked_at(mara, None, upload=upload)
    UploadItem.objects.create(
        upload=upload, key="1", path="a.jpg", size=1, state="taken", photo=one
    )
    tell(one)
    collecting.collect()
    ended = hook.deliveries.filter(kind="upload.finished")
    assert not ended.exists()
    batches.close(upload)
    collecting.collect()
    tell(one)
    collecting.collect()
    assert ended.get().payload["data"] == {
        "project": "mara", "upload": str(upload.pk), "done": 1, "failed": 0, "refused": 0,
    }  # fmt: skip
    Delivery.objects.update(state="delivered", made_at=timezone.now() - 2 * sending.KEPT)
    sending.tidy()
    tell(one)
    collecting.collect()
    assert not ended.exists()


def test_what_was_told_long_ago_is_forgotten(hook: Webhook) -> None:
    old, waiting = collecting.test(hook), collecting.test(hook)
    Delivery.objects.update(made_at=timezone.now() - 2 * sending.KEPT)
    Delivery.objects.filter(pk=old.pk).update(state="delivered")
    sending.tidy()
    assert list(hook.deliveries.all()) == [waiting]
