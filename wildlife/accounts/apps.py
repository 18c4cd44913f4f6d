from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wildlife.accounts"
    verbose_name = "Accounts"
