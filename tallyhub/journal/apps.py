from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "tallyhub.journal"
    label = "journal"
