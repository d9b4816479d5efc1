from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "tallyhub.learning"
    label = "learning"
