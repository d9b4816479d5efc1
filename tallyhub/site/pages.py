"""The pages of the tabs: one list for the ribbon's second line and for the cards of Management's own page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.accounts.tokens import may_make_for_customer
from tallyhub.activity.rules import may_state
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.http import url
from tallyhub.organizations.rules import reads_customer
from tallyhub.partners.page import serves as _serves_customers


@dataclass(frozen=True, slots=True)
class Page:
    address: str  # its URL name
    title: Any
    sentence: Any = ""  # on its card, where the tab has a page of cards
    icon: str = ""
    right: Right | Callable[[Access], bool] | None = None  # None: for everybody
    others: tuple[str, ...] = ()  # URL names of pages that belong to it, and stand elsewhere

    def reach(self, path: str) -> int:
        """How much of the path is one of its addresses; 0: none of it. A page within another one reaches further."""
        found = (url(name) for name in (self.address, *self.others))
        return max((len(one) for one in found if path.startswith(one)), default=0)

    def is_for(self, access: Access) -> bool:
        if self.right is None:
            return True
        return access.has_anywhere(self.right) if isinstance(self.right, Right) else self.right(access)


def _may_settle_accounts(access: Access) -> bool:
    return access.has_anywhere(Right.MANAGE_SIGN_IN) or access.has_anywhere(Right.MANAGE_AGREEMENTS)


def _is_staff(access: Access) -> bool:
    """As the queue asks. The sign-on knows it already, so that showing the way costs no statement."""
    return access.is_staff


def _decides_about_partners(access: Access) -> bool:
    """In the whole customer: nobody decides for one workspace."""
    return access.has(Right.MANAGE_PARTNERS)


def _manages_delegations(access: Access) -> bool:
    return access.serves(Right.MANAGE_DELEGATIONS)


def _works_escalations(access: Access) -> bool:
    """At the provider's desk."""
    return access.serves(Right.WORK_ESCALATIONS)


def _escalates(access: Access) -> bool:
    """At a partner's."""
    return access.serves(Right.ESCALATE)


def _edits_guides(access: Access) -> bool:
    return access.serves(Right.EDIT_GUIDES)


def _works_at_desk(access: Access) -> bool:
    return access.serves(Right.SERVE_CUSTOMERS)


def _manages_support(access: Access) -> bool:
    return access.serves(Right.MANAGE_SUPPORT)


def _manages_staff(access: Access) -> bool:
    return access.serves(Right.MANAGE_STAFF)


def _reads_subscriptions(access: Access) -> bool:
    return reads_customer(access) and access.has_anywhere(Right.VIEW_ACTIVITY)


def _is_inside(access: Access) -> bool:
    return access.customer_id is not None and reads_customer(access)


def may_be_inside(access: Access) -> bool:
    """Whether a customer's tabs say anything: not to people of a partner or editors before they work inside one."""
    return access.customer_id is not None or access.organization_id is None


def _oversees_partners(access: Access) -> bool:
    return access.serves(Right.OVERSEE_PARTNERS)


def _edits_health(access: Access) -> bool:
    return access.serves(Right.EDIT_HEALTH)


def _edits_messages(access: Access) -> bool:
    return access.serves(Right.EDIT_MESSAGES)


