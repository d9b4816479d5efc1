from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "tallyhub.notifications"
    label = "notifications"
