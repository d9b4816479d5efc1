"""Types, stages and roles in plain words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tallyhub.organizations.rules import Role, StaffRole
from tallyhub.partners.rules import PartyType, Stage, Template

MEANS: dict[str, Any] = {
    Role.SUPPORT_READ: _(
        "Read support requests and their conversation, Customer activity and the audit. Changes nothing."
    ),
    Role.SUPPORT_TIER_1: _(
        "What reading allows; also answer and work on support requests, read and write internal notes, and open "
        "requests for the customer."
    ),
    Role.SUPPORT_TIER_2: _(
        "What tier 1 allows; also set up and run assessments, invite and remove people, give and take roles, but make "
        "or unmake no administrator."
    ),
    Role.FULL_ADMINISTRATION: _(
        "What tier 2 allows; also everything else that the customer’s administrators may do, except to erase people, "
        "to make or unmake administrators, and to decide what partners may do."
    ),
}

STAFF_MEANS: dict[str, Any] = {
    StaffRole.ORGANIZATION_ADMINISTRATOR: _("Says who works here and as what, and how your support is reached."),
    StaffRole.EDITOR: _("Publishes service health, writes messages to customers, and keeps the guides."),
    StaffRole.DESK: _("Works on what partners escalate."),
    StaffRole.PARTNER_MANAGER: _("Oversees which partners there are, and suspends one."),
    StaffRole.ADMIN_AGENT: _(
        "Asks customers for rights and hands them to security groups, keeps the support profile and plan, serves "
        "customers, escalates, and advises."
    ),
    StaffRole.HELPDESK_AGENT: _("Serves customers within what they allow, and escalates."),
    StaffRole.SALES_AGENT: _("Keeps notes and follow-ups about what customers may need."),
}
TYPE_NAMES: dict[str, Any] = {
    PartyType.DIRECT_BILL: _("Direct-bill partner"),
    PartyType.INDIRECT_PROVIDER: _("Indirect provider"),
    PartyType.INDIRECT_RESELLER: _("Indirect reseller"),
}
STAGE_NAMES: dict[str, Any] = {
    Stage.CREATED: _("draft"),
    Stage.CONSENT: _("waits for the reseller"),
    Stage.PENDING: _("waits for an answer"),
    Stage.LAPSED: _("not answered in time"),
    Stage.ACTIVE: pgettext_lazy("a delegation", "active"),
    Stage.EXPIRING: _("ends soon"),
    Stage.EXPIRED: pgettext_lazy("a delegation", "ended"),
    Stage.REJECTED: pgettext_lazy("a delegation", "refused"),
    Stage.TERMINATED: _("terminated"),
}
STAGE_TONES = {
    Stage.CREATED: "plain",
    Stage.CONSENT: "low",
    Stage.PENDING: "low",
    Stage.LAPSED: "plain",
    Stage.ACTIVE: "ok",
    Stage.EXPIRING: "low",
    Stage.EXPIRED: "plain",
    Stage.REJECTED: "plain",
    Stage.TERMINATED: "plain",
}
TEMPLATE_NAMES: dict[str, Any] = {
    Template.READ: _("Read this request"),
    Template.WORK: _("Read this request and work on it"),
}


def stage_badge(stage: Stage) -> dict[str, str]:
    return {"text": str(STAGE_NAMES[stage]), "tone": STAGE_TONES[stage]}
