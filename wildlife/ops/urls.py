from django.urls import path

from wildlife.ops.health import Ready, alive
from wildlife.ops.metrics import metrics

urlpatterns = [
    path("healthz", alive, name="alive"),
    path("readyz", Ready.as_view(), name="ready"),
    path("metrics", metrics, name="metrics"),
]
