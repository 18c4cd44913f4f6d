from django.urls import path

from wildlife.accounts import reading, tokens, views

app_name = "accounts"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("data/", views.data, name="data"),
    path("data/<uuid:export_id>/<int:number>.zip", views.export_file, name="export_file"),
    path("data/<uuid:export_id>/delete", views.delete_export, name="delete_export"),
    path("language/", reading.set_language, name="language"),
    path("reading/", reading.page, name="reading"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/<int:token_id>/revoke", tokens.end, name="end_token"),
    path("delete/", views.delete, name="delete"),
    path("invitation/<str:secret>/", views.invitation, name="invitation"),
]
