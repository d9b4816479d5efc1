"""How engagements and offerings are named in addresses."""

from django.urls import register_converter


class EngagementNumber:
    """Digits, as ``kernel.numbers`` makes them; whatever else is typed there is no address."""

    regex = "[0-9]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


def register() -> None:
    """Before any address is read."""
    register_converter(EngagementNumber, "engagement_number")
