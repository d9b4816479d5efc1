from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "tallyhub.support"
    label = "support"
