"""What an editor types of an event: read into values, each thing that is wrong beside its field."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallyhub.health import words
from tallyhub.health.models import HealthEvent, Region
from tallyhub.health.rules import (
    CUSTOMERS_MAX,
    STATUSES_OF,
    TEXT_MAX,
    TITLE_MAX,
    WORKAROUND_MAX,
    EventKind,
    EventStatus,
    Impact,
    Reach,
    Said,
    Visibility,
)
from tallyhub.kernel.forms import LocalTimeField, TextField, ZonedForm
from tallyhub.kernel.names import NameField

_COMPONENT = re.compile(r"component_([0-9]{1,18})", re.ASCII)
# Where to show what the rules refuse.
FIELD_OF = {
    "health_title_missing": "title",
    "health_text_missing": "text",
    "health_scope_missing": "customers",
    "health_customer_unknown": "customers",
    "health_customers_too_many": "customers",
    "health_named_in_public": "visibility",
    "health_start_missing": "occurred_at",
    "health_start_in_future": "occurred_at",
    "health_end_in_future": "ended_at",
    "health_due_in_past": "due_at",
    "health_schedule_missing": "scheduled_from",
    "health_region_unknown": "regions",
}


def _choices(names: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(str(value), name) for value, name in names.items()]


class ScopeForm(ZonedForm):
    """What both a new event and a change of one say."""

    title = NameField(label=_("Title"), max_length=TITLE_MAX, help_text=_("What does not work, as people notice it."))
    visibility = forms.ChoiceField(label=_("Who may see it"), choices=_choices(words.VISIBILITY_NAMES))
    reach = forms.ChoiceField(label=_("Whom it affects"), choices=_choices(words.REACH_NAMES))
    customers = TextField(
        label=_("Customers that are named"),
        required=False,
        max_length=CUSTOMERS_MAX * 41,
        help_text=_("Their codes, one per line. Only they and their partners learn of it."),
    )
    impact_override = forms.ChoiceField(
        label=_("Impact"),
        required=False,
        choices=[("", _("As the components say")), *_choices(words.IMPACT_NAMES)],
    )
    workaround = TextField(label=_("Workaround"), required=False, max_length=WORKAROUND_MAX)
    regions = forms.TypedMultipleChoiceField(
        label=_("Regions"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everywhere."),
    )

    def __init__(self, kind: EventKind, regions: list[Region], own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(own_zone, *args, **options)
        self.kind = kind
        offered: Any = self.fields["regions"]
        offered.choices = [(str(one.pk), f"{one.product.name}: {one.name}") for one in regions]
        if kind is EventKind.MAINTENANCE:
            self.fields["scheduled_from"] = LocalTimeField(label=_("Planned from"))
            self.fields["scheduled_until"] = LocalTimeField(label=_("Planned until"))
        else:
            self.fields["occurred_at"] = LocalTimeField(label=_("Began"))

    @property
    def codes(self) -> list[str]:
        """Of the customers that are named, each once."""
        return list(dict.fromkeys(self.cleaned_data["customers"].split()))

    def scope_said(self, customers: frozenset[int]) -> dict[str, Any]:
        said = self.cleaned_data
        times = {name: said.get(name) for name in ("occurred_at", "ended_at", "scheduled_from", "scheduled_until")}
        return {
            "title": said["title"],
            "visibility": Visibility(said["visibility"]),
            "reach": Reach(said["reach"]),
            "customers": customers if said["reach"] == Reach.NAMED else frozenset(),
            "impact_override": Impact(said["impact_override"]) if said["impact_override"] else "",
            "workaround": said["workaround"],
            "regions": frozenset(said["regions"]),
            **times,
        }


class UpdateForm(ZonedForm):
    """An update: what is said, how it stands, and for when the next one is promised."""

    status = forms.ChoiceField(label=_("Status"))
    text = TextField(label=_("What is said"), max_length=TEXT_MAX)
    due_at = LocalTimeField(label=_("Next update by"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, kind: EventKind, own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(own_zone, *args, **options)
        _offer_statuses(self, kind)

    @property
    def components(self) -> dict[int, str]:
        return read_components(self.data)


def _offer_statuses(form: forms.Form, kind: EventKind) -> None:
    offered: Any = form.fields["status"]
    offered.choices = [(one.value, words.STATUS_NAMES[one]) for one in STATUSES_OF[kind]]


class NewForm(ScopeForm):
    status = forms.ChoiceField(label=_("Status"))
    text = TextField(label=_("What is said"), max_length=TEXT_MAX)
    due_at = LocalTimeField(label=_("Next update by"))

    def __init__(self, kind: EventKind, regions: list[Region], own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(kind, regions, own_zone, *args, **options)
        _offer_statuses(self, kind)

    def said(self, customers: frozenset[int]) -> Said:
        components = read_components(self.data)
        status = EventStatus(self.cleaned_data["status"])
        scope = self.scope_said(customers)
        return Said(kind=self.kind, status=status, components=components, due_at=self.cleaned_data["due_at"], **scope)


class ChangeForm(ScopeForm):
    """``ended_at`` only once it has ended."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, event: HealthEvent, regions: list[Region], own_zone: str, *args: Any, **options: Any) -> None:
        super().__init__(EventKind(event.kind), regions, own_zone, *args, **options)
        if event.kind == EventKind.MAINTENANCE and event.occurred_at:
            self.fields["occurred_at"] = LocalTimeField(label=_("Began"))
        if event.ended_at:
            self.fields["ended_at"] = LocalTimeField(label=_("Ended at"))


def read_components(data: Mapping[str, Any]) -> dict[int, str]:
    """Those with a status, by id; whether they are there, the command finds out."""
    named = ((_COMPONENT.fullmatch(name), str(value)) for name, value in data.items())
    return {int(found[1]): value for found, value in named if found and value}
