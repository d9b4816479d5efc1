from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "tallyhub.integrations"
    label = "integrations"
