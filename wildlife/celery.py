"""The Celery application: settings come from Django's, tasks from the applications that have some."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")

app = Celery("wildlife")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["wildlife.identifications", "wildlife.species"])
