from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "tallyhub.office"
    label = "office"
