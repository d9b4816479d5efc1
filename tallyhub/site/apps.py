from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tallyhub.site"
    label = "hub"
