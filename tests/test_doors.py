"""Every address of the hub, for every member of the cast: who gets in. An address that is missing here fails."""

from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tallyhub.activity import commands
from tallyhub.organizations.sign_on import act_for
from tests.make import grant, make_activity, make_request

# The people of tests/world.py; `nobody` is not signed in.
ADMINS = {"admin", "north_admin"}
READERS = ADMINS | {"reader", "learning", "csam", "coordinator"}
NO_ACTIVITY = {"contact", "viewer", "member", "engineer", "newcomer"}
EVERYBODY = READERS | NO_ACTIVITY | {"stranger"}

AUDITORS = ADMINS | {"csam", "coordinator", "stranger"}  # the last one in their own customer

INVITERS = ADMINS | {"stranger"}  # the last one into their own workspaces

MANAGERS = ADMINS | {"stranger"}  # of users; the last one in their own customer
OWN_ADMINS = ADMINS | {"stranger"}  # of their customer's workspaces; the last one of another customer's
ACCOUNT_TEAM = {"csam", "coordinator"}
STAFF = ACCOUNT_TEAM | {"engineer"}
ASSESSORS = ADMINS | ACCOUNT_TEAM | {"stranger"}  # who set up and run assessments; the last one in their own customer
ASSESSMENT_ACTS = ("end", "finish", "discard", "withdraw")
IMPORT_ACTS = ("mapping", "start", "save", "delete")
WEBHOOK_OWNERS = {"admin", "csam", "coordinator", "stranger"}
WEBHOOK_ACTS = ("secret", "ping", "pause", "resume", "delete", "replay")

DECIDING_ACTS = ("approve", "reject", "end", "keep", "leave", "consent_revoke")
ADVISING = ("adviser", "follow_up_add", "follow_up")
PORTFOLIO = ("portfolio", "portfolio_rows", "portfolio_csv")
WISH_ACTS = ("accept", "decline", "done", "owner")
PARTNER_ACTS = ("resale_end", "send", "delete", "terminate", "extend", "assign", "group_remove", "member_add")
PARTNER_ACTS += ("partnership_authorise", "partnership_end", "describe", "suspend", "reinstate")
PARTNER_ACTS += (
    "staff_roles",
    "staff_end",
    "staff_ask",
    "staff_resend",
    "staff_revoke",
    "consent",
    "decline",
    "withdraw",
)

SIGN_IN = 302


# A browser's session opens nothing of it: tests/integrations/api says who does.
LISTS = ("workspaces", "all_agreements", "packages", "entitlements", "allotments", "entries", "requests")
API: dict[tuple[str, str], list[Any]] = {("GET", f"api:list_{name}"): [] for name in LISTS}
API |= {("GET", f"api:get_{name}"): [1] for name in ("agreement", "entitlement", "entry", "request")}
API |= {("GET", f"api:list_request_{name}"): [1] for name in ("messages", "changes", "time")}
API |= {("GET", f"api:{name}_support_contacts"): [] for name in ("list", "count")}
API |= {
    ("POST", "api:open_request"): [],
    ("POST", "api:write_request_message"): [1],
    ("POST", "api:log_request_time"): [1],
}
API |= {("GET", f"api:list_assessment_{name}"): [] for name in ("set_ups", "runs")}
API |= {("GET", "api:get_assessment_run"): [1], ("GET", "api:list_assessment_findings"): [1]}
API |= {("GET", "api:list_affected_objects"): [1, 1], ("POST", "api:withdraw_assessment_run"): [1]}
API |= {("POST", "api:set_up_assessment"): [], ("POST", "api:end_assessment"): [1]}
API |= {("POST", "api:add_assessment_run"): [1]}
API |= {("GET", f"api:list_learning_{name}"): [] for name in ("activities", "records")}
API |= {("GET", f"api:list_{name}"): [] for name in ("offerings", "engagements", "deliveries", "booked_days", "holds")}
API |= {("GET", "api:get_engagement"): [1], ("POST", "api:request_service"): []}
API |= {("POST", f"api:{act}_engagement"): [1] for act in ("plan", "schedule", "finish")}
API |= {("POST", f"api:{act}_delivery"): [1] for act in ("log", "accept", "dispute")}
API |= {("GET", "api:list_health_events"): [], ("GET", "api:list_messages"): []}
API |= {("GET", "api:list_articles"): [], ("GET", "api:get_article"): [1]}
API |= {("GET", f"api:list_{name}"): [] for name in ("subscriptions", "wishes")}
API |= {("PATCH", "api:change_subscription"): [1], ("POST", "api:ask_wish"): []}
API |= {("GET", "api:list_support_partners"): [], ("POST", "api:ask_partner"): []}
API |= {("GET", f"api:{name}"): [] for name in ("list_desk_requests", "read_baseline", "list_served_customers")}
API |= {("GET", f"api:{name}"): [1] for name in ("get_desk_request", "list_desk_messages", "read_desk_health")}
API |= {("GET", "api:get_served_customer"): [1], ("POST", "api:write_request_down"): []}
DESK_ACTS = ("take_desk_request", "assign_desk_request", "change_desk_status", "write_desk_message")
DESK_ACTS += ("check_desk_health", "leave_desk_incident", "add_desk_diagnosis", "resolve_desk_request")
DESK_ACTS += ("need_desk_rights", "ask_desk_consent")
API |= {("POST", f"api:{act}"): [1] for act in (*DESK_ACTS, "give_desk_request_back")}
ESCALATION_READS = ("list_escalations", "read_categories", "list_desk_colleagues", "list_desk_incidents")
ESCALATION_ACTS = ("draft", "send", "move", "note", "publish", "assign", "tie")
API |= {("GET", f"api:{name}"): [] for name in ESCALATION_READS}
API |= {("GET", "api:get_escalation"): [1], ("PUT", "api:put_evidence"): [1]}
API |= {("POST", f"api:{act}_escalation"): [1] for act in ESCALATION_ACTS}
API |= {("POST", "api:add_evidence_file"): [1], ("POST", "api:remove_evidence_file"): [1, 1]}
API |= {("POST", "api:post_entries"): [], ("POST", "api:reverse_entry"): [1]}