# Daily things first, what cannot be taken back last.
MANAGEMENT = (
    Page(
        "activity:customer_activity",
        _("Customer activity"),
        _("What was bought, what was delivered, what is left and until when."),
        "chart-bar",
        Right.VIEW_ACTIVITY,
    ),
    Page(
        "partners:subscriptions",
        _("Subscriptions"),
        _("What you have, through whom and until when; and asking for more, for less or for something new."),
        "package",
        _reads_subscriptions,
    ),
    Page(
        "activity:statements",
        _("Statements"),
        _("What was bought and delivered under an agreement, with every entry, to print and to keep."),
        "file-text",
        may_state,
    ),
    Page(
        "assessments:overview",
        _("Assessments"),
        _("What is set up to check your systems, what it found, and what to do first."),
        "clipboard-check",
        Right.VIEW_ASSESSMENTS,
    ),
    Page(
        "people:users",
        _("Manage users"),
        _("Who belongs to a workspace, with which roles and groups; and who is a support contact."),
        "user",
        Right.MANAGE_USERS,
        ("people:groups", "people:rights"),
    ),
    Page(
        "office:own_workspaces",
        _("Workspaces"),
        _("Which workspaces there are, what each is for, who administers it and what reaches it."),
        "building",
        Right.ADMINISTER,
    ),
    Page(
        "office:enquiries",
        _("Enquiries"),
        _("What you asked your account team for, and what it answered."),
        "messages",
        Right.ADMINISTER,
    ),
    Page(
        "partners:partners",
        _("Partners"),
        _("Which partners there are, what they may do, until when, and what waits for your answer."),
        "user-star",
        _decides_about_partners,
    ),
    Page(
        "people:account_policy",
        _("Account policy"),
        _("Which accounts each workspace accepts, your domains, and your own sign-in."),
        "lock",
        _may_settle_accounts,
    ),
    Page(
        "people:who",
        _("Who can see this"),
        _("Everybody with a role in a workspace, what it lets them see, and where it comes from."),
        "users",
        Right.VIEW_AUDIT,
    ),
    Page(
        "activity:audit",
        _("Audit"),
        _("What was done, by whom and when: changes, roles, exports, and what staff looked at."),
        "list-details",
        Right.VIEW_AUDIT,
    ),
    Page(
        "integrations:webhooks",
        _("Webhooks"),
        _("Which of your systems are told when something happens, and what they answered."),
        "webhook",
        Right.MANAGE_WEBHOOKS,
    ),
    Page(
        "learning:sources",
        _("Learning systems"),
        _("Which systems tell by xAPI what people of a workspace start and complete."),
        "school",
        Right.ADMINISTER,
    ),
    Page(
        "accounts:customer_tokens",
        _("Access tokens"),
        _("With what programs read and write here on behalf of the customer, and until when."),
        "key",
        may_make_for_customer,
    ),
    Page(
        "privacy:people",
        _("Erase a person"),
        _("End somebody’s part in the customer for good: what is personal goes, figures stay."),
        "user-x",
        Right.ERASE_PEOPLE,
    ),
)
LEARNING = (
    Page("learning:catalogue", _("Learning activities"), others=("learning:transcript",)),
    Page("learning:people", _("People and their learning"), right=Right.VIEW_LEARNING),
    Page("learning:report", _("Education report"), right=Right.VIEW_LEARNING),
)
HEALTH = (
    Page("health:overview", _("What goes on")),
    Page("health:history", _("History")),
    Page("health:subscriptions", _("Mail")),
    Page("health:edit", _("Edit"), right=_edits_health),
)
MESSAGES = (
    Page("messages:list", _("Message centre")),
    Page("messages:log", _("Sent and refused")),
    Page("messages:mail", _("Mail")),
    Page("messages:edit", _("Write to customers"), right=_edits_messages),
)
SUPPORT = (
    Page("support:list", _("Support requests")),
    Page("articles:list", _("Resources")),
    Page("partners:technical", _("Technical support"), right=_is_inside),
    Page("partners:tasks", _("Configuration tasks"), right=_is_inside, others=("notifications:addresses",)),
    Page("partners:task_registry", _("Edit tasks"), right=_edits_guides),
    Page("articles:edit", _("Edit resources"), right=_edits_guides),
    Page("helpdesk:baseline_registry", _("Edit the baseline"), right=_edits_guides, others=("helpdesk:baseline_add",)),
    Page("support:queue", _("Queue"), right=_is_staff),
    Page("helpdesk:escalations", _("Escalations"), right=_works_escalations),
    Page("messages:guide", _("Which support portal?")),
)
OWN_SUPPORT = (
    Page("partners:profile", _("Support profile"), right=_manages_support),
    Page("partners:plan", _("Support plan"), right=_manages_support),
    Page("partners:staff", _("Our people"), right=_manages_staff),
)
HELPDESK = (
    Page("helpdesk:queue", _("Queue"), right=_works_at_desk),
    Page("helpdesk:mails", _("Mails"), right=_works_at_desk),
    Page("helpdesk:new", _("Write a request down"), right=_works_at_desk),
    Page("helpdesk:escalations", _("Escalations"), right=_escalates),
)
PARTNERS = (
    Page("partners:customers", _("Customers"), right=_serves_customers),
    Page("partners:portfolio", _("Portfolio"), right=_serves_customers),
    Page("partners:wishes", _("Wishes"), right=_serves_customers),
    Page("partners:groups", _("Security groups"), right=_manages_delegations),
    Page("partners:partnerships", _("Partnerships"), right=_serves_customers),
    Page("helpdesk:baseline", _("The baseline"), right=_serves_customers),
)
OVERSEEING = (
    Page("partners:overview", _("Partners"), right=_oversees_partners),
    Page("helpdesk:allowances", _("What partners may escalate"), right=_oversees_partners),
)
SERVICES = (
    Page("engagements:services", _("Catalogue")),
    Page("engagements:engagements", _("Engagements")),
    Page("engagements:upcoming", _("What is coming")),
)
OFFICE = (
    Page(
        "office:customer",
        _("Customer"),
        _("Name, time zone, domains, and who serves it."),
        "building",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "office:agreements",
        _("Agreements"),
        _("Drafts and agreements, from the first word to the renewal."),
        "file-text",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "office:mappings",
        _("Mapping"),
        _("Which package reaches which workspace."),
        "switch-horizontal",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "office:workspaces",
        _("Workspaces"),
        _("Set up workspaces for agreed goals, archive them, and activate agreements."),
        "building",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "office:served",
        _("Enquiries"),
        _("What the administrators of all your customers ask you for."),
        "messages",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "partners:wishes",
        _("Wishes"),
        _("What your customers ask to buy, add, reduce or cancel of what they bought from the provider directly."),
        "coins",
        Right.MANAGE_AGREEMENTS,
    ),
    Page(
        "integrations:imports",
        _("Import"),
        _("Bring in agreements, allotments and consumption from a file of another system."),
        "file-import",
        Right.MANAGE_AGREEMENTS,
    ),
)
