from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "tallyhub.partners"
    label = "partners"
