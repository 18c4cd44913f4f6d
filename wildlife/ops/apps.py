from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "wildlife.ops"
    label = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from celery.signals import setup_logging

        from wildlife import checks  # noqa: F401 - registers the system checks
        from wildlife.logging import keep_ours
        from wildlife.model_names import translate

        translate()
        setup_logging.connect(keep_ours)
