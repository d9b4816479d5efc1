from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "tallyhub.messages"
    label = "message_centre"  # Django's own messages of one request have the other one
