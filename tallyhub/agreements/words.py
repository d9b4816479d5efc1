"""What kinds and states of what is sold are called, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tallyhub.agreements.models import Entitlement
from tallyhub.agreements.rules import ContactKind, Plan, Scope, ServiceKind, State


def payer_name(entitlement: Entitlement) -> str:
    """An entitlement by its service and its package; once, where both have the same name in some language: a package
    has one for all of them.
    """
    service, package = entitlement.service.name, entitlement.package.name
    if package.casefold() in {str(one).casefold() for one in entitlement.service.names.values()}:
        return service
    return _("%(service)s, %(package)s") % {"service": service, "package": package}


def kind_name(kind: ServiceKind) -> str:
    names = {
        ServiceKind.REACTIVE: _("Reactive support"),
        ServiceKind.ADVISORY: _("Advisory support"),
        ServiceKind.PROACTIVE: _("Proactive services"),
        ServiceKind.DSE: _("Dedicated support engineering"),
        ServiceKind.CREDITS: _("Proactive credits"),
        ServiceKind.EDUCATION: _("On-demand education"),
        ServiceKind.CONTACTS: _("Support contacts"),
        ServiceKind.ASSESSMENTS: _("On-demand assessments"),
        ServiceKind.BENEFIT: _("Additional benefit"),
    }
    return names[kind]


def state_name(state: State) -> str:
    names = {
        State.FUTURE: pgettext("state of an agreement or package", "Future"),
        State.ACTIVE: pgettext("state of an agreement or package", "Active"),
        State.EXPIRING: pgettext("state of an agreement or package", "Expiring"),
        State.EXPIRED: pgettext("state of an agreement or package", "Expired"),
        State.TERMINATED: pgettext("state of an agreement or package", "Terminated"),
    }
    return names[state]


# How a badge of it looks; without an entry it stands out in no way.
STATE_TONES = {State.ACTIVE: "ok", State.EXPIRING: "low"}


def plan_name(plan: Plan) -> str:
    return {Plan.PREMIER: "Premier", Plan.UNIFIED: "Unified", Plan.OTHER: pgettext("plan of an agreement", "Other")}[
        plan
    ]


def scope_name(scope: Scope) -> str:
    return {Scope.ENTERPRISE: _("Enterprise-wide package"), Scope.ADDON: _("Add-on package")}[scope]


def contact_name(kind: ContactKind) -> str:
    names = {
        ContactKind.SERVICES_ADMINISTRATOR: _("Services administrator"),
        ContactKind.SUPPORT_CONTACT: _("Support contact"),
    }
    return names[kind]
