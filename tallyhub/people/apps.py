from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tallyhub.people"
    label = "people"
