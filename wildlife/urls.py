from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/operations/", include("wildlife.ops.dashboard.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("wildlife.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("wildlife.api.urls")),
    path("", include("wildlife.ops.urls")),
    path("", include("wildlife.web.urls")),
]

handler429 = "wildlife.accounts.views.too_many"
