"""What follows from an event of the journal: its kind, and the jobs that are deferred in the same transaction.

News travels up here (docs/architecture.md): a lower package records what it did and knows nobody who cares.
"""

import re

# Job names, each called with event_id, kind, subject_id, actor_id and customer_id.
NEWS: dict[str, tuple[str, ...]] = {
    "accounts.password_changed": ("notifications.tell",),
    "accounts.password_set": ("notifications.tell",),
    "accounts.reset_asked": ("notifications.tell",),
    "accounts.token_made": ("notifications.tell",),
    "health.edited": ("health.publish_page",),
    "health.part_added": ("health.publish_page",),
    "health.part_changed": ("health.publish_page",),
    "health.published": ("health.publish_page", "notifications.tell_of_health", "helpdesk.tell_of_incident"),
    "health.rescheduled": (
        *("health.publish_page", "notifications.tell_of_health"),
        *("helpdesk.tell_followers", "helpdesk.tell_of_incident"),
    ),
    "health.told": ("integrations.spread",),
    "health.updated": (
        *("health.publish_page", "notifications.tell_of_health"),
        *("helpdesk.tell_followers", "helpdesk.tell_of_incident"),
    ),
    **{
        f"helpdesk.escalation_{kind}": ("notifications.tell_of_escalation",)
        for kind in (
            *("forwarded", "submitted", "accepted", "returned", "in_progress", "needs_partner", "solved", "closed"),
            *("withdrawn", "noted"),
        )
    },
    "helpdesk.incident_over": ("notifications.tell_of_request", "notifications.tell_desk"),
    "helpdesk.incident_told": ("notifications.tell_of_escalation",),
    "helpdesk.incident_updated": ("notifications.tell_of_request",),
    "health.visitor_asked": ("notifications.tell_visitor",),
    "messages.corrected": ("notifications.tell_of_correction",),
    "messages.mail_chosen": ("notifications.take_digests",),
    "messages.released": ("notifications.tell_of_message",),
    "messages.sent": ("integrations.spread",),
    "assessments.ran": ("notifications.tell", "integrations.spread"),
    "assessments.refused": ("notifications.tell",),
    "assessments.withdrawn": ("integrations.spread",),
    "engagements.accepted": ("integrations.spread",),
    "engagements.cancelled": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.day_freed": ("integrations.spread",),
    "engagements.declined": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.delivered": ("integrations.spread",),
    "engagements.delivery_accepted": ("integrations.spread",),
    "engagements.delivery_answered": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.delivery_by_time": ("integrations.spread",),
    "engagements.delivery_corrected": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.delivery_disputed": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.delivery_logged": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.delivery_reminded": ("notifications.tell_of_service",),
    "engagements.in_delivery": ("integrations.spread",),
    "engagements.planned": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.replanned": ("integrations.spread",),
    "engagements.requested": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.rescheduled": ("notifications.tell_of_service", "integrations.spread"),
    "engagements.scheduled": ("notifications.tell_of_service", "integrations.spread"),
    "integrations.entries_posted": ("integrations.spread",),
    "integrations.entry_reversed": ("integrations.spread",),
    "integrations.imported": ("integrations.spread",),
    "learning.assigned": ("notifications.tell",),
    "helpdesk.contacted": ("notifications.tell_desk",),
    "helpdesk.given_back": ("notifications.tell_desk",),
    "helpdesk.taken_in": ("notifications.tell_desk",),
    "support.message_added": ("notifications.tell_of_request", "notifications.tell_desk", "integrations.spread"),
    "support.reply_refused": ("notifications.tell_of_request",),
    "support.request_merged": ("partners.end_consents", "notifications.tell_of_request", "integrations.spread"),
    "support.status_changed": ("partners.end_consents", "notifications.tell_of_request", "integrations.spread"),
    "support.assigned": ("integrations.spread",),
    "support.classified": ("integrations.spread",),
    "support.severity_changed": ("integrations.spread",),
    "partners.delegation_approved": ("notifications.tell_of_partners",),
    "partners.delegation_consented": ("notifications.tell_of_proposal",),
    "partners.delegation_declined": ("notifications.tell_of_proposal",),
    "partners.delegation_ending": ("notifications.tell_of_partners",),
    "partners.delegation_expired": ("notifications.tell_of_partners",),
    "partners.delegation_extended": ("notifications.tell_of_partners",),
    "partners.delegation_proposed": ("notifications.tell_of_proposal",),
    "partners.delegation_rejected": ("notifications.tell_of_partners",),
    "partners.delegation_requested": ("notifications.tell_of_partners",),
    "partners.delegation_terminated": ("notifications.tell_of_partners",),
    "partners.partnership_ended": ("notifications.tell_of_partnership",),
    "partners.partnership_invited": ("notifications.tell_of_partnership",),
    "organizations.staff_set": ("helpdesk.leave_behind",),
    "partners.staff_asked": ("notifications.tell",),
    "partners.staff_invited": ("notifications.tell_colleague",),
    "partners.staff_invited_again": ("notifications.tell_colleague",),
    "people.invitation_asked": ("notifications.tell_inviters",),
    "people.invitation_resent": ("notifications.tell_invited",),
    "people.invited": ("notifications.tell_invited",),
    "people.reminded": ("notifications.remind_invited",),
    "office.enquiry_answered": ("notifications.tell",),
    "office.enquiry_made": ("notifications.tell",),
    "office.agreement_approved": ("integrations.spread",),
    "office.allotment_added": ("integrations.spread",),
    "office.ended_early": ("integrations.spread",),
    "office.entitlement_added": ("integrations.spread",),
    "office.mapping_added": ("integrations.spread",),
    "office.mapping_removed": ("integrations.spread",),
    "office.packages_added": ("integrations.spread",),
    "office.renamed": ("integrations.spread",),
    "office.term_extended": ("integrations.spread",),
    "support.request_opened": ("integrations.spread",),
}
# Those that are called once for many events of a command, with subject_ids instead of event_id and subject_id.
TAKES_MANY = frozenset({"notifications.remind_invited", "notifications.tell_invited"})
# The addresses that take a file; everywhere else a body is no longer than a form.
TAKES_FILES = frozenset({"/assessments/upload/", "/import/", "/users/invite/"})
# Those that take several files at once; each of them is bounded, and so is their number.
TAKES_SEVERAL_FILES = re.compile(
    r"/(support/(requests/[0-9]+/(say|note)|open/[0-9]+/problem)|technical-support/contact"
    r"|helpdesk/requests/[0-9]+/escalate)/",
    re.ASCII,
)
