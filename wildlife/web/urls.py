from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

from wildlife.web import media, origins, saying, views
from wildlife.web.notify import alerts
from wildlife.web.uploads import receiving

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("about/", RedirectView.as_view(pattern_name="web:help", permanent=True)),
    path("", include("wildlife.web.review.urls")),
    path("species/", include("wildlife.web.taxa.urls")),
    path("library/", include("wildlife.web.library.urls")),
    path("alerts/stop/<str:token>/", alerts.stop, name="stop_alert"),
    path("exports/", include("wildlife.web.exchange.urls")),
    path("imports/", include("wildlife.web.importing.urls")),
    path("projects/", include("wildlife.web.projects.urls")),
    path("favicon.ico", views.favicon, name="favicon"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="web/robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path("uploads/", include("wildlife.web.uploads.urls")),
    path("photos/", receiving.receive_form, name="receive"),
    path("photos/grid", views.grid, name="grid"),
    path("photos/<uuid:photo_id>/", views.photo, name="photo"),
    path("photos/<uuid:photo_id>/live", views.live, name="live"),
    path("photos/<uuid:photo_id>/delete", views.delete_photo, name="delete"),
    path("photos/<uuid:photo_id>/again", views.again, name="again"),
    path("photos/<uuid:photo_id>/say", saying.say, name="say"),
    path("photos/<uuid:photo_id>/take-back", saying.take_back, name="take_back"),
    path("photos/<uuid:photo_id>/origin", origins.correct, name="origin"),
    path("photos/<uuid:photo_id>/preview", media.preview, name="preview"),
    path("photos/<uuid:photo_id>/thumb", media.thumb, name="thumb"),
    path("photos/<uuid:photo_id>/crops/<int:index>", media.crop, name="crop"),
    path("photos/<uuid:photo_id>/original", media.original, name="original"),
]
