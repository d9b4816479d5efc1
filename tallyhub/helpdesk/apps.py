from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "tallyhub.helpdesk"
    label = "helpdesk"

    def ready(self) -> None:
        from tallyhub.helpdesk.mails import taking

        taking.register()
