"""Every kind of event and what it says. One table, so that the page, its filter and its export agree.

A kind that code records and that is missing here fails a test. ``%(name)s`` is a detail of the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class About(StrEnum):
    """What the subject's id is an id of, so that a page can look up its name when it is read."""

    NOTHING = "nothing"
    PERSON = "person"
    WORKSPACE = "workspace"
    STATEMENT = "statement"
    AGREEMENT = "agreement"
    ENTITLEMENT = "entitlement"
    REQUEST = "request"  # a support request
    GROUP = "group"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    OTHER = "other"  # shown by its number


@dataclass(frozen=True, slots=True)
class Kind:
    title: Any  # in the filter
    sentence: Any
    about: About = About.NOTHING


KINDS: dict[str, Kind] = {
    "accounts.password_changed": Kind(_("Password changed"), _("Changed their own password"), About.PERSON),
    "accounts.password_set": Kind(_("Password set"), _("An operator set the password"), About.PERSON),
    "accounts.profile_changed": Kind(_("Profile changed"), _("Changed their own profile"), About.PERSON),
    "accounts.reset_asked": Kind(_("Password reset"), _("Asked for a link to set a new password"), About.PERSON),
    "accounts.token_made": Kind(_("Access token made"), _("Made an access token"), About.TOKEN),
    "accounts.token_revoked": Kind(_("Access token revoked"), _("Revoked an access token"), About.TOKEN),
    "activity.export_asked": Kind(
        _("Spreadsheet asked for"),
        ngettext_lazy("Asked for a spreadsheet of %(rows)s row", "Asked for a spreadsheet of %(rows)s rows", "rows"),
        About.OTHER,
    ),
    "activity.export_downloaded": Kind(_("Spreadsheet downloaded"), _("Downloaded a spreadsheet"), About.OTHER),
    "activity.exported": Kind(_("Export"), _("Downloaded a list: %(what)s"), About.ENTITLEMENT),
    "activity.looked": Kind(_("Look by staff"), _("Opened a page for the first time that day: %(page)s")),
    "activity.statement_downloaded": Kind(
        _("Statement downloaded"), _("Downloaded a statement: %(form)s"), About.STATEMENT
    ),
    "activity.statement_made": Kind(_("Statement made"), _("Made a statement"), About.STATEMENT),
    "activity.view_deleted": Kind(_("View deleted"), _("Deleted a saved view"), About.OTHER),
    "activity.view_renamed": Kind(_("View renamed"), _("Renamed a saved view"), About.OTHER),
    "activity.view_saved": Kind(_("View saved"), _("Saved a view"), About.OTHER),
    "agreements.account_policy_settled": Kind(
        _("Accepted accounts changed"),
        _("Which accounts the workspace accepts changed to: %(accepts)s"),
        About.WORKSPACE,
    ),
    "articles.published": Kind(
        _("Article published"), _("Published version %(number)s of an article of the resources"), About.OTHER
    ),
    "articles.sent": Kind(
        _("Article sent"), _("Sent the customer an article about the request no. %(request)s"), About.OTHER
    ),
    "articles.withdrawn": Kind(_("Article withdrawn"), _("Withdrew an article of the resources"), About.OTHER),
    "assessments.counted": Kind(_("Set-up counted anew"), _("Counted a set-up under another entitlement"), About.OTHER),
    "assessments.ended": Kind(_("Assessment ended"), _("Ended the set-up of an assessment"), About.OTHER),
    "assessments.exported": Kind(_("Findings exported"), _("Downloaded the full list of a run"), About.OTHER),
    "assessments.ran": Kind(_("Assessment ran"), _("Brought in the result of an assessment"), About.OTHER),
    "assessments.refused": Kind(_("Result refused"), _("Refused a collector’s file: %(code)s"), About.OTHER),
    "assessments.set_up": Kind(_("Assessment set up"), _("Set up an assessment"), About.OTHER),
    "assessments.withdrawn": Kind(_("Run withdrawn"), _("Withdrew the run of an assessment"), About.OTHER),
    "engagements.accepted": Kind(_("Engagement accepted"), _("All of an engagement is accepted"), About.OTHER),
    "engagements.cancelled": Kind(_("Engagement cancelled"), _("Cancelled an engagement"), About.OTHER),
    "engagements.day_freed": Kind(
        _("Day freed"), _("Gave back a booked day of an engagement: %(starts)s"), About.OTHER
    ),
    "engagements.declined": Kind(_("Service declined"), _("Declined a requested service"), About.OTHER),
    "engagements.delivered": Kind(
        _("Engagement delivered"), _("Said that all of an engagement is delivered"), About.OTHER
    ),
    "engagements.delivery_accepted": Kind(_("Delivery accepted"), _("Accepted a delivery"), About.OTHER),
    "engagements.delivery_answered": Kind(_("Dispute answered"), _("Answered the dispute of a delivery"), About.OTHER),
    "engagements.delivery_by_time": Kind(
        _("Delivery accepted by time"),
        _("A delivery counts as accepted, because nobody disputed it in time"),
        About.OTHER,
    ),
    "engagements.delivery_corrected": Kind(
        _("Delivery corrected"), _("Corrected a delivery: %(was)s minutes became %(minutes)s"), About.OTHER
    ),
    "engagements.delivery_disputed": Kind(_("Delivery disputed"), _("Disputed a delivery"), About.OTHER),
    "engagements.delivery_logged": Kind(_("Delivery logged"), _("Logged a delivery: %(minutes)s minutes"), About.OTHER),
    "engagements.delivery_reminded": Kind(
        _("Reminder of a delivery"), _("Reminded that a delivery counts as accepted soon"), About.OTHER
    ),
    "engagements.in_delivery": Kind(_("Delivery begun"), _("Began to deliver an engagement"), About.OTHER),
    "engagements.planned": Kind(_("Engagement planned"), _("Planned an engagement: %(minutes)s minutes"), About.OTHER),
    "engagements.replanned": Kind(
        _("Engagement planned anew"), _("Planned an engagement anew: %(minutes)s minutes"), About.OTHER
    ),
    "engagements.requested": Kind(_("Service requested"), _("Requested a service"), About.OTHER),
    "engagements.rescheduled": Kind(
        _("Engagement rescheduled"), _("Rescheduled an engagement: %(starts)s"), About.OTHER
    ),
    "engagements.scheduled": Kind(_("Engagement scheduled"), _("Scheduled an engagement: %(starts)s"), About.OTHER),
    "health.edited": Kind(_("Event changed"), _("Changed what stands in an event of service health"), About.OTHER),
    "health.part_added": Kind(_("Part added"), _("Added a component or a region of a product"), About.OTHER),
    "health.part_changed": Kind(_("Part changed"), _("Changed a component or a region of a product"), About.OTHER),
    "health.published": Kind(_("Event published"), _("Published an event of service health"), About.OTHER),
    "health.rescheduled": Kind(_("Maintenance rescheduled"), _("Moved maintenance to another time"), About.OTHER),
    "health.sent": Kind(_("Mail sent"), _("Wrote to everybody whom the event %(event)s reaches"), About.OTHER),
    "health.subscribed": Kind(_("Mail chosen"), _("Chose what they get mail about in service health"), About.PERSON),
    "health.told": Kind(
        _("Told of service health"), _("Told the customer of the event %(event)s of service health"), About.OTHER
    ),
    "health.updated": Kind(_("Event updated"), _("Published an update of an event of service health"), About.OTHER),
    "health.visitor_asked": Kind(_("Mail asked for"), _("A visitor asked for mail about service health"), About.OTHER),
    "health.visitor_confirmed": Kind(
        _("Mail confirmed"), _("A visitor confirmed that they want mail about service health"), About.OTHER
    ),
    "health.visitor_left": Kind(_("Mail ended"), _("A visitor wants no more mail about service health"), About.OTHER),
    "helpdesk.allowance_added": Kind(
        _("Escalations agreed"), _("Agreed on escalations with the partner %(partner)s"), About.OTHER
    ),
    "helpdesk.allowance_withdrawn": Kind(
        _("Agreed escalations withdrawn"), _("Withdrew what was agreed on with the partner %(partner)s"), About.OTHER
    ),
    "helpdesk.baseline_added": Kind(_("Baseline item added"), _("Added an item of the baseline"), About.OTHER),
    "helpdesk.baseline_changed": Kind(_("Baseline item changed"), _("Changed an item of the baseline"), About.OTHER),
    "helpdesk.consent_asked": Kind(
        _("Consent asked for"), _("Asked for a consent to the request %(request)s"), About.REQUEST
    ),
    "helpdesk.contacted": Kind(_("Partner asked"), _("Asked the partner %(partner)s"), About.REQUEST),
    "helpdesk.diagnosis_noted": Kind(
        _("Diagnosis noted"), _("Noted something in the diagnosis of the request %(request)s"), About.REQUEST
    ),
    "helpdesk.given_back": Kind(
        _("Request given back"), _("Gave the request back to the partner %(partner)s"), About.REQUEST
    ),
    "helpdesk.health_checked": Kind(
        _("Service health checked"), _("Checked service health for the request %(request)s: %(result)s"), About.REQUEST
    ),
    "helpdesk.incident_followed": Kind(
        _("Incident followed"), _("Let the request %(request)s follow the incident %(event)s"), About.REQUEST
    ),
    "helpdesk.incident_left": Kind(
        _("Incident left"),
        _("Let the request %(request)s follow the incident %(event)s no longer: %(why)s"),
        About.REQUEST,
    ),
    "helpdesk.incident_over": Kind(
        _("Followed incident over"), _("The incident %(event)s that the request follows is over"), About.REQUEST
    ),
    "helpdesk.incident_updated": Kind(
        _("Followed incident updated"),
        _("There is an update of the incident %(event)s that the request follows"),
        About.REQUEST,
    ),
    "helpdesk.moved_on": Kind(
        _("Request moved on"),
        _("Gave the request to %(partner)s, because whoever had it is suspended"),
        About.REQUEST,
    ),
    "helpdesk.price_accepted": Kind(
        _("Price accepted"), _("Accepted the price in version %(number)s of the support plan"), About.REQUEST
    ),
    "helpdesk.resolved": Kind(
        _("Resolved within the baseline"),
        _("Resolved the request %(request)s within the baseline: %(item)s"),
        About.REQUEST,
    ),
    "helpdesk.rights_needed": Kind(
        _("Rights needed"), _("Said that the request %(request)s needs rights with the customer"), About.REQUEST
    ),
    "helpdesk.rights_needed_no_more": Kind(
        _("Rights needed no more"),
        _("Said that the request %(request)s needs no rights with the customer any more"),
        About.REQUEST,
    ),
    "helpdesk.mail_added": Kind(
        _("Mail added"), _("Added a mail of the customer to the support request"), About.REQUEST
    ),
    "helpdesk.mail_put_aside": Kind(_("Mail put aside"), _("Put a mail to the desk aside: %(reason)s"), About.OTHER),
    "helpdesk.mail_taken_in": Kind(
        _("Mail taken in"), _("Took a mail of the customer in as a support request"), About.REQUEST
    ),
    "helpdesk.taken_in": Kind(
        _("Request written down"), _("Wrote down what the customer asked: %(channel)s"), About.REQUEST
    ),
    "helpdesk.task_begun": Kind(
        _("Task begun for a customer"),
        _("Began the configuration task %(task)s for the request %(request)s"),
        About.REQUEST,
    ),
    "helpdesk.desk_changed": Kind(_("Desk changed"), _("Changed how the desk for escalations works"), About.OTHER),
    "helpdesk.escalation_accepted": Kind(
        _("Escalation accepted"), _("The provider accepted what a partner escalated"), About.OTHER
    ),
    "helpdesk.escalation_assigned": Kind(
        _("Escalation assigned"), _("Said who at the desk works on an escalation"), About.OTHER
    ),
    "helpdesk.escalation_closed": Kind(_("Escalation closed"), _("Closed an escalation"), About.OTHER),
    "helpdesk.escalation_forwarded": Kind(
        _("Escalation sent to the indirect provider"),
        _("Sent an escalation of the request %(request)s to the indirect provider"),
        About.OTHER,
    ),
    "helpdesk.escalation_in_progress": Kind(
        _("Escalation worked on"), _("An escalation is worked on, or worked on again"), About.OTHER
    ),
    "helpdesk.escalation_needs_partner": Kind(
        _("Escalation waits for the partner"), _("Asked the partner something about an escalation"), About.OTHER
    ),
    "helpdesk.escalation_noted": Kind(_("Note on an escalation"), _("Wrote a note on an escalation"), About.OTHER),
    "helpdesk.escalation_published": Kind(
        _("Word of an escalation published"),
        _("Published what was said of an escalation to the customer, on the request %(request)s"),
        About.OTHER,
    ),
    "helpdesk.escalation_returned": Kind(
        _("Escalation returned"), _("Returned an escalation, because something is missing"), About.OTHER
    ),
    "helpdesk.escalation_solved": Kind(
        _("Solution of an escalation"), _("Gave a solution for an escalation"), About.OTHER
    ),
    "helpdesk.escalation_submitted": Kind(
        _("Escalation sent to the provider"), _("Sent an escalation to the provider"), About.OTHER
    ),
    "helpdesk.escalation_tied": Kind(
        _("Escalation and incident"), _("Said to which incident an escalation belongs"), About.OTHER
    ),
    "helpdesk.escalation_withdrawn": Kind(_("Escalation withdrawn"), _("Withdrew an escalation"), About.OTHER),
    "helpdesk.incident_told": Kind(
        _("Incident of an escalation"),
        _("There is an update of the incident that an escalation belongs to"),
        About.OTHER,
    ),
    "integrations.endpoint_added": Kind(_("Endpoint added"), _("Added an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_deleted": Kind(_("Endpoint deleted"), _("Deleted an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_paused": Kind(_("Endpoint paused"), _("Paused an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_replayed": Kind(
        _("Messages sent again"),
        ngettext_lazy("Sent %(messages)s message again", "Sent %(messages)s messages again", "messages"),
        About.OTHER,
    ),
    "integrations.endpoint_resumed": Kind(_("Endpoint resumed"), _("Resumed an endpoint for webhooks"), About.OTHER),
    "integrations.endpoint_secret_changed": Kind(
        _("Endpoint secret changed"), _("Changed the secret of an endpoint for webhooks"), About.OTHER
    ),
    "integrations.entries_posted": Kind(
        _("Entries posted"),
        ngettext_lazy("Posted %(rows)s entry through the API", "Posted %(rows)s entries through the API", "rows"),
    ),
    "integrations.entry_reversed": Kind(_("Entry reversed"), _("Took an entry back through the API"), About.OTHER),
    "integrations.imported": Kind(
        _("Import"),
        ngettext_lazy("Imported %(rows)s row: %(what)s", "Imported %(rows)s rows: %(what)s", "rows"),
    ),
    "integrations.mapping_deleted": Kind(_("Mapping deleted"), _("Deleted a saved mapping"), About.OTHER),
    "integrations.mapping_saved": Kind(_("Mapping saved"), _("Saved a mapping for imports"), About.OTHER),
    "journal.cleared": Kind(
        _("Audit cleared"), _("Cleared events from before %(before)s, %(count)s in number: %(kind)s")
    ),
    "learning.assigned": Kind(_("Activity assigned"), _("Assigned a learning activity to somebody"), About.OTHER),
    "learning.assignment_withdrawn": Kind(
        _("Assignment withdrawn"), _("Withdrew the assignment of a learning activity"), About.OTHER
    ),
    "learning.completed": Kind(_("Activity completed"), _("Somebody completed a learning activity"), About.OTHER),
    "learning.source_made": Kind(_("Learning system added"), _("Added a learning system"), About.OTHER),
    "learning.source_revoked": Kind(_("Learning system revoked"), _("Revoked a learning system"), About.OTHER),
    "learning.started": Kind(_("Activity started"), _("Somebody started a learning activity"), About.OTHER),
    "learning.transcript_exported": Kind(_("Transcript downloaded"), _("Downloaded their own transcript")),
    "messages.corrected": Kind(
        _("Message corrected"), _("Corrected a message; it is version %(version)s now"), About.OTHER
    ),
    "messages.correction_told": Kind(
        _("Mail about a correction"),
        _("Wrote to whoever had got a message that it was corrected. People: %(people)s, mailboxes: %(boxes)s"),
        About.OTHER,
    ),
    "messages.digests_sent": Kind(_("Digests sent"), _("Wrote the digests of a week. People: %(people)s")),
    "messages.guide_changed": Kind(
        _("Guide changed"), _("Changed the guide to the right place to ask; it is version %(version)s now"), About.OTHER
    ),
    "messages.mail_chosen": Kind(
        _("Mail about messages chosen"), _("Chose what they get mail about in the message centre"), About.PERSON
    ),
    "messages.promotions_chosen": Kind(
        _("Advertising chosen"), _("Chose whether the customer wants advertising by the provider"), About.OTHER
    ),
    "messages.refused": Kind(
        _("Message refused"),
        _("Wanted to send the customer a message (%(what)s) and was refused. %(why)s"),
        About.OTHER,
    ),
    "messages.released": Kind(
        _("Message sent out"), _("Sent a message. Customers: %(sent)s, refused: %(refused)s"), About.OTHER
    ),
    "messages.scheduled": Kind(_("Message scheduled"), _("Wrote a message that is sent later"), About.OTHER),
    "messages.sent": Kind(_("Message sent"), _("Sent the customer a message: %(what)s"), About.OTHER),
    "messages.told": Kind(
        _("Mail about a message"), _("Wrote to people about a message. People: %(people)s"), About.OTHER
    ),
    "messages.withdrawn": Kind(_("Message withdrawn"), _("Withdrew a message"), About.OTHER),
    "notifications.address_added": Kind(
        _("Address added"), _("Added an address for news of the provider"), About.OTHER
    ),
    "notifications.address_removed": Kind(
        _("Address removed"), _("Removed an address for news of the provider"), About.OTHER
    ),
    "notifications.address_stopped": Kind(
        _("Mail stopped"), _("Mail to the address was stopped: %(reason)s"), About.PERSON
    ),
    "notifications.allowed_again": Kind(_("Mail allowed again"), _("Allowed mail to the address again"), About.PERSON),
    "notifications.mail_bounced": Kind(_("Mail came back"), _("A mail came back"), About.PERSON),
    "notifications.unsubscribed": Kind(_("Digests ended"), _("Wants no more digests"), About.PERSON),
    "office.agreement_activated": Kind(
        _("Agreement activated"),
        _("Activated an agreement. Invited: %(invited)s, roles at once: %(given)s, contacts too many: %(over)s"),
        About.AGREEMENT,
    ),
    "office.agreement_approved": Kind(
        _("Agreement approved"),
        _("Approved an agreement: packages %(packages)s, entitlements %(entitlements)s, quantities %(allotments)s"),
        About.AGREEMENT,
    ),
    "office.allotment_added": Kind(_("Allotment added"), _("Added an allotment: %(what)s"), About.ENTITLEMENT),
    "office.draft_changed": Kind(_("Draft changed"), _("Changed the draft of an agreement"), About.OTHER),
    "office.draft_deleted": Kind(_("Draft deleted"), _("Deleted the draft of an agreement"), About.OTHER),
    "office.draft_made": Kind(_("Draft made"), _("Began the draft of an agreement"), About.OTHER),
    "office.ended_early": Kind(_("Early end"), _("Ended early, on %(ends_on)s: %(what)s"), About.OTHER),
    "office.enquiry_answered": Kind(_("Enquiry answered"), _("Answered an enquiry: %(answer)s"), About.OTHER),
    "office.enquiry_made": Kind(_("Enquiry made"), _("Asked the account team: %(wish)s"), About.OTHER),
    "office.entitlement_added": Kind(_("Entitlement added"), _("Added an entitlement to a package"), About.ENTITLEMENT),
    "office.mapping_added": Kind(_("Package mapped"), _("Mapped a package to the workspace"), About.OTHER),
    "office.mapping_removed": Kind(
        _("Mapping taken away"), _("Took the mapping of a package to the workspace away"), About.OTHER
    ),
    "office.packages_added": Kind(
        _("Packages added"),
        _("Added to an agreement: packages %(packages)s, entitlements %(entitlements)s, quantities %(allotments)s"),
        About.AGREEMENT,
    ),
    "office.renamed": Kind(_("Renamed"), _("Gave another name: %(what)s"), About.OTHER),
    "office.support_terms_changed": Kind(
        _("Terms of support changed"), _("Changed the terms of support of an agreement"), About.OTHER
    ),
    "office.term_extended": Kind(_("Extension"), _("Extended from %(was)s to %(ends_on)s: %(what)s"), About.OTHER),
    "office.workspace_archived": Kind(_("Workspace archived"), _("Archived the workspace"), About.WORKSPACE),
    "office.workspace_changed": Kind(
        _("Workspace changed"), _("Changed name or goal of the workspace"), About.WORKSPACE
    ),
    "office.workspace_made": Kind(_("Workspace made"), _("Made the workspace"), About.WORKSPACE),
    "office.workspace_restored": Kind(
        _("Workspace restored"), _("Restored the workspace from the archive"), About.WORKSPACE
    ),
    "organizations.customer_changed": Kind(
        _("Customer changed"), _("Changed the customer’s name or zone"), About.OTHER
    ),
    "organizations.customer_made": Kind(_("Customer made"), _("Made the customer"), About.OTHER),
    "organizations.member_removed": Kind(_("Member removed"), _("Removed from the workspace"), About.PERSON),
    "organizations.role_given": Kind(_("Role given"), _("Gave the role: %(role)s"), About.PERSON),
    "organizations.role_taken": Kind(_("Role taken away"), _("Took the role away: %(role)s"), About.PERSON),
    "organizations.staff_set": Kind(
        _("Staff changed"), _("Said what they are at the provider or a partner: %(roles)s"), About.PERSON
    ),
    "partners.assigned": Kind(
        _("Delegation assigned"), _("Assigned to the partner’s group no. %(group)s: %(roles)s"), About.OTHER
    ),
    "partners.consent_ended": Kind(
        _("Consent ended"), _("A partner’s consent to one request ended, by: %(by)s"), About.REQUEST
    ),
    "partners.consent_given": Kind(
        _("Consent given"), _("Let the partner %(partner)s into one request: %(template)s"), About.REQUEST
    ),
    "partners.delegation_approved": Kind(
        _("Delegation approved"),
        ngettext_lazy(
            "Approved a delegation for %(days)s day: %(roles)s",
            "Approved a delegation for %(days)s days: %(roles)s",
            "days",
        ),
        About.OTHER,
    ),
    "partners.delegation_consented": Kind(
        _("Reseller agreed"), _("Agreed to a delegation that the indirect provider asked for"), About.OTHER
    ),
    "partners.delegation_declined": Kind(
        _("Reseller did not agree"),
        _("Did not agree to a delegation that the indirect provider asked for"),
        About.OTHER,
    ),
    "partners.delegation_ending": Kind(
        _("Delegation nears its end"),
        ngettext_lazy("A delegation ends within %(days)s day", "A delegation ends within %(days)s days", "days"),
        About.OTHER,
    ),
    "partners.delegation_expired": Kind(_("Delegation ended"), _("A delegation ended by itself"), About.OTHER),
    "partners.delegation_extended": Kind(
        _("Delegation extended"),
        ngettext_lazy(
            "A delegation was extended by itself by %(days)s day",
            "A delegation was extended by itself by %(days)s days",
            "days",
        ),
        About.OTHER,
    ),
    "partners.delegation_lapsed": Kind(
        _("Delegation not answered"), _("A delegation was asked for and not answered in time"), About.OTHER
    ),
    "partners.delegation_proposed": Kind(
        _("Delegation for a reseller"), _("Asked for a delegation for the reseller no. %(reseller)s"), About.OTHER
    ),
    "partners.delegation_refused": Kind(
        _("Too late for a delegation"),
        _("Came too late with an answer to a delegation: %(act)s; it is %(stage)s"),
        About.OTHER,
    ),
    "partners.delegation_rejected": Kind(_("Delegation refused"), _("Refused a delegation"), About.OTHER),
    "partners.delegation_requested": Kind(
        _("Delegation asked for"),
        ngettext_lazy(
            "Asked for a delegation for %(days)s day: %(roles)s",
            "Asked for a delegation for %(days)s days: %(roles)s",
            "days",
        ),
        About.OTHER,
    ),
    "partners.delegation_terminated": Kind(
        _("Delegation terminated"), _("Terminated a delegation, for the: %(by)s"), About.OTHER
    ),
    "partners.delegation_withdrawn": Kind(
        _("Delegation for a reseller taken back"), _("Took back what was asked for a reseller"), About.OTHER
    ),
    "partners.described": Kind(_("Partner described"), _("Said what a partner is: %(type)s"), About.OTHER),
    "partners.extension_set": Kind(
        _("Extension of a delegation"), _("Set the extension of a delegation by itself: %(extends)s"), About.OTHER
    ),
    "partners.follow_up_added": Kind(_("Follow-up noted"), _("Noted a follow-up"), About.OTHER),
    "partners.follow_up_changed": Kind(
        _("Follow-up changed"), _("Changed a follow-up, which is now %(state)s"), About.OTHER
    ),
    "partners.group_added": Kind(_("Security group made"), _("Made a security group"), About.OTHER),
    "partners.group_removed": Kind(_("Security group removed"), _("Removed a security group"), About.OTHER),
    "partners.member_added": Kind(_("Security group joined"), _("Put somebody into a security group"), About.PERSON),
    "partners.member_removed": Kind(_("Security group left"), _("Took somebody out of a security group"), About.PERSON),
    "partners.partnership_authorised": Kind(_("Partnership authorised"), _("Authorised a partnership"), About.OTHER),
    "partners.partnership_ended": Kind(_("Partnership ended"), _("Ended a partnership"), About.OTHER),
    "partners.partnership_invited": Kind(
        _("Partnership asked for"), _("Invited a reseller to a partnership"), About.OTHER
    ),
    "partners.plan_accepted": Kind(
        _("Support plan accepted"),
        _("Accepted version %(number)s of the support plan of the partner %(partner)s"),
    ),
    "partners.plan_draft_discarded": Kind(_("Draft discarded"), _("Discarded the draft of the support plan")),
    "partners.plan_published": Kind(
        _("Support plan published"), _("Published version %(number)s of the support plan, valid from %(valid_from)s")
    ),
    "partners.portfolio_exported": Kind(_("Portfolio downloaded"), _("Downloaded the overview of all customers")),
    "partners.profile_changed": Kind(_("Support profile changed"), _("Changed the support profile: %(fields)s")),
    "partners.reinstated": Kind(_("Partner reinstated"), _("Ended the suspension of a partner"), About.OTHER),
    "partners.resale_accepted": Kind(
        _("Partner accepted"), _("Accepted the partner %(partner)s as one that sells here"), About.OTHER
    ),
    "partners.resale_asked": Kind(
        _("Customer asked"), _("Made a link by which a customer can accept the partner"), About.OTHER
    ),
    "partners.resale_ended": Kind(
        _("Relation with a partner ended"), _("Ended that the partner %(partner)s sells here"), About.OTHER
    ),
    "partners.right_ended": Kind(
        _("Right of a partner ended"), _("A right of somebody of a partner ended: %(role)s, %(source)s"), About.PERSON
    ),
    "partners.right_given": Kind(
        _("Right of a partner given"), _("Somebody of a partner got a right: %(role)s, %(source)s"), About.PERSON
    ),
    "partners.staff_asked": Kind(_("Link sent again"), _("Sent a link to choose a password again"), About.PERSON),
    "partners.staff_declined": Kind(_("Invitation declined"), _("Declined to work for an organisation"), About.OTHER),
    "partners.staff_ended": Kind(
        _("Work for an organisation ended"), _("Ended somebody’s work for their organisation"), About.PERSON
    ),
    "partners.staff_invited": Kind(
        _("Colleague invited"), _("Invited somebody to work for their organisation"), About.OTHER
    ),
    "partners.staff_invited_again": Kind(
        _("Colleague invited again"), _("Sent an invitation to work for their organisation again"), About.OTHER
    ),
    "partners.staff_joined": Kind(_("Colleague joined"), _("Accepted to work for an organisation"), About.PERSON),
    "partners.staff_revoked": Kind(
        _("Invitation of a colleague taken back"),
        _("Took back an invitation to work for their organisation"),
        About.OTHER,
    ),
    "partners.subscription_change_refused": Kind(
        _("Change refused"), _("Tried to change a subscription, which is asked of whoever sold it"), About.OTHER
    ),
    "partners.suspended": Kind(_("Partner suspended"), _("Suspended a partner"), About.OTHER),
    "partners.task_added": Kind(_("Task added"), _("Added a configuration task"), About.OTHER),
    "partners.task_changed": Kind(_("Task changed"), _("Changed a configuration task"), About.OTHER),
    "partners.wish_accepted": Kind(_("Wish accepted"), _("Accepted a wish: %(what)s"), About.OTHER),
    "partners.wish_asked": Kind(_("Wish asked"), _("Asked for a subscription to change: %(what)s"), About.OTHER),
    "partners.wish_declined": Kind(_("Wish declined"), _("Declined a wish: %(what)s"), About.OTHER),
    "partners.wish_done": Kind(_("Wish done"), _("Did what a wish asked for: %(what)s"), About.OTHER),
    "partners.wish_owner_set": Kind(_("Wish looked after"), _("Said who looks after a wish"), About.OTHER),
    "partners.wish_withdrawn": Kind(_("Wish withdrawn"), _("Withdrew a wish"), About.OTHER),
    "partners.unassigned": Kind(
        _("Delegation taken back from a group"), _("Took it back from the partner’s group no. %(group)s"), About.OTHER
    ),
    "people.account_linked": Kind(
        _("Account linked"), _("Signed in by the organisation’s own identity provider for the first time"), About.PERSON
    ),
    "people.contacts_full": Kind(
        _("No place for a support contact"),
        _("Signed in and is no support contact by the directory: the agreement allows no more support contacts"),
        About.PERSON,
    ),
    "people.directory_group_added": Kind(_("Directory group added"), _("Added a directory group"), About.OTHER),
    "people.directory_group_removed": Kind(_("Directory group removed"), _("Removed a directory group"), About.OTHER),
    "people.domain_claimed": Kind(_("Domain claimed"), _("Claimed a mail domain"), About.OTHER),
    "people.domain_proved": Kind(_("Domain proved"), _("Proved a mail domain: %(by)s"), About.OTHER),
    "people.domain_removed": Kind(_("Domain removed"), _("Removed a mail domain"), About.OTHER),
    "people.group_deleted": Kind(_("Group deleted"), _("Deleted a group"), About.GROUP),
    "people.group_joined": Kind(
        _("Group member added"), _("Added the person to the group no. %(group)s"), About.PERSON
    ),
    "people.group_left": Kind(
        _("Group member removed"), _("Took the person out of the group no. %(group)s"), About.PERSON
    ),
    "people.group_made": Kind(_("Group made"), _("Made a group"), About.GROUP),
    "people.group_renamed": Kind(_("Group renamed"), _("Renamed a group"), About.GROUP),
    "people.group_roles_changed": Kind(
        _("Roles of a group changed"), _("Changed which roles a group gives to its members"), About.GROUP
    ),
    "people.groups_cut": Kind(
        _("Groups left out"),
        _("Signed in, but the directory left out their groups, because there are too many"),
        About.PERSON,
    ),
    "people.invitation_accepted": Kind(_("Invitation accepted"), _("Accepted an invitation and joined"), About.OTHER),
    "people.invitation_asked": Kind(
        _("New invitation asked for"), _("Somebody whose invitation has expired asked for a new one"), About.OTHER
    ),
    "people.invitation_removed": Kind(
        _("Invitation removed"), _("Removed an open invitation with its person"), About.OTHER
    ),
    "people.invitation_resent": Kind(_("Invitation sent again"), _("Sent an invitation again"), About.OTHER),
    "people.invitation_revoked": Kind(_("Invitation taken back"), _("Took an invitation back"), About.OTHER),
    "people.invited": Kind(_("Invitation sent"), _("Invited somebody into the workspace"), About.OTHER),
    "people.list_downloaded": Kind(_("List of people downloaded"), _("Downloaded the list of people")),
    "people.personal_allowed": Kind(
        _("Personal accounts allowed"), _("Allowed personal accounts in the workspace"), About.WORKSPACE
    ),
    "people.personal_refused": Kind(
        _("Personal accounts refused"), _("Refused personal accounts in the workspace"), About.WORKSPACE
    ),
    "people.provider_removed": Kind(_("Own sign-in removed"), _("Removed the identity provider"), About.OTHER),
    "people.provider_saved": Kind(_("Own sign-in changed"), _("Changed the identity provider"), About.OTHER),
    "people.reminded": Kind(_("Invitation reminder"), _("Reminded somebody of their invitation"), About.OTHER),
    "privacy.cleared": Kind(_("Clearing"), _("Cleared what is from before %(before)s, %(count)s in number: %(what)s")),
    "privacy.part_ended": Kind(_("Part ended"), _("Ended the person’s part in the customer for good"), About.PERSON),
    "privacy.person_erased": Kind(_("Person erased"), _("Erased the person"), About.PERSON),
    "privacy.person_exported": Kind(_("My data"), _("Downloaded what the hub holds about them"), About.PERSON),
    "support.additional_mended": Kind(
        _("Additional cases mended"),
        ngettext_lazy(
            "Mended the cause of %(requests)s additional case",
            "Mended the cause of %(requests)s additional cases",
            "requests",
        ),
    ),
    "support.assigned": Kind(_("Support request assigned"), _("Assigned the support request"), About.REQUEST),
    "support.call_heard": Kind(_("Priority call heard"), _("Acknowledged a priority call"), About.REQUEST),
    "support.called": Kind(_("Priority call"), _("Made a priority call for the support request"), About.REQUEST),
    "support.classified": Kind(
        _("Support request classified"), _("Classified the support request: %(becomes)s"), About.REQUEST
    ),
    "support.default_group_changed": Kind(
        _("Default group changed"), _("Chose with which group of theirs new support requests are shared")
    ),
    "support.exported": Kind(_("List of requests downloaded"), _("Downloaded a list of support requests")),
    "support.message_added": Kind(
        _("Message in a support request"), _("Wrote in the support request %(request)s"), About.OTHER
    ),
    "support.opening_refused": Kind(
        _("Request for the provider refused"),
        _("Tried to ask the provider for what the customer holds through a partner"),
    ),
    "support.reply_refused": Kind(
        _("Answer by mail refused"), _("Answered by mail in a support request that takes nothing more"), About.OTHER
    ),
    "support.request_looked": Kind(
        _("Look at a request by staff"), _("Opened the support request for the first time that day"), About.REQUEST
    ),
    "support.request_merged": Kind(
        _("Request merged"), _("Merged the support request into the request %(into)s"), About.REQUEST
    ),
    "support.request_opened": Kind(_("Request opened"), _("Opened a support request"), About.REQUEST),
    "support.request_shared": Kind(
        _("Request shared"),
        _("Shared the support request. People: %(people)s, groups: %(groups)s"),
        About.REQUEST,
    ),
    "support.request_unshared": Kind(
        _("Request shared no more"), _("Took the support request away from somebody: %(what)s %(id)s"), About.REQUEST
    ),
    "support.severity_changed": Kind(
        _("Severity changed"), _("Changed the severity from %(was)s to %(becomes)s"), About.REQUEST
    ),
    "support.status_changed": Kind(
        _("Status of a support request changed"), _("Changed the status from %(was)s to %(becomes)s"), About.REQUEST
    ),
    "support.work_changed": Kind(_("Time changed"), _("Changed time worked on a support request"), About.OTHER),
    "support.work_logged": Kind(_("Time logged"), _("Logged time worked on a support request"), About.OTHER),
    "support.work_moved": Kind(_("Time moved"), _("Moved time to another support request"), About.OTHER),
    "support.work_removed": Kind(_("Time removed"), _("Removed time worked on a support request"), About.OTHER),
}


def title(kind: str) -> str:
    """A kind without an entry shows itself."""
    return str(KINDS[kind].title) if kind in KINDS else kind


def sentence(kind: str, details: Mapping[str, Any]) -> str:
    """What was done, in the reader's language. Details that an older release did not write yet leave the code bare."""
    try:
        return str(KINDS[kind].sentence % details)
    except KeyError:
        return title(kind)


def about(kind: str) -> About:
    return KINDS[kind].about if kind in KINDS else About.OTHER
