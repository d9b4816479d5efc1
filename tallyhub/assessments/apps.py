from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "tallyhub.assessments"
    label = "assessments"
