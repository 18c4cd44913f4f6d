"""The Celery application: its settings are Django's, its tasks those of the applications."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")

app = Celery("wildlife")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "wildlife.identifications",
        "wildlife.species",
        "wildlife.library",
        "wildlife.review",
        "wildlife.notify",
        "wildlife.exchange",
        "wildlife.exchange.imports",
        "wildlife.accounts",
        "wildlife.api",
    ]
)
