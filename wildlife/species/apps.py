from django.apps import AppConfig


class SpeciesConfig(AppConfig):
    name = "wildlife.species"
