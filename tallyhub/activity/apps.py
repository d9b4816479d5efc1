from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "tallyhub.activity"
    label = "activity"
