"""Answers, models, imports and exports."""

from collections.abc import Sequence

from wildlife_client.asking import Call, Found, Id, OfPhotos, Page, Source, part, quoted
from wildlife_client.types import answers, catalogue, exchange

# --- Answers -------------------------------------------------------------------------------------


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


# --- Models --------------------------------------------------------------------------------------


def models() -> Call[Page[catalogue.Release]]:
    return Call("models_list", "GET", "/models")


def model(name: str, version: str) -> Call[catalogue.Release]:
    return Call("models_read", "GET", f"/models/{quoted(name)}@{quoted(version)}")


def runs() -> Call[Page[answers.Run]]:
    return Call("runs_list", "GET", "/runs")


def run(run_id: Id) -> Call[answers.Run]:
    return Call("runs_read", "GET", f"/runs/{quoted(run_id)}")


# --- Imports -------------------------------------------------------------------------------------


def open_import(files: Sequence[Source], project: str, time_zone: str) -> Call[exchange.Import]:
    params = {"time_zone": time_zone, **({"project": project} if project else {})}
    parts = [("file", part(file)) for file in files]
    return Call("imports_open", "POST", "/imports", params=params, parts=parts)


def list_imports() -> Call[Page[exchange.Import]]:
    return Call("imports_list", "GET", "/imports")


def import_job(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_read", "GET", f"/imports/{quoted(import_id)}")


def import_problems(import_id: Id) -> Call[Page[exchange.ImportProblem]]:
    return Call("imports_problems_list", "GET", f"/imports/{quoted(import_id)}/problems")


def confirm_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_confirm", "POST", f"/imports/{quoted(import_id)}/confirm")


def cancel_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_cancel", "POST", f"/imports/{quoted(import_id)}/cancel")


# --- Exports -------------------------------------------------------------------------------------


def open_export(kind: str, project: str, query: str) -> Call[exchange.Export]:
    sent = {"format": kind, "project": project, "query": query}
    return Call("exports_open", "POST", "/exports", json=sent)


def list_exports() -> Call[Page[exchange.Export]]:
    return Call("exports_list", "GET", "/exports")


def export_job(export_id: Id) -> Call[exchange.Export]:
    return Call("exports_read", "GET", f"/exports/{quoted(export_id)}")


def export_file(export_id: Id) -> Call[bytes]:
    return Call("exports_file", "GET", f"/exports/{quoted(export_id)}/file")


def delete_export(export_id: Id) -> Call[None]:
    return Call("exports_delete", "DELETE", f"/exports/{quoted(export_id)}")
