from django.urls import path

from wildlife.ops.dashboard import views

app_name = "operations"

urlpatterns = [
    path("", views.page, name="page"),
    path("live", views.live, name="live"),
    path("retry", views.retry, name="retry"),
]
