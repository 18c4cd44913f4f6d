"""Exports of one's own photos, and (`of_project`) of those of a project."""

from django.urls import path

from wildlife.web.exchange import views

app_name = "exports"

urlpatterns = [
    path("", views.exports, name="all"),
    path("<uuid:exported>/download", views.download, name="download"),
    path("<uuid:exported>/delete", views.delete, name="delete"),
]

of_project = [path("exports/", views.exports, name="exports")]
