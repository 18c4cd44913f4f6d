from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerView

from wildlife.api import (
    answers,
    catalogue,
    deployments,
    exports,
    imports,
    media,
    members,
    notify,
    projects,
    streams,
    taxa,
    upload_items,
    uploads,
    views,
)
from wildlife.api.schema import Schema

app_name = "api"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:docs")),
    path("schema", Schema.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("v1/photos", views.PhotoList.as_view(), name="photos"),
    path("v1/photos/<uuid:photo_id>", views.PhotoDetail.as_view(), name="photo"),
    path("v1/photos/<uuid:photo_id>/preview", media.Preview.as_view(), name="preview"),
    path("v1/photos/<uuid:photo_id>/original", media.Original.as_view(), name="original"),
    path(
        "v1/photos/<uuid:photo_id>/detections/<int:index>/crop", media.Crop.as_view(), name="crop"
    ),
    path("v1/uploads", uploads.UploadList.as_view(), name="uploads"),
    path("v1/uploads/<uuid:upload_id>", uploads.UploadDetail.as_view(), name="upload"),
    path("v1/uploads/<uuid:upload_id>/stream", streams.UploadStream.as_view()),
    path("v1/uploads/<uuid:upload_id>/items", upload_items.UploadItems.as_view()),
    path("v1/uploads/<uuid:upload_id>/files", upload_items.UploadFiles.as_view()),
    path("v1/uploads/<uuid:upload_id>/addresses", upload_items.UploadAddresses.as_view()),
    path("v1/uploads/<uuid:upload_id>/check", uploads.UploadCheck.as_view()),
    path("v1/uploads/<uuid:upload_id>/close", uploads.UploadClose.as_view()),
    path("v1/uploads/<uuid:upload_id>/cancel", uploads.UploadCancel.as_view()),
    path("v1/uploads/<uuid:upload_id>/retry", uploads.UploadRetry.as_view()),
    path("v1/detections", answers.DetectionList.as_view(), name="detections"),
    path("v1/detections/<int:pk>", answers.DetectionDetail.as_view(), name="detection"),
    path("v1/identifications", answers.IdentificationList.as_view(), name="identifications"),
    path(
        "v1/identifications/<int:pk>", answers.IdentificationDetail.as_view(), name="identification"
    ),
    path("v1/verdicts", answers.VerdictList.as_view(), name="verdicts"),
    path("v1/verdicts/<int:pk>", answers.VerdictDetail.as_view(), name="verdict"),
    path("v1/models", catalogue.ReleaseList.as_view(), name="models"),
    path("v1/models/<slug:name>@<str:version>", catalogue.ReleaseDetail.as_view(), name="model"),
    path("v1/runs", catalogue.RunList.as_view(), name="runs"),
    path("v1/runs/<uuid:run_id>", catalogue.RunDetail.as_view(), name="run"),
    path("v1/projects", projects.ProjectList.as_view(), name="projects"),
    path("v1/projects/<slug:slug>", projects.ProjectDetail.as_view(), name="project"),
    path("v1/projects/<slug:slug>/hand-over", projects.ProjectHandOver.as_view()),
    path("v1/projects/<slug:slug>/members", members.MemberList.as_view()),
    path(
        "v1/projects/<slug:slug>/members/<int:user_id>",
        members.MemberDetail.as_view(),
        name="member",
    ),
    path("v1/projects/<slug:slug>/invitations", members.InvitationList.as_view()),
    path(
        "v1/projects/<slug:slug>/invitations/<int:invitation_id>",
        members.InvitationDetail.as_view(),
    ),
    path("v1/projects/<slug:slug>/deployments", deployments.DeploymentList.as_view()),
    path("v1/projects/<slug:slug>/events", deployments.EventList.as_view()),
    path(
        "v1/deployments/<uuid:deployment_id>",
        deployments.DeploymentDetail.as_view(),
        name="deployment",
    ),
    path("v1/events/<uuid:event_id>", deployments.EventDetail.as_view(), name="event"),
    path("v1/exports", exports.ExportList.as_view(), name="exports"),
    path("v1/exports/<uuid:exported>", exports.ExportDetail.as_view(), name="export"),
    path("v1/exports/<uuid:exported>/file", exports.ExportFile.as_view(), name="export_file"),
    path("v1/imports", imports.ImportList.as_view(), name="imports"),
    path("v1/imports/<uuid:import_id>", imports.ImportDetail.as_view(), name="import"),
    path("v1/imports/<uuid:import_id>/problems", imports.ImportProblems.as_view()),
    path("v1/imports/<uuid:import_id>/confirm", imports.ImportConfirm.as_view()),
    path("v1/imports/<uuid:import_id>/cancel", imports.ImportCancel.as_view()),
    path("v1/projects/<slug:slug>/webhooks", notify.WebhookList.as_view()),
    path("v1/webhooks/<uuid:webhook_id>", notify.WebhookDetail.as_view()),
    path("v1/webhooks/<uuid:webhook_id>/test", notify.WebhookTest.as_view()),
    path("v1/webhooks/<uuid:webhook_id>/deliveries", notify.DeliveryList.as_view()),
    path(
        "v1/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/again",
        notify.DeliveryAgain.as_view(),
    ),
    path("v1/projects/<slug:slug>/alerts", notify.AlertList.as_view()),
    path("v1/alerts/<uuid:alert_id>", notify.AlertDetail.as_view()),
    path("v1/taxa", taxa.TaxonList.as_view(), name="taxa"),
    path("v1/taxa/<slug:slug>", taxa.TaxonDetail.as_view(), name="taxon"),
    re_path(r"", views.Unknown.as_view()),
]
