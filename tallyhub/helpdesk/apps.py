from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "tallyhub.helpdesk"
    label = "helpdesk"
