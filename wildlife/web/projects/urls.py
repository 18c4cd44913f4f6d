from django.urls import include, path

from wildlife.web.exchange.urls import of_project as exports_of_project
from wildlife.web.importing.urls import of_project
from wildlife.web.projects import members, settings, views

app_name = "projects"

urlpatterns = [
    path("", views.all_projects, name="all"),
    path("new/", views.new, name="new"),
    path("join/<str:secret>/", members.join, name="join"),
    path("<slug:slug>/", views.page, name="page"),
    path("<slug:slug>/upload/", views.upload, name="upload"),
    path("<slug:slug>/activity/", views.activity, name="activity"),
    path("<slug:slug>/members/", members.members, name="members"),
    path("<slug:slug>/members/<int:user_id>/role", members.change_role, name="change_role"),
    path("<slug:slug>/members/<int:user_id>/remove", members.remove, name="remove"),
    path("<slug:slug>/leave", members.leave, name="leave"),
    path("<slug:slug>/invitations/<int:pk>/revoke", members.revoke, name="revoke"),
    path("<slug:slug>/", include("wildlife.web.deployments.urls")),
    path("<slug:slug>/", include(exports_of_project)),
    path("<slug:slug>/", include(of_project)),
    path("<slug:slug>/", include("wildlife.web.notify.urls")),
    path("<slug:slug>/", include("wildlife.web.review.urls")),
    path("<slug:slug>/", include("wildlife.web.review.alike_urls")),
    path("<slug:slug>/", include("wildlife.web.quality.urls")),
    path("<slug:slug>/settings/", settings.settings, name="settings"),
    path("<slug:slug>/hand-over", settings.hand_over, name="hand_over"),
    path("<slug:slug>/delete/", settings.delete, name="delete"),
]
