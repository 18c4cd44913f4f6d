from django.urls import path

from wildlife.web.quality import views

urlpatterns = [
    path("quality/", views.quality, name="quality"),
    path("quality.csv", views.table, name="quality_table"),
    path("quality/accept-above", views.accept_above, name="accept_above"),
]
