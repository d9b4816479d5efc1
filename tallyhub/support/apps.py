from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "tallyhub.support"
    label = "support"

    def ready(self) -> None:
        from tallyhub.support import addresses

        addresses.register()
