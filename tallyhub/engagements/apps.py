from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "tallyhub.engagements"
    label = "engagements"

    def ready(self) -> None:
        from tallyhub.engagements import addresses

        addresses.register()
