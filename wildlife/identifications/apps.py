from django.apps import AppConfig


class IdentificationsConfig(AppConfig):
    name = "wildlife.identifications"
