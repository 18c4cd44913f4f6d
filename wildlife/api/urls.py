from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from wildlife.api import media, taxa, views

app_name = "api"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:docs")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("v1/photos", views.PhotoList.as_view(), name="photos"),
    path("v1/photos/<uuid:photo_id>", views.PhotoDetail.as_view(), name="photo"),
    path("v1/photos/<uuid:photo_id>/preview", media.Preview.as_view(), name="preview"),
    path("v1/photos/<uuid:photo_id>/original", media.Original.as_view(), name="original"),
    path(
        "v1/photos/<uuid:photo_id>/detections/<int:index>/crop", media.Crop.as_view(), name="crop"
    ),
    path("v1/taxa", taxa.TaxonList.as_view(), name="taxa"),
    path("v1/taxa/<slug:slug>", taxa.TaxonDetail.as_view(), name="taxon"),
    re_path(r"", views.Unknown.as_view()),
]
