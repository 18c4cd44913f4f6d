"""Imports into one's own photos, and (`of_project`) into those of a project."""

from django.urls import path

from wildlife.web.importing import views

app_name = "imports"

urlpatterns = [
    path("", views.imports, name="all"),
    path("<uuid:import_id>/", views.page, name="page"),
    path("<uuid:import_id>/confirm", views.confirm, name="confirm"),
    path("<uuid:import_id>/cancel", views.cancel, name="cancel"),
    path("<uuid:import_id>/problems.csv", views.problems, name="problems"),
]

of_project = [
    path("imports/", views.imports, name="imports"),
    path("imports/<uuid:import_id>/", views.page, name="import"),
    path("imports/<uuid:import_id>/confirm", views.confirm, name="confirm_import"),
    path("imports/<uuid:import_id>/cancel", views.cancel, name="cancel_import"),
    path("imports/<uuid:import_id>/problems.csv", views.problems, name="import_problems"),
]
