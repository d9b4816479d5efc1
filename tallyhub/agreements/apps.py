from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "tallyhub.agreements"
    label = "agreements"