def for_all(status: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, status)


def only(who: set[str]) -> dict[str, int]:
    """200 for these, 403 for everybody else."""
    return dict.fromkeys(EVERYBODY, 403) | dict.fromkeys(who, 200)


def none_there(who: set[str]) -> dict[str, int]:
    """404 for those with the right, because it does not exist; 403 for everybody else, whether or not."""
    return dict.fromkeys(EVERYBODY, 403) | dict.fromkeys(who, 404)


def for_customers(status: int) -> dict[str, int]:
    """Whoever acts for a whole customer as its administrator or account team."""
    return for_all(403) | dict.fromkeys(["admin", "csam", "coordinator", "stranger"], status)


def activity(stranger: int = 200, **over: int) -> dict[str, int]:
    """Open to readers; members without the right get 403; ``stranger`` reads another customer's activity."""
    return dict.fromkeys(READERS, 200) | dict.fromkeys(NO_ACTIVITY, 403) | {"stranger": stranger} | over


def erasing(stranger: int = 200) -> dict[str, int]:
    """Open to customer administrators and account coordinators; ``stranger`` administers another customer."""
    return for_all(403) | dict.fromkeys(("admin", "coordinator"), 200) | {"stranger": stranger}


def doors(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """(method, name) -> (arguments, who gets what). 404 is for what one may not know of, 403 for a missing right."""
    credit, education = world.cedar_credits.pk, world.cedar_education.pk
    statement, export = _made(world)
    only_whole = for_all(404) | dict.fromkeys(["admin", "csam", "coordinator"], 200)
    only_learning = activity(404, **dict.fromkeys(READERS - {"learning"}, 403))
    return {
        ("GET", "activity:home"): ([], for_all(200)),
        ("GET", "activity:management"): ([], for_all(200)),
        ("GET", "activity:customer_activity"): ([], activity()),
        ("GET", "activity:group"): (["as_needed"], activity()),
        ("GET", "activity:group_rows"): (["as_needed"], activity()),
        ("GET", "activity:group_csv"): (["as_needed"], activity()),
        ("GET", "activity:entitlement"): ([credit], activity(404)),
        ("GET", "activity:entitlement_rows"): ([education], only_learning),
        ("GET", "activity:entitlement_csv"): ([education], only_learning),
        ("GET", "activity:additional"): ([], activity()),
        ("GET", "activity:additional_rows"): ([], activity()),
        ("GET", "activity:additional_csv"): ([], activity()),
        ("GET", "activity:audit"): ([], only(AUDITORS)),
        ("GET", "activity:audit_rows"): ([], only(AUDITORS)),
        ("GET", "activity:audit_csv"): ([], only(AUDITORS)),
        ("GET", "activity:agreement_details"): ([], for_all(301)),
        ("GET", "activity:statements"): ([], stating()),
        ("GET", "activity:statement"): ([statement], only_whole),
        ("GET", "activity:statement_xlsx"): ([statement], only_whole),
        ("GET", "activity:statement_pdf"): ([statement], only_whole),
        ("GET", "activity:exports"): ([], for_all(200)),
        ("POST", "activity:export_make"): ([], for_all(404)),  # without the address of a page
        ("GET", "activity:export"): ([export], for_all(404) | {"admin": 200}),  # of whoever asked
        ("GET", "activity:export_file"): ([export], for_all(404) | {"admin": 409}),  # not there yet
        ("GET", "activity:views"): ([], for_all(200)),
        ("POST", "activity:view_save"): ([], for_all(404)),  # without the address of a page
        ("POST", "activity:view_rename"): ([999_999], for_all(404)),
        ("POST", "activity:view_delete"): ([999_999], for_all(404)),
        ("GET", "assessments:overview"): ([], for_all(200)),
        ("GET", "assessments:schema"): ([], for_all(200)),
        ("GET", "assessments:definition"): ([999_999], for_all(404)),
        ("GET", "assessments:new"): ([], only(ASSESSORS)),
        ("GET", "assessments:upload"): ([], only(ASSESSORS)),
        ("GET", "assessments:intake"): ([999_999], none_there(ASSESSORS | {"engineer"})),
        ("GET", "assessments:set_up"): ([999_999], none_there(ASSESSORS | {"engineer"})),
        ("GET", "assessments:questions"): ([999_999], none_there(ASSESSORS)),
        ("GET", "assessments:run"): ([999_999], none_there(ASSESSORS | {"engineer"})),
        ("GET", "assessments:findings_csv"): ([999_999], none_there(ASSESSORS | {"engineer"})),
        ("GET", "assessments:finding"): ([999_999, 999_999], none_there(ASSESSORS | {"engineer"})),
        **{("POST", f"assessments:{act}"): ([999_999], none_there(ASSESSORS)) for act in ASSESSMENT_ACTS},
        ("GET", "integrations:imports"): ([], only(ACCOUNT_TEAM)),
        ("GET", "integrations:codes"): ([], only(ACCOUNT_TEAM)),
        ("GET", "integrations:codes_csv"): ([], only(ACCOUNT_TEAM)),
        ("GET", "integrations:import"): ([0], none_there(ACCOUNT_TEAM)),
        ("GET", "integrations:import_problems"): ([0], none_there(ACCOUNT_TEAM)),
        **{("POST", f"integrations:import_{act}"): ([0], none_there(ACCOUNT_TEAM)) for act in IMPORT_ACTS},
        ("POST", "integrations:mapping_delete"): ([0], none_there(ACCOUNT_TEAM)),
        ("GET", "integrations:webhooks"): ([], only(WEBHOOK_OWNERS)),
        ("POST", "integrations:webhook_replay_since"): ([0], none_there(WEBHOOK_OWNERS)),
        ("GET", "integrations:webhook"): ([0], none_there(WEBHOOK_OWNERS)),
        **{("POST", f"integrations:webhook_{act}"): ([0], none_there(WEBHOOK_OWNERS)) for act in WEBHOOK_ACTS},
        ("GET", "people:who"): ([], only(AUDITORS)),
        ("GET", "people:rights"): ([], for_all(200)),
        **{("GET", f"people:{name}"): ([], only(MANAGERS)) for name in ("users", "users_rows", "users_csv", "groups")},
        ("GET", "people:users_bulk"): ([], none_there(MANAGERS)),  # without a workspace
        ("GET", "people:user"): ([world.member.pk], only(ADMINS) | {"stranger": 404}),
        ("GET", "people:user_invited"): ([0], none_there(MANAGERS)),
        ("GET", "people:user_remove"): ([world.member.pk], none_there(MANAGERS)),
        ("GET", "people:group"): ([0], none_there(MANAGERS)),
        **{("POST", f"people:users_{act}"): ([], none_there(MANAGERS)) for act in ("give", "take", "group", "remove")},
        **{("POST", f"people:user_{act}"): ([0], none_there(MANAGERS)) for act in ("roles", "contact", "groups")},
        **{
            ("POST", f"people:user_administration_{act}"): ([0], none_there({"admin", "stranger"}))
            for act in ("give", "take")
        },
        ("POST", "people:group_make"): ([], none_there(MANAGERS)),
        ("POST", "people:group_rename"): ([0], for_all(403) | dict.fromkeys(MANAGERS, 400)),  # without a name
        ("POST", "people:group_add"): ([0], for_all(403) | dict.fromkeys(MANAGERS, 400)),  # without an address
        **{("POST", f"people:group_{act}"): ([0], none_there(MANAGERS)) for act in ("roles", "delete", "remove")},
        ("GET", "office:own_workspaces"): ([], only(OWN_ADMINS)),
        ("GET", "office:enquiries"): ([], only(OWN_ADMINS)),
        ("GET", "office:ask"): ([], only(OWN_ADMINS - {"north_admin"})),
        ("POST", "office:ask_for_package"): ([], none_there(OWN_ADMINS)),  # without a package
        ("GET", "office:workspaces"): ([], only(ACCOUNT_TEAM)),
        ("GET", "office:new_workspace"): ([], only(ACCOUNT_TEAM)),
        ("GET", "office:workspace"): ([world.south.pk], only(ACCOUNT_TEAM)),
        **{
            ("POST", f"office:{act}"): ([world.birch_main.pk], none_there(ACCOUNT_TEAM))
            for act in ("archive", "restore")
        },
        ("GET", "office:activation"): ([world.birch_agreement.pk], none_there(ACCOUNT_TEAM)),
        ("POST", "office:activate"): ([world.birch_agreement.pk], none_there(ACCOUNT_TEAM)),
        ("GET", "office:served"): ([], only(ACCOUNT_TEAM)),
        ("GET", "office:enquiry"): ([0], none_there(ACCOUNT_TEAM)),
        **{("POST", f"office:{act}"): ([0], none_there(ACCOUNT_TEAM)) for act in ("grant", "decline")},
        **office(world),
        **support(world),
        **work(),
        **services(),
        **time_and_placement(world),
        **health(world),
        **messages(),
        **articles(),
        **partners(world),
        **helpdesk(),
        **gates(world),
        **learning(world),
        ("GET", "organizations:switch"): ([], for_all(200)),
        ("POST", "organizations:switch_workspace"): ([], for_all(404)),  # without a workspace of one's own
        ("POST", "organizations:switch_customer"): ([], for_all(404)),
        **account_policy(),
        **conversation(),
        ("GET", "accounts:profile"): ([], for_all(200)),
        ("GET", "people:invitation"): (["forged"], for_all(404)),
        ("POST", "people:invitation_ask"): (["forged"], for_all(404)),
        ("GET", "partners:staff_join"): (["forged"], for_all(404)),
        ("POST", "partners:staff_decline"): (["forged"], for_all(404)),
        ("GET", "people:invite"): ([], only(INVITERS)),
        ("POST", "people:invite_send"): ([], for_all(403) | dict.fromkeys(INVITERS, 400)),  # without a preview
        ("POST", "people:invitation_resend"): ([0], none_there(INVITERS)),
        ("POST", "people:invitation_revoke"): ([0], none_there(INVITERS)),
        ("GET", "privacy:my_data"): ([], for_all(200)),
        ("POST", "privacy:export_me"): ([], for_all(200)),
        ("GET", "privacy:erase_me"): ([], for_all(302)),  # the password first, once more
        ("GET", "privacy:people"): ([], erasing()),
        ("GET", "privacy:erase"): ([world.member.pk], erasing(stranger=404)),
        ("GET", "notifications:unsubscribe"): (["1:forged"], for_all(404)),
        ("GET", "notifications:addresses"): ([], only({"admin", "stranger"})),
        ("POST", "notifications:address_remove"): ([0], none_there({"admin", "stranger"})),
        ("GET", "demo_mails"): ([], for_all(404)),
        ("GET", "demo_mail"): (["any"], for_all(404)),
        ("GET", "demo_mail_html"): (["any"], for_all(404)),
        ("GET", "accounts:tokens"): ([], for_all(200)),
        ("GET", "accounts:customer_tokens"): ([], for_customers(200)),
        ("GET", "accounts:work_tokens"): ([], only(set())),  # the cast works for nobody; tests/helpdesk has who does
        ("POST", "accounts:revoke_token"): ([1], for_all(404)),
        ("GET", "api_contract"): ([], for_all(200)),
        ("GET", "api_reference"): ([], for_all(200)),
        ("GET", "api:api-root"): ([], for_all(404)),
        **{door: (arguments, for_all(401)) for door, arguments in API.items()},
        ("GET", "account_login"): ([], for_all(302)),
        ("GET", "account_logout"): ([], for_all(200)),
        ("GET", "account_change_password"): ([], for_all(200)),
        ("GET", "account_reauthenticate"): ([], for_all(200)),
        ("GET", "account_set_password"): ([], for_all(200)),
        ("GET", "account_reset_password"): ([], for_all(200)),
        ("GET", "account_reset_password_done"): ([], for_all(200)),
        ("GET", "account_reset_password_from_key"): (["1", "forged"], for_all(200)),  # says that it is no link
        ("GET", "account_reset_password_from_key_done"): ([], for_all(200)),
    }


def account_policy() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Of the customer's administrators and its account team; its own sign-in of the former alone."""
    team, own = for_customers(404), none_there({"admin", "stranger"})
    return {
        ("GET", "people:account_policy"): ([], for_customers(200)),
        ("POST", "people:personal_allow"): ([0], team),
        ("GET", "people:personal_refuse"): ([0], team),
        ("POST", "people:domain_claim"): ([], for_all(403) | dict.fromkeys(["admin", "stranger"], 400)),
        ("POST", "people:domain_set"): ([], for_all(403) | dict.fromkeys(ACCOUNT_TEAM, 400)),
        ("POST", "people:domain_check"): ([0], own),
        ("GET", "people:domain_remove"): ([0], team),
        ("GET", "people:provider"): ([], only({"admin", "stranger"})),
        ("POST", "people:provider_test"): ([], own),
        ("GET", "people:provider_remove"): ([], own),
        ("GET", "people:directory_group_add"): ([], only({"admin", "stranger"})),
        ("POST", "people:directory_group_remove"): ([0], own),
        ("GET", "people:sso_find"): ([], for_all(200)),
        **{("GET", f"people:{name}"): (["no-such"], for_all(404)) for name in ("sso", "sso_return")},
        ("POST", "people:sso_go"): (["no-such"], for_all(404)),
    }


ENGAGEMENT_ACTS = ("plan", "schedule", "free_day", "decline", "cancel", "log", "finish")
DELIVERY_ACTS = ("accept", "dispute", "answer", "correct")


def services() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Of an engagement that is not there; tests/engagements says who does what."""
    return {
        **{("GET", f"engagements:{name}"): ([], for_all(200)) for name in ("services", "engagements", "upcoming")},
        ("GET", "engagements:offering"): (["no-such"], for_all(404)),
        ("POST", "engagements:request"): (["no-such"], for_all(404)),  # without a workspace
        **{("GET", f"engagements:{name}"): (["1"], for_all(404)) for name in ("engagement", "cancelling")},
        **{("POST", f"engagements:{act}"): (["1"], for_all(404)) for act in ENGAGEMENT_ACTS},
        **{("POST", f"engagements:{act}"): ([1], for_all(404)) for act in DELIVERY_ACTS},
    }


def helpdesk() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """A customer's own people contact its partner; who has none is led to the provider. The cast serves at no desk."""
    own = dict.fromkeys((ADMINS | READERS | NO_ACTIVITY) - STAFF - {"newcomer"}, 302) | {"stranger": 200}
    return {
        ("GET", "helpdesk:contact"): ([], for_all(403) | own),
        **{("POST", f"helpdesk:{act}"): (["no-such"], for_all(404)) for act in ("accept", "give_back")},
        **{("GET", f"helpdesk:{name}"): ([], for_all(403)) for name in ("queue", "new", "mails")},
        ("GET", "helpdesk:mail"): ([0], for_all(403)),
        ("GET", "helpdesk:mail_file"): ([0, 0], for_all(403)),
        ("POST", "helpdesk:mail_aside"): ([0], for_all(403)),
        ("POST", "helpdesk:mail_add"): ([0], for_all(403)),
    }


def health(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Read by everybody signed in, edited by the provider's editors: the cast has none, tests/health has one."""
    editors = only(set())
    return {
        **{("GET", f"health:{name}"): ([], for_all(200)) for name in ("overview", "history", "subscriptions")},
        ("GET", "health:event"): ([0], for_all(404)),
        ("GET", "health:edit"): ([], editors),
        ("GET", "health:edit_new"): (["incident"], editors),
        ("GET", "health:edit_event"): ([0], editors),
        ("GET", "health:edit_change"): ([0], editors),
        ("GET", "health:components"): ([], editors),
        ("POST", "health:component_add"): ([], editors),
        ("POST", "health:component_change"): (["component", 0], editors),
        ("GET", "health:visitor_subscribe"): ([], for_all(200)),
        ("GET", "health:visitor_confirm"): (["1:forged"], for_all(404)),
        ("GET", "health:visitor_unsubscribe"): (["1:forged"], for_all(404)),
    }


def messages() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Read by everybody signed in, written by the provider's editors: the cast has none, tests/messages has one."""
    editors = only(set())
    in_whole = for_all(403) | dict.fromkeys(("admin", "stranger"), 302)
    return {
        **{("GET", f"messages:{name}"): ([], for_all(200)) for name in ("list", "log", "mail", "guide")},
        ("GET", "messages:message"): ([0], for_all(404)),
        ("GET", "messages:event"): ([0], for_all(404)),
        ("POST", "messages:mark"): (["nonsense"], for_all(404)),
        ("POST", "messages:promotions"): ([], in_whole),
        ("GET", "messages:edit"): ([], editors),
        ("GET", "messages:edit_new"): ([], editors),
        ("GET", "messages:edit_message"): ([0], editors),
        ("GET", "messages:edit_correct"): ([0], editors),
        ("POST", "messages:edit_withdraw"): ([0], editors),
        ("GET", "messages:guide_table"): ([], editors),
        ("GET", "messages:guide_row"): ([0], editors),
        ("POST", "messages:guide_row_remove"): ([0], editors),
        ("GET", "messages:guide_default"): ([], editors),
        ("GET", "messages:guide_issue_add"): ([], editors),
        ("GET", "messages:guide_issue"): (["x"], editors),
        ("POST", "messages:guide_issue_remove"): (["x"], editors),
    }


def articles() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Read by everybody signed in, written by the provider's editors: the cast has none, tests/articles has one."""
    editors = only(set())
    return {
        ("GET", "articles:list"): ([], for_all(200)),
        ("GET", "articles:article"): ([0], for_all(404)),
        ("POST", "articles:answer"): ([0], for_all(404)),  # without an answer
        ("GET", "articles:edit"): ([], editors),
        ("GET", "articles:edit_new"): ([], editors),
        ("GET", "articles:edit_article"): ([0], editors),
        ("GET", "articles:edit_csv"): ([], editors),
        ("POST", "articles:edit_withdraw"): ([0], editors),
        ("POST", "articles:edit_discard"): ([0], editors),
    }


def partners(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """For a partner's own people, of whom the cast has none; customer administrators decide what these may do."""
    deciding = {"admin", "stranger"}
    there, with_group = ([0], for_all(403)), ([0, 0], for_all(403))
    return {
        **{
            ("GET", f"partners:{name}"): ([], for_all(403))
            for name in ("customers", "groups", "partnerships", "overview", "staff", *PORTFOLIO)
        },
        **{
            ("GET", f"partners:{name}"): there
            for name in ("customer", "delegate", "delegation", "edit", "group", *ADVISING)
        },
        **{("POST", f"partners:{act}"): there for act in PARTNER_ACTS},
        ("POST", "partners:link_add"): ([], for_all(403)),
        **{("POST", f"partners:{act}"): with_group for act in ("unassign", "member_remove")},
        ("GET", "partners:partners"): ([], only(deciding)),
        ("GET", "partners:decide"): ([0], none_there(deciding)),
        **{("POST", f"partners:{act}"): ([0], none_there(deciding)) for act in DECIDING_ACTS},
        ("GET", "partners:join"): (["1.forged"], for_all(404)),
        **{("GET", f"partners:{name}"): ([], for_all(403)) for name in ("profile", "plan", "plan_edit")},
        **{("POST", f"partners:plan_{act}"): ([], for_all(403)) for act in ("publish", "discard")},
        ("GET", "partners:plan_read"): ([0], for_all(404)),
        ("POST", "partners:plan_accept"): ([0], none_there(deciding)),
        **{("GET", f"partners:{name}"): ([], for_all(200)) for name in ("technical", "tasks")},
        **{("GET", f"partners:task_{name}"): ([], for_all(403)) for name in ("registry", "add")},
        ("GET", "partners:task_edit"): there,
        ("GET", "partners:consents"): (["no-such"], for_all(404)),
        ("POST", "partners:consent_give"): (["no-such"], for_all(404)),
        ("GET", "partners:subscriptions"): ([], only(READERS | {"stranger"})),
        ("GET", "partners:wish_ask"): ([], none_there(deciding)),
        ("GET", "partners:wish_own"): ([0], none_there(deciding)),
        ("POST", "partners:wish_withdraw"): ([0], none_there(deciding)),
        ("GET", "partners:wishes"): ([], only(ACCOUNT_TEAM)),
        ("GET", "partners:wish"): ([0], none_there(ACCOUNT_TEAM)),
        **{("POST", f"partners:wish_{act}"): ([0], none_there(ACCOUNT_TEAM)) for act in WISH_ACTS},
    }


GATE_PAGES = ("check", "diagnosis", "consent", "tasks", "resolve")


def gates(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """A partner request of north: for whoever oversees it there, and for its desk, of which the cast has nobody."""
    number = make_request(world.north, partner=world.partner, desk=world.partner).number
    overseers = dict.fromkeys(("admin", "north_admin", "viewer"), 200)
    refused = for_all(404) | dict.fromkeys(overseers, 403)
    return {
        ("GET", "helpdesk:request"): ([number], for_all(404) | overseers),
        **{("GET", f"helpdesk:{name}"): ([number], refused) for name in GATE_PAGES},
        **{("POST", f"helpdesk:{name}"): ([number], refused) for name in ("need", "need_none")},
        ("POST", "helpdesk:leave"): ([number], for_all(404)),  # without a reason that there is
        ("POST", "helpdesk:send_resource"): ([number], for_all(404)),  # without an article that there is
        **{
            ("GET", f"helpdesk:{name}"): ([], for_all(403))
            for name in ("baseline", "baseline_registry", "baseline_add")
        },
        ("GET", "helpdesk:baseline_edit"): ([0], for_all(403)),
        ("POST", "helpdesk:baseline_usual"): ([], for_all(403)),
        **escalations(number, refused),
    }


def escalations(number: str, refused: dict[str, int]) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """For a partner's desk, its indirect provider's and the provider's, of whom the cast has nobody."""
    return {
        ("GET", "helpdesk:escalate"): ([number], refused),
        ("POST", "helpdesk:escalation_file_remove"): ([number, 0], refused),
        ("POST", "helpdesk:escalation_publish"): ([number], for_all(404)),  # without what is to be published
        ("GET", "helpdesk:escalation"): ([0], for_all(404)),
        ("GET", "helpdesk:escalation_file"): ([0, 0], for_all(404)),
        **{("POST", f"helpdesk:escalation_{act}"): ([0], for_all(404)) for act in ("move", "note", "assign", "tie")},
        **{("GET", f"helpdesk:{name}"): ([], for_all(403)) for name in ("escalations", "desk_settings", "allowances")},
        ("POST", "helpdesk:allowance_withdraw"): ([0], for_all(403)),
    }


def learning(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """The catalogue is for everybody; named learning for oneself and for learning managers (R2.2)."""
    activity, other = make_activity("doors").pk, make_activity("others").pk
    follows = only({"learning"})
    own = for_all(302) | dict.fromkeys(STAFF, 403) | {"newcomer": 404}
    return {
        **{("GET", f"learning:{name}"): ([], for_all(200)) for name in ("catalogue", "catalogue_rows")},
        **{
            ("GET", f"learning:{name}"): ([], for_all(200))
            for name in ("transcript", "transcript_rows", "transcript_csv")
        },
        ("GET", "learning:activity"): ([activity], for_all(200)),
        ("POST", "learning:start"): ([activity], own),
        ("POST", "learning:complete"): ([other], own),
        **{
            ("GET", f"learning:{name}"): ([], follows)
            for name in ("people", "people_rows", "report", "report_rows", "report_csv")
        },
        ("GET", "learning:person"): ([world.member.pk], follows),
        ("GET", "learning:assign"): ([activity], follows),
        ("POST", "learning:withdraw"): ([0], for_all(404)),
        ("GET", "learning:sources"): ([], only(OWN_ADMINS)),
        ("POST", "learning:source_revoke"): ([0], none_there(OWN_ADMINS)),
        ("GET", "xapi:about"): ([], for_all(200)),
        ("GET", "xapi:statements"): ([], for_all(401)),  # a browser's session opens nothing of it
    }


SUPPORT_STAFF = {"engineer", "csam", "coordinator"}


def conversation() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """Of a request that is not there; tests/support says who sees which."""
    return {
        ("GET", "support:conversation"): (["1"], for_all(404)),
        ("POST", "support:say"): (["1"], for_all(404)),
        ("POST", "support:note"): (["1"], none_there(SUPPORT_STAFF)),
        ("GET", "support:file"): (["1", 1], for_all(404)),
        ("GET", "support:note_file"): (["1", 1], for_all(404)),
    }


OFFICE_PAGES = ("customer", "domain", "agreements", "mappings")
OFFICE_FORMS = ("agreement_extend", "agreement_end", "agreement_rename", "package_entitlement", "package_end")
OFFICE_FORMS += ("package_rename",)
DRAFT_PAGES = ("draft", "draft_terms", "draft_contacts", "draft_approve")
DRAFT_ACTS = ("draft_package_add", "draft_delete")
AGREEMENT_ACTS = ("agreement_copy", "agreement_renew", "agreement_package")


def office(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """The account team's; an id of nothing is asked for where the address acts."""
    team, nothing = only(ACCOUNT_TEAM), none_there(ACCOUNT_TEAM)
    return {
        ("GET", "activity:round"): ([], team),
        ("GET", "office:customer_new"): ([], team),
        ("POST", "office:customer_change"): ([], only(set()) | dict.fromkeys(ACCOUNT_TEAM, 400)),  # without a name
        ("POST", "office:staff_add"): ([], only(set()) | dict.fromkeys(ACCOUNT_TEAM, 400)),
        ("POST", "office:staff_remove"): ([0], only(set()) | dict.fromkeys(ACCOUNT_TEAM, 302)),  # says what is wrong
        ("POST", "office:draft_make"): ([], only(set()) | dict.fromkeys(ACCOUNT_TEAM, 302)),
        **{("GET", f"office:{name}"): ([], team) for name in OFFICE_PAGES},
        ("GET", "office:agreement"): ([world.agreement.pk], team),
        ("GET", "office:allot"): ([0, "top_up"], nothing),
        ("GET", "office:support_terms"): ([world.agreement.pk], team),
        ("GET", "office:calendar_new"): ([world.agreement.pk], team),
        ("GET", "office:calendar"): ([world.agreement.pk, 0], nothing),
        **{("GET", f"office:{name}"): ([0], nothing) for name in (*OFFICE_FORMS, *DRAFT_PAGES)},
        **{("POST", f"office:{name}"): ([0], nothing) for name in (*DRAFT_ACTS, *AGREEMENT_ACTS)},
        ("GET", "office:draft_package"): ([0, 1], nothing),
        ("POST", "office:draft_package_remove"): ([0, 1], nothing),
    }


def support(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """A request of north that was given to nobody: for whoever oversees the workspace. Support contacts open others."""
    number = make_request(world.north).number
    overseers = for_all(404) | dict.fromkeys(("admin", "north_admin", "viewer", *STAFF), 200)
    nothing = none_there({"contact"})  # an id of nothing is asked for where the address acts
    return {
        **{("GET", f"support:{name}"): ([], for_all(200)) for name in ("list", "list_rows", "list_csv")},
        ("GET", "support:request"): ([number], overseers),
        ("GET", "support:request_who"): ([number], overseers | {"viewer": 403}),
        ("GET", "support:share"): ([number], overseers),
        ("POST", "support:unshare"): ([number], for_all(404)),  # without somebody it is taken from
        ("GET", "support:settings"): ([], only({"contact"})),
        ("POST", "support:settings_group"): ([], nothing),
        ("GET", "support:open"): ([], only({"contact"})),
        ("POST", "support:open_begin"): ([], nothing),
        ("GET", "support:open_step"): ([0, "what"], nothing),
        **{("POST", f"support:open_{act}"): ([0], nothing) for act in ("delete", "send")},
    }


def work() -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """The queue is for staff. The buttons are pressed on a request that is not there; tests/support says by whom."""
    buttons = ("change_status", "assign", "change_severity", "classify", "call", "hear_call")
    return {
        **{("GET", f"support:{name}"): ([], only(SUPPORT_STAFF)) for name in ("queue", "refused", "refused_rows")},
        **{("POST", f"support:{name}"): (["1"], for_all(404)) for name in buttons},
        ("GET", "support:merge"): (["1"], for_all(404)),
    }


def time_and_placement(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """What a request took is for whoever sees it (R1.5), time itself for staff; the cause is the account team's."""
    request = make_request(world.north)
    seen = dict.fromkeys(["admin", "north_admin", "viewer", "csam", "coordinator", "engineer"], 200)
    mend = for_all(403) | dict.fromkeys(ACCOUNT_TEAM, 404)
    return {
        ("GET", "support:time"): ([request.number], for_all(404) | seen),
        ("POST", "support:time_log"): ([make_request(world.birch_main).number], for_all(404) | {"stranger": 400}),
        ("GET", "support:time_edit"): ([0], for_all(404)),
        ("POST", "support:time_move"): ([0], for_all(404)),
        ("POST", "support:time_remove"): ([0], for_all(404)),
        ("GET", "support:mend"): (["0-problem-0-0-0"], mend),
    }


def stating() -> dict[str, int]:
    """Statements are made by whoever sees all activity of a customer, or administers a workspace."""
    makers = ["admin", "north_admin", "csam", "coordinator", "stranger"]
    return for_all(403) | dict.fromkeys(makers, 200)


def _made(world: SimpleNamespace) -> tuple[int, int]:
    """A statement over all of cedar, and an export that its administrator has asked for."""
    access = act_for(world.admin.pk, world.cedar.pk).access
    statement = commands.make_statement(
        access, agreement_id=world.agreement.pk, first_day=None, last_day=None, language="en"
    )
    export = commands.ask_for_export(
        access,
        address=reverse("activity:entitlement", args=[world.cedar_credits.pk]),
        name="credits.xlsx",
        total=1,
        workspaces=(world.north.pk,),
        names_people=True,
    )
    return statement.pk, export.pk


NOBODY = {  # everything else asks to sign in
    "activity:agreement_details": 301,
    "account_login": 200,
    "assessments:schema": 200,
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_reset_password_from_key": 200,
    "account_reset_password_from_key_done": 200,
    "notifications:unsubscribe": 404,
    "people:invitation": 404,
    "people:invitation_ask": 404,
    "partners:staff_join": 404,
    "partners:staff_decline": 404,
    "demo_mails": 404,
    "demo_mail": 404,
    "demo_mail_html": 404,
}
NOBODY |= {
    "people:sso_find": 200,
    **dict.fromkeys(("people:sso", "people:sso_go", "people:sso_return"), 404),
    "api_contract": 200,
    "api_reference": 200,
    "api:api-root": 404,
    **{name: 401 for _method, name in API},
    "xapi:about": 200,
    "xapi:statements": 401,
    "health:visitor_subscribe": 200,
    "health:visitor_confirm": 404,
    "health:visitor_unsubscribe": 404,
}  # everything else asks to sign in


def names(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_is_in_the_table(world: SimpleNamespace) -> None:
    assert set(names()) == {name for _method, name in doors(world)}


NO_IDS = ("/api/", "/accounts/password/", "/which-portal/edit/issues/")  # JSON; a key, and a code, which are no ids


def test_an_id_that_no_database_has_is_not_there(world: SimpleNamespace, client: Any) -> None:
    """Of every address that takes one; beyond a bigint the database itself would refuse the number."""
    client.force_login(world.csam)
    grant(world.csam, "customer_administrator", world.cedar)
    grant(world.csam, "support_contact", world.north)
    found = {}
    for method, name in doors(world):
        for arguments in ([2**63], [2**63, "top_up"], [1, 2**63]):
            with suppress(NoReverseMatch):
                address = reverse(name, args=arguments)
                if not address.startswith(NO_IDS):
                    answer = client.generic(method, f"{address}?workspace={world.north.pk}")
                    found[method, address] = answer.status_code
    assert len(found) > 40
    assert {address: status for address, status in found.items() if status != 404} == {}


@pytest.mark.parametrize("who", ["nobody", *sorted(EVERYBODY)])
def test_each_member_of_the_cast_gets_in_where_they_should(world: SimpleNamespace, client: Any, who: str) -> None:
    """R1.4, R1.5, R2.2, R3.3: one row per address and person."""
    if who != "nobody":
        client.force_login(getattr(world, who))
    found, expected = {}, {}
    for (method, name), (arguments, statuses) in doors(world).items():
        address = reverse(name, args=arguments)
        answer = client.generic(method, address)
        answer.close()  # a file of its own ends with it
        found[method, address] = answer.status_code
        expected[method, address] = statuses[who] if who != "nobody" else NOBODY.get(name, SIGN_IN)
    assert found == expected


def test_the_table_names_the_whole_cast(world: SimpleNamespace) -> None:
    assert set(world.cast) == EVERYBODY
