from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "tallyhub.health"
    label = "health"
