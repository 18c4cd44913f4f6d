from django.urls import path

from wildlife.web.taxa import views

app_name = "taxa"

urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("outlines/<slug:version>.json", views.country_outlines, name="outlines"),
    path("<slug:slug>/", views.taxon, name="taxon"),
]
