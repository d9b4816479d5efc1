from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "tallyhub.privacy"
    label = "privacy"
