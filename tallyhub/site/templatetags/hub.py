"""Lets allauth's Django templates use the frame of our Jinja2 pages, so that there is one head and one ribbon."""

from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from tallyhub.site.demo.cast import ACCOUNTS, PASSWORD, Account

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[Account]:
    """Who can sign in to the demo; nobody in an ordinary hub."""
    return list(ACCOUNTS) if settings.TALLYHUB.demo else []


@register.simple_tag
def demo_password() -> str:
    return PASSWORD


@register.simple_tag(takes_context=True)
def jinja(context: dict[str, Any], name: str, **extra: Any) -> SafeString:
    """Render one of our own Jinja2 partials, which escapes for itself."""
    rendered = get_template(name, using="jinja2").render(extra, context["request"])
    return mark_safe(rendered)  # noqa: S308
