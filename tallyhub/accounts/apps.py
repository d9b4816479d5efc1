from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tallyhub.accounts"
    label = "accounts"
