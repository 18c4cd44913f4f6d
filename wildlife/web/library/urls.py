from django.urls import path

from wildlife.web.library import changes, views

app_name = "library"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("map/", views.map_page, name="map"),
    path("map/clusters", views.map_clusters, name="clusters"),
    path("times/", views.times, name="times"),
    path("species/", views.species, name="species"),
    path("animals", views.animals, name="animals"),
    path("change", changes.change, name="change"),
    path("jobs/<uuid:job_id>", changes.job, name="job"),
    path("jobs/<uuid:job_id>/undo", changes.undo, name="undo"),
    path("filters", changes.save_filter, name="save"),
    path("filters/<int:pk>/delete", changes.forget_filter, name="forget"),
]
