"""Every operation that the clients use: once, as data, for the sync and the async client alike.

`operation` is the operationId in the OpenAPI description, so that a test can find each of them
there; the type parameter of a `Call` is what it is answered with.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from wildlife_client.asking import (
    Call,
    Filters,
    Found,
    Id,
    OfPhotos,
    Page,
    Priority,
    Source,
    Taxa,
    Visits,
    part,
)
from wildlife_client.types import answers, catalogue, exchange, notify, projects, uploads

# --- Photos -----------------------------------------------------------------------------------


def send_photo(photo: Source, project: str, priority: Priority) -> Call[answers.Photo]:
    params = {"priority": priority, **({"project": project} if project else {})}
    parts = [("photo", part(photo))]
    return Call("photos_upload", "POST", "/photos", params=params, parts=parts)


def photo(photo_id: Id) -> Call[answers.PhotoResult]:
    return Call("photos_read", "GET", f"/photos/{_id(photo_id)}")


def delete_photo(photo_id: Id) -> Call[None]:
    return Call("photos_delete", "DELETE", f"/photos/{_id(photo_id)}")


def original(photo_id: Id) -> Call[bytes]:
    return Call("photos_original", "GET", f"/photos/{_id(photo_id)}/original")


def preview(photo_id: Id) -> Call[bytes]:
    return Call("photos_preview", "GET", f"/photos/{_id(photo_id)}/preview")


def crop(photo_id: Id, index: int) -> Call[bytes]:
    return Call("photos_crop", "GET", f"/photos/{_id(photo_id)}/detections/{index}/crop")


def photos(filters: Filters) -> Call[Page[answers.Photo]]:
    return Call("photos_list", "GET", "/photos", params=filters)


# --- Uploads ----------------------------------------------------------------------------------


def open_upload(project: str, deployment: str, key: str | None) -> Call[uploads.Progress]:
    wish = {"project": project, "deployment": deployment}
    return Call(
        "uploads_open",
        "POST",
        "/uploads",
        json={name: value for name, value in wish.items() if value},
        key=key or str(uuid4()),
    )


def upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_read", "GET", f"/uploads/{_id(upload_id)}")


def list_uploads() -> Call[Page[uploads.Upload]]:
    return Call("uploads_list", "GET", "/uploads")


def check(upload_id: Id, hashes: Sequence[str]) -> Call[uploads.Checked]:
    sent = {"sha256": list(hashes)}
    return Call("uploads_check", "POST", f"/uploads/{_id(upload_id)}/check", json=sent)


def add_files(upload_id: Id, files: Sequence[Source], key: str | None) -> Call[uploads.Items]:
    parts = [part(file) for file in files]
    return Call(
        "uploads_add_files",
        "POST",
        f"/uploads/{_id(upload_id)}/files",
        parts=[("file", one) for one in parts],
        form={"path": [one.name for one in parts]},
        key=key or str(uuid4()),
    )


def add_addresses(upload_id: Id, urls: Sequence[str]) -> Call[uploads.Items]:
    sent = {"urls": list(urls)}
    return Call("uploads_add_addresses", "POST", f"/uploads/{_id(upload_id)}/addresses", json=sent)


def close_upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_close", "POST", f"/uploads/{_id(upload_id)}/close")


def cancel_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_cancel", "POST", f"/uploads/{_id(upload_id)}/cancel")


def retry_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_retry", "POST", f"/uploads/{_id(upload_id)}/retry")


def items(upload_id: Id, state: str, problem: bool) -> Call[Page[uploads.Item]]:
    params: dict[str, Any] = {"state": state} if state else {}
    if problem:
        params["problem"] = True
    return Call("uploads_items_list", "GET", f"/uploads/{_id(upload_id)}/items", params=params)


# --- Answers ----------------------------------------------------------------------------------


def detections(filters: Found) -> Call[Page[answers.DetectionRow]]:
    return Call("detections_list", "GET", "/detections", params=filters)


def detection(pk: int) -> Call[answers.DetectionRow]:
    return Call("detections_read", "GET", f"/detections/{pk}")


def identifications(filters: Found) -> Call[Page[answers.IdentificationRow]]:
    return Call("identifications_list", "GET", "/identifications", params=filters)


def identification(pk: int) -> Call[answers.IdentificationRow]:
    return Call("identifications_read", "GET", f"/identifications/{pk}")


def verdicts(filters: OfPhotos) -> Call[Page[answers.Verdict]]:
    return Call("verdicts_list", "GET", "/verdicts", params=filters)


def verdict(pk: int) -> Call[answers.Verdict]:
    return Call("verdicts_read", "GET", f"/verdicts/{pk}")


def give_verdict(new: answers.NewVerdict) -> Call[answers.Verdict]:
    return Call("verdicts_give", "POST", "/verdicts", json=new)


def withdraw_verdict(pk: int) -> Call[None]:
    return Call("verdicts_withdraw", "DELETE", f"/verdicts/{pk}")


# --- Catalogue --------------------------------------------------------------------------------


def taxa(filters: Taxa) -> Call[Page[catalogue.Taxon]]:
    return Call("taxa_list", "GET", "/taxa", params=filters)


def taxon(slug: str) -> Call[catalogue.TaxonDetail]:
    return Call("taxa_read", "GET", f"/taxa/{_id(slug)}")


def models() -> Call[Page[catalogue.Release]]:
    return Call("models_list", "GET", "/models")


def model(name: str, version: str) -> Call[catalogue.Release]:
    return Call("models_read", "GET", f"/models/{_id(name)}@{_id(version)}")


def runs() -> Call[Page[answers.Run]]:
    return Call("runs_list", "GET", "/runs")


def run(run_id: Id) -> Call[answers.Run]:
    return Call("runs_read", "GET", f"/runs/{_id(run_id)}")


# --- Projects ---------------------------------------------------------------------------------


def list_projects() -> Call[Page[projects.Project]]:
    return Call("projects_list", "GET", "/projects")


def project(slug: str) -> Call[projects.Project]:
    return Call("projects_read", "GET", f"/projects/{_id(slug)}")


def deployments(slug: str) -> Call[Page[projects.Deployment]]:
    return Call("deployments_list", "GET", f"/projects/{_id(slug)}/deployments")


def deployment(pk: Id) -> Call[projects.Deployment]:
    return Call("deployments_read", "GET", f"/deployments/{_id(pk)}")


def make_deployment(slug: str, new: projects.NewDeployment) -> Call[projects.Deployment]:
    return Call("deployments_create", "POST", f"/projects/{_id(slug)}/deployments", json=new)


def change_deployment(pk: Id, changes: Mapping[str, Any]) -> Call[projects.Deployment]:
    return Call("deployments_change", "PATCH", f"/deployments/{_id(pk)}", json=dict(changes))


def delete_deployment(pk: Id) -> Call[None]:
    return Call("deployments_delete", "DELETE", f"/deployments/{_id(pk)}")


def events(slug: str, filters: Visits) -> Call[Page[projects.Event]]:
    return Call("events_list", "GET", f"/projects/{_id(slug)}/events", params=filters)


def event(pk: Id) -> Call[projects.Event]:
    return Call("events_read", "GET", f"/events/{_id(pk)}")


# --- Imports ----------------------------------------------------------------------------------


def open_import(files: Sequence[Source], project: str, time_zone: str) -> Call[exchange.Import]:
    params = {"time_zone": time_zone, **({"project": project} if project else {})}
    parts = [("file", part(file)) for file in files]
    return Call("imports_open", "POST", "/imports", params=params, parts=parts)


def list_imports() -> Call[Page[exchange.Import]]:
    return Call("imports_list", "GET", "/imports")


def import_job(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_read", "GET", f"/imports/{_id(import_id)}")


def import_problems(import_id: Id) -> Call[Page[exchange.ImportProblem]]:
    return Call("imports_problems_list", "GET", f"/imports/{_id(import_id)}/problems")


def confirm_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_confirm", "POST", f"/imports/{_id(import_id)}/confirm")


def cancel_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_cancel", "POST", f"/imports/{_id(import_id)}/cancel")


# --- Exports ----------------------------------------------------------------------------------


def open_export(kind: str, project: str, query: str) -> Call[exchange.Export]:
    sent = {"format": kind, "project": project, "query": query}
    return Call("exports_open", "POST", "/exports", json=sent)


def list_exports() -> Call[Page[exchange.Export]]:
    return Call("exports_list", "GET", "/exports")


def export_job(export_id: Id) -> Call[exchange.Export]:
    return Call("exports_read", "GET", f"/exports/{_id(export_id)}")


def export_file(export_id: Id) -> Call[bytes]:
    return Call("exports_file", "GET", f"/exports/{_id(export_id)}/file")


def delete_export(export_id: Id) -> Call[None]:
    return Call("exports_delete", "DELETE", f"/exports/{_id(export_id)}")


# --- Webhooks and alerts ----------------------------------------------------------------------


def webhooks(slug: str) -> Call[Page[notify.Webhook]]:
    return Call("webhooks_list", "GET", f"/projects/{_id(slug)}/webhooks")


def webhook(pk: Id) -> Call[notify.Webhook]:
    return Call("webhooks_read", "GET", f"/webhooks/{_id(pk)}")


def make_webhook(slug: str, new: notify.NewWebhook) -> Call[notify.MadeWebhook]:
    return Call("webhooks_create", "POST", f"/projects/{_id(slug)}/webhooks", json=new)


def change_webhook(pk: Id, changes: Mapping[str, Any]) -> Call[notify.Webhook]:
    return Call("webhooks_change", "PATCH", f"/webhooks/{_id(pk)}", json=dict(changes))


def delete_webhook(pk: Id) -> Call[None]:
    return Call("webhooks_delete", "DELETE", f"/webhooks/{_id(pk)}")


def test_webhook(pk: Id) -> Call[notify.Delivery]:
    return Call("webhooks_test", "POST", f"/webhooks/{_id(pk)}/test")


def deliveries(webhook_id: Id) -> Call[Page[notify.Delivery]]:
    return Call("webhooks_deliveries", "GET", f"/webhooks/{_id(webhook_id)}/deliveries")


def send_again(webhook_id: Id, delivery_id: Id) -> Call[notify.Delivery]:
    path = f"/webhooks/{_id(webhook_id)}/deliveries/{_id(delivery_id)}/again"
    return Call("webhooks_send_again", "POST", path)


def alerts(slug: str) -> Call[Page[notify.Alert]]:
    return Call("alerts_list", "GET", f"/projects/{_id(slug)}/alerts")


def alert(pk: Id) -> Call[notify.Alert]:
    return Call("alerts_read", "GET", f"/alerts/{_id(pk)}")


def make_alert(slug: str, new: notify.NewAlert) -> Call[notify.Alert]:
    return Call("alerts_create", "POST", f"/projects/{_id(slug)}/alerts", json=new)


def change_alert(pk: Id, changes: Mapping[str, Any]) -> Call[notify.Alert]:
    return Call("alerts_change", "PATCH", f"/alerts/{_id(pk)}", json=dict(changes))


def delete_alert(pk: Id) -> Call[None]:
    return Call("alerts_delete", "DELETE", f"/alerts/{_id(pk)}")


def _id(text: Id) -> str:
    return quote(str(text), safe="")
