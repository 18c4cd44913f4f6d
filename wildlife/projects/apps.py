from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "wildlife.projects"
