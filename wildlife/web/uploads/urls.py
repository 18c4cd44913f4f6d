"""Everything about one upload. A script sends to the first five; people see the others."""

from django.urls import path

from wildlife.web.uploads import receiving, views

app_name = "uploads"

urlpatterns = [
    path("", receiving.begin_upload, name="begin"),
    path("<uuid:upload_id>/", views.page, name="page"),
    path("<uuid:upload_id>/items", receiving.announce_files, name="announce"),
    path("<uuid:upload_id>/check", receiving.check_hashes, name="check"),
    path("<uuid:upload_id>/file", receiving.receive_file, name="file"),
    path("<uuid:upload_id>/part", receiving.receive_part, name="part"),
    path("<uuid:upload_id>/standing", views.standing, name="standing"),
    path("<uuid:upload_id>/problems", views.problems, name="problems"),
    path("<uuid:upload_id>/again", views.again, name="again"),
    path("<uuid:upload_id>/clock", views.clock, name="clock"),
    path("<uuid:upload_id>/place", views.place, name="place"),
]
