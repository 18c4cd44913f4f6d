from django.urls import path

from wildlife.web.deployments import assigning, effort, events, tables, views

urlpatterns = [
    path("deployments/", views.deployments, name="deployments"),
    path("deployments/new/", views.new, name="new_deployment"),
    path("deployments/import/", tables.import_table, name="import_deployments"),
    path("deployments/export.csv", tables.export_table, name="export_deployments"),
    path("deployments/assign/", assigning.assign_photos, name="assign_photos"),
    path("deployments/effort/", effort.effort, name="effort"),
    path("deployments/effort.csv", effort.effort_table, name="effort_table"),
    path("deployments/<uuid:deployment_id>/", views.deployment, name="deployment"),
    path("deployments/<uuid:deployment_id>/change/", views.change, name="change_deployment"),
    path("deployments/<uuid:deployment_id>/clock/", views.clock, name="deployment_clock"),
    path("deployments/<uuid:deployment_id>/delete/", views.delete, name="delete_deployment"),
    path("events/", events.events, name="events"),
    path("events/<uuid:event_id>/", events.event, name="event"),
]
