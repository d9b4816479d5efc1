"""What every Jinja2 page can use, and what the frame around it shows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tallyhub.activity.queries import list_views
from tallyhub.activity.view_web import saved_views
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.site.pages import (
    HEALTH,
    HELPDESK,
    LEARNING,
    MANAGEMENT,
    MESSAGES,
    OFFICE,
    OVERSEEING,
    OWN_SUPPORT,
    PARTNERS,
    SERVICES,
    SUPPORT,
    Page,
    may_be_inside,
)

# URL name, what the ribbon says, whom it is for, and the pages of its second line.
_TABS: list[tuple[str, Any, Right | Callable[[Access], bool] | None, tuple[Page, ...]]] = [
    ("activity:home", _("Home"), None, ()),
    ("partners:customers", _("Customers"), PARTNERS[0].is_for, PARTNERS),
    ("helpdesk:queue", _("Helpdesk"), HELPDESK[0].is_for, HELPDESK),
    ("partners:profile", _("Our support"), OWN_SUPPORT[0].is_for, OWN_SUPPORT),
    ("partners:overview", _("Partners"), OVERSEEING[0].is_for, OVERSEEING),
    ("support:list", _("Support"), None, SUPPORT),
    ("engagements:services", _("Services"), may_be_inside, SERVICES),
    ("learning:catalogue", _("Learning"), may_be_inside, LEARNING),
    ("health:overview", _("Health"), None, HEALTH),
    ("messages:list", _("Messages"), None, MESSAGES),
    ("activity:management", _("Management"), may_be_inside, MANAGEMENT),
    ("activity:round", _("Back office"), Right.MANAGE_AGREEMENTS, OFFICE),
]


def environment(**options: Any) -> Environment:
    """Undefined names are errors; texts come from Django's active catalog."""
    ours = {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"], "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options | ours)  # noqa: S701 - Django passes autoescape
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
    made.globals.update({"gettext": text, "_": text, "url": url, "static": static, "icons": Icons()})
    return made


@pass_context
def text(_context: Context, message: str, /, **variables: object) -> Markup:
    """A text of the active language; what is put into it is escaped. A page asks for fifty that never change."""
    return _texts(get_language() or "en", message) % variables


@lru_cache(4_096)
def _texts(_language: str, message: str) -> Markup:
    return Markup(gettext(message))  # noqa: S704 - from our own catalogs


class Icons(dict[str, Markup]):
    """``icons["package"]``: a drawing of the sprite. Made once; a macro would be called a hundred times a page."""

    def __missing__(self, name: str) -> Markup:
        sprite = static("vendor/icons.svg")
        self[name] = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(sprite, name)
        return self[name]


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    id: int
    name: str
    customer: str
    is_current: bool


class Chrome:
    """The frame: ribbon, workspace switcher, person menu. Worked out only when a page renders it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request: Any = request
        self._sign_on: Any = getattr(request, "sign_on", None)
        self.release = settings.TALLYHUB_RELEASE
        self.language = get_language() or "en"
        person: Any = self._sign_on.person if self._sign_on else None
        self.is_signed_in = bool(person and person.is_authenticated)
        self.person_name = person.name if self.is_signed_in else ""
        self.person_email = (person.email or "") if self.is_signed_in else ""
        self.theme = person.theme if self.is_signed_in else "auto"
        self.customer_name = self._sign_on.customer_name if self._sign_on else ""
        self.has_more_customers = bool(self._sign_on and self._sign_on.customer_count > 1)

    @property
    def messages(self) -> Any:
        found = get_messages(self._request)
        return found if len(found) else ()  # iterating over none of them would still clear the cookie

    @property
    def tabs(self) -> list[Tab]:
        path, access = self._request.path, self._request.access
        return [
            Tab(str(title), url(name), _is_at(path, access, name, rows))
            for name, title, right, rows in _TABS
            if right is None or (access.has_anywhere(right) if isinstance(right, Right) else right(access))
        ]

    @property
    def tab_title(self) -> str:
        """Of the tab that one is at, for the line below it."""
        return next((tab.title for tab in self.tabs if tab.is_current), "")

    @property
    def subtabs(self) -> list[Tab]:
        """A line that only repeats its tab is left out."""
        path, access = self._request.path, self._request.access
        found = [
            (name, row)
            for name, _title, _right, rows in _TABS
            if _is_at(path, access, name, rows)
            for row in rows
            if row.is_for(access)
        ]
        if all(row.address == name for name, row in found):
            return []
        furthest = max(row.reach(path) for _name, row in found)
        return [Tab(str(row.title), url(row.address), 0 < furthest == row.reach(path)) for _name, row in found]

    @property
    def management(self) -> list[Page]:
        """The pages of Management that the person may open."""
        return [one for one in MANAGEMENT if one.is_for(self._request.access)]

    @property
    def views(self) -> dict[str, Any] | None:
        """One's saved views of this page, for pages of packages below the one that keeps them; inside the page's scope.

        None for who belongs to no customer, because a view is kept inside one.
        """
        access = self._request.access
        return saved_views(self._request, list_views(access)) if access.workspaces else None

    @cached_property
    def workspaces(self) -> list[PlaceChoice]:
        if not self._sign_on:
            return []
        current = self._request.access.workspace_id
        return [
            PlaceChoice(place.id, place.name, self._sign_on.customer_name, place.id == current)
            for place in self._sign_on.places
        ]

    @cached_property
    def workspace(self) -> PlaceChoice | None:
        return next((place for place in self.workspaces if place.is_current), None)


def _is_at(path: str, access: Access, name: str, rows: Iterable[Page]) -> bool:
    """A page that stands below two tabs is below the one that is for the person."""
    return path == url(name) or any(row.reach(path) and row.is_for(access) for row in rows)


def chrome(request: HttpRequest) -> dict[str, Any]:
    field = SimpleLazyObject(lambda: csrf_input(request))  # masked anew at each call, so once for all forms of a page
    return {"chrome": Chrome(request), "request": request, "csrf_input": field}
