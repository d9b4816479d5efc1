from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "tallyhub.organizations"
    label = "organizations"
