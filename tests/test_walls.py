"""The second wall: what the database itself keeps apart, with the Python wall off (R3.3, R3.8).

Walks over every table that there is, so that a new one without a policy fails here before it leaks.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models
from psycopg import conninfo

from tallyhub.accounts import commands as accounts
from tallyhub.accounts.models import Person, Token
from tallyhub.accounts.tokens import digest_of
from tallyhub.activity.models import Export, SavedView, Statement
from tallyhub.agreements.models import (
    Agreement,
    AgreementContact,
    Coverage,
    Entitlement,
    Mapping,
    Package,
    Product,
    ResponseGoal,
    TimeRule,
    WorkCalendar,
)
from tallyhub.articles.models import Article, Sent, SentTo
from tallyhub.assessments.models import (
    AffectedObject,
    AnswerDraft,
    Check,
    Definition,
    Finding,
    Intake,
    Prerequisite,
    Run,
    SetUp,
    Version,
)
from tallyhub.engagements.models import (
    Engagement,
    EngagementBooking,
    EngagementChange,
    EngagementDelivery,
    Slot,
)
from tallyhub.health.models import AffectedCustomer, HealthEvent
from tallyhub.helpdesk.models import (
    BaselineItem,
    ContactDraft,
    ContactFile,
    Escalation,
    EscalationTenant,
    Handover,
    HealthCheck,
    IncidentLink,
    Reach,
    Resolution,
    RightsNeed,
)
from tallyhub.helpdesk.models import Entry as Noted
from tallyhub.helpdesk.models import Intake as Arrival
from tallyhub.integrations.models import Attempt, Delivery, Endpoint, Import, SavedMapping
from tallyhub.journal.models import Answered
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import command, scope, widen
from tallyhub.learning.models import Activity, Assignment, Fact, Record, Source
from tallyhub.learning.models import XapiStatement as Told
from tallyhub.ledger import commands as ledger
from tallyhub.ledger.models import Entry, Hold
from tallyhub.messages.models import Post, PostCustomer, PromotionChoice, Sending
from tallyhub.notifications.models import NewsAddress
from tallyhub.office.models import AgreementDraft, Enquiry
from tallyhub.organizations.models import Organization, PersonKey, ProvedDomain, WorkAccount, Workspace
from tallyhub.organizations.rules import AT_DESK
from tallyhub.partners.models import Consent, FollowUp, PlanAcceptance, SubscriptionWish
from tallyhub.people.models import DirectoryGroup, Group, GroupMember, IdentityProvider, Invitation, Naming
from tallyhub.support.models import (
    Booking,
    Change,
    DefaultGroup,
    Draft,
    DraftFile,
    File,
    Message,
    Note,
    NoteFile,
    Request,
    Work,
)
from tests.make import give_request, grant, make_delegation, make_request, make_resale, make_support
from tests.world import NOW

# Tables without a wall by customer, each for a reason.
OPEN = {
    "accounts_session": "of a person, who may work inside several customers; found by its key only",
    "accounts_person": "a person may belong to several customers; found through what belongs to them",
    "account_emailaddress": "as accounts_person",
    "account_emailconfirmation": "as accounts_person",
    "accounts_cache": "counts sign-in attempts",
    "accounts_tokenuse": "counts requests; the app's role has no right to it, only a definer function",
    "agreements_product": "the provider's catalogue",
    "assessments_check": "the provider's catalogue",
    "assessments_definition": "the provider's catalogue",
    "assessments_version": "the provider's catalogue",
    "learning_activity": "the provider's catalogue",
    "agreements_service": "the provider's catalogue",
    "auth_group": "Django's, unused",
    "auth_group_permissions": "Django's, unused",
    "auth_permission": "Django's, unused",
    "django_content_type": "Django's",
    "engagements_offering": "the provider's catalogue",
    "django_migrations": "Django's",
    "socialaccount_socialaccount": "as accounts_person; holds a hash of who it is at which provider, and nothing else",
    "socialaccount_socialapp": "allauth's, unused: a customer's identity provider is ours",
    "socialaccount_socialtoken": "allauth's, unused: no token of a provider is kept",
    "support_incoming": "hashes and codes about mails that came in, before anybody knows whose they are",
    "procrastinate_events": "jobs hold ids only",
    "procrastinate_jobs": "jobs hold ids only",
    "procrastinate_periodic_defers": "jobs hold ids only",
    "procrastinate_workers": "jobs hold ids only",
}
# Definer functions pass the wall; each is reviewed like a policy (threat model).
DEFINERS = {
    "helpdesk_clear_mails",
    "helpdesk_contacts",
    "helpdesk_senders",
    "helpdesk_serving",
    "helpdesk_places",
    "helpdesk_facts",
    "helpdesk_followers",
    "helpdesk_following",
    "helpdesk_allowances",
    "helpdesk_left_behind",
    "helpdesk_left_with",
    "agreements_channels",
    "agreements_sold",
    "agreements_sold_by",
    "helpdesk_escalation_customers",
    "helpdesk_escalation_names",
    "helpdesk_escalation_states",
    "organizations_delegates",
    "partners_accept",
    "partners_administered",
    "partners_asked_by",
    "partners_asked_plans",
    "partners_asked_profile",
    "partners_consents_due",
    "partners_due",
    "partners_holders",
    "partners_is_invited",
    "partners_known",
    "partners_parties",
    "partners_portfolio",
    "partners_sold_lines",
    "partners_wish_names",
    "partners_recipients",
    "partners_settle_consents",
    "partners_settle_grants",
    "partners_staff_invitation_of",
    "activity_customers_with_exports_before",
    "agreements_begun",
    "agreements_buyers",
    "agreements_customers_naming",
    "agreements_find_customers",
    "agreements_known",
    "agreements_list_channels",
    "agreements_list_partners",
    "agreements_own_partners",
    "agreements_partners_of",
    "agreements_stood_in",
    "agreements_unsettled",
    "articles_counts",
    "articles_find",
    "assessments_count_rows",
    "assessments_count_setups",
    "assessments_count_states",
    "assessments_customers_unsettled",
    "assessments_customers_with_intakes",
    "assessments_customers_with_objects",
    "assessments_run_in",
    "assessments_seen",
    "ledger_days_as_of",
    "health_named",
    "health_products_held",
    "health_products_of",
    "health_reached",
    "health_reaching",
    "health_readers",
    "journal_clear",
    "learning_asked",
    "learning_count_rows",
    "learning_count_rows_of_nothing",
    "learning_counts",
    "learning_customers_of",
    "learning_customers_with_unbooked",
    "learning_managed",
    "learning_use_source",
    "journal_kinds",
    "ledger_customers_of",
    "ledger_held_as_of",
    "ledger_offers",
    "engagements_busy",
    "engagements_customers_of",
    "engagements_customers_to_settle",
    "engagements_round",
    "engagements_worked",
    "integrations_import_customers",
    "integrations_waiting_customers",
    "journal_forget_answers",
    "ledger_stale_customers",
    "messages_digest_readers",
    "messages_promoted",
    "messages_readers",
    "notifications_clear",
    "notifications_due",
    "notifications_had",
    "notifications_reader_of",
    "office_enquiry_names",
    "office_unmapped",
    "office_customers_naming",
    "office_forget_contact",
    "office_is_staff",
    "office_round",
    "organizations_act_for",
    "organizations_at_work",
    "organizations_counted_in",
    "organizations_customers_of",
    "organizations_find_customers",
    "organizations_employed_elsewhere",
    "organizations_follow_person",
    "organizations_is_employed",
    "organizations_is_bound",
    "organizations_managed",
    "organizations_names",
    "organizations_open",
    "organizations_person_in",
    "organizations_personal",
    "organizations_served",
    "organizations_sign_on",
    "organizations_staff_of",
    "organizations_use_token",
    "people_claimed",
    "people_identity_provider",
    "people_provider_of_domain",
    "people_customers_of",
    "people_customers_to_remind",
    "people_invitation_of",
    "people_own_domains",
    "people_administrators",
    "people_contact_terms",
    "people_contacts_named",
    "people_count_namings",
    "people_named_at",
    "people_settle_namings",
    "partners_own",
    "partners_standing",
    "partners_supporting",
    "support_desk_names",
    "support_desk_places",
    "support_find",
    "support_customer_of",
    "support_count_requests",
    "support_count_rows",
    "support_customers_with_silent",
    "support_customers_with_unbooked",
    "support_groups",
    "support_may_give",
    "support_overseen",
    "support_overseen_own",
    "support_places",
    "support_placed_alike",
    "support_sees",
    "support_staffed",
    "support_unnamed_files",
}
TABLES = """
SELECT oid, relname, relrowsecurity FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
HAS_CUSTOMER = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'customer_id' ORDER BY 1
"""

WRITTEN = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""


ADD_EVENT = (
    "INSERT INTO journal_event (customer_id, workspace_id, kind, details, at) VALUES (%s, %s, 'x.y', '{}', now())"
)
WEBHOOKS_AND_IMPORTS = ("endpoint", "delivery", "attempt", "import", "savedmapping")
# What reaches a workspace because it is held in the whole customer.
IN_WHOLE_TOO = {"organizations_accessgrant"}
# What a workspace's administrator writes there.
MANAGED = {"organizations_accessgrant", "organizations_membership"}
MANAGED |= {"learning_source"}
MANAGED |= {"office_enquiry", "people_group", "people_groupmember", "people_invitation"}
PARTNERS_ALONE = {"partners_followup"}  # nothing for the customer, the provider or the hub inside a customer
ACCOUNT_TEAMS = {"office_agreementdraft"}  # nothing for the customer
# Nothing for anybody but staff, not even for the hub itself.
STAFFS = {"support_note", "support_notefile"}
STAFFS |= {f"helpdesk_{name}" for name in ("entry", "handover", "healthcheck", "incidentlink", "rightsneed")}
STAFFS |= {"helpdesk_escalation", "helpdesk_escalationtenant"}  # of the sides that it is with, and no customer's
STAFFS_AND_HUBS = {"support_work"}
OF_A_PERSON = {"support_defaultgroup", "support_draft", "support_draftfile"}  # and of nobody else
OF_A_PERSON |= {"helpdesk_contactdraft", "helpdesk_contactfile"}
# What a request has, and what a partner has to know to work on it.
OPEN_AT_A_DESK = {f"support_{name}" for name in ("booking", "change", "file", "message", "request", "requestviewer")}
OPEN_AT_A_DESK |= {f"helpdesk_{name}" for name in ("intake", "reach", "resolution")}
OPEN_AT_A_DESK |= {"organizations_organization", "organizations_workspace", "organizations_accessgrant"}
OPEN_AT_A_DESK |= {"articles_sent", "health_affectedcustomer", "messages_sending", "partners_planacceptance"}
OPEN_AT_A_DESK |= {"journal_event"}
# Everybody's own, and that of whose learning they follow; written by the hub, assignments by learning managers too.
LEARNERS = {f"learning_{name}" for name in ("assignment", "fact", "record", "statement")}
# What people write about a request that they see, wherever they are in the customer.
ASSESSORS = {
    f"assessments_{name}"
    for name in ("affectedobject", "answerdraft", "finding", "intake", "prerequisite", "run", "setup")
}
OF_A_REQUEST = {f"support_{name}" for name in ("booking", "file", "message", "request", "requestviewer")}
OF_A_REQUEST |= {"helpdesk_intake", "helpdesk_reach"}
# What whoever works in a workspace writes there, and whoever requested it.
OF_AN_ENGAGEMENT = {f"engagements_{name}" for name in ("engagement", "engagementdelivery", "slot")}


HERE = ("customer_id", "workspace_id")


def key_of(table: str) -> str:
    return "id" if table == "organizations_organization" else "customer_id"


@pytest.fixture
def spread(world: SimpleNamespace, owner: Any) -> SimpleNamespace:
    """The world, with rows of both customers in every table that belongs to customers."""
    for customer, workspace, person in (
        (world.cedar, world.south, world.member),
        (world.birch, world.birch_main, world.stranger),
    ):
        grant(person, "member", workspace)
        PersonKey.objects.using("owner").create(customer_id=customer.pk, person_id=person.pk, key=person.name)
        domain = f"{customer.code}.test"
        ProvedDomain.objects.using("owner").create(customer_id=customer.pk, domain=f"more.{domain}", proved_by="dns")
        ledger.refresh_snapshots(Access.of_system([customer.pk]))
        kept_by(person, customer, workspace)
        Token.objects.using("owner").create(
            customer_id=customer.pk, name="Nightly", digest=digest_of(customer.code), scopes=["agreements:read"],
            made_by_id=person.pk, made_at=NOW, expires_at=NOW,
        )  # fmt: skip
        Answered.objects.using("owner").create(
            customer_id=customer.pk, token_id=customer.pk, key="k", fingerprint=b"", status=200, at=NOW
        )
        owner.execute(
            "INSERT INTO journal_event (customer_id, kind, details, at) VALUES (%s, 'x.y', '{}', now())", [customer.pk]
        )
        for place in (None, workspace.pk):
            owner.execute(ADD_EVENT, [customer.pk, place])
        _webhook(customer)
        _health(world.provider, customer)
        _messages(world.provider, customer)
        _articles(world.provider, customer, person)
        _people(customer, workspace, person)
        _support(customer, workspace, person)
        _partners(world.partner, customer)
        _gates(world.provider, customer)
        _escalations(world.provider, world.partner, customer)
        NewsAddress.objects.using("owner").create(
            customer=customer, address=f"news@{customer.code}.test", language="en", added_at=NOW
        )
        _helpdesk(world.partner, world.provider, customer, person)
        _engagements(customer, workspace)
        _assessments(customer, workspace)
        _learning(customer, workspace, person)
        made = {"customer_id": customer.pk, "made_by_id": person.pk, "made_at": "2026-11-21T12:00Z", "name": "x"}
        Import.objects.using("owner").create(**made)
        SavedMapping.objects.using("owner").create(**made, mapping={})
    owner.execute(ADD_EVENT, [world.cedar.pk, world.north.pk])
    world.tables = [name for (name,) in owner.execute(HAS_CUSTOMER) if name not in OPEN] + [
        "organizations_organization"
    ]
    return world


def kept_by(person: Any, customer: Any, workspace: Any) -> None:
    """What people keep: an export and a view of their own, and statements over the whole and over a workspace."""
    own = {"customer_id": customer.pk, "person_id": person.pk}
    Export.objects.using("owner").create(**own, address="/", name="a.xlsx", total=1, asked_at=clock.now())
    SavedView.objects.using("owner").create(**own, name="Mine", address="/")
    for workspaces in (None, [Workspace.objects.using("owner").filter(customer=customer).order_by("pk")[0].pk]):
        Statement.objects.using("owner").create(
            customer_id=customer.pk,
            agreement_id=Agreement.objects.using("owner").filter(customer=customer).order_by("pk")[0].pk,
            workspaces=workspaces,
            first_day=date(2026, 1, 1),
            last_day=date(2026, 2, 1),
            ledger_version=1,
            entitlements=[],
            language="en",
            lines=0,
            digest="0" * 64,
            made_at=clock.now(),
            made_by_id=person.pk,
        )


def _health(provider: Any, customer: Any) -> None:
    """An event that names the customer alone."""
    event = HealthEvent.objects.using("owner").create(
        organization=provider, kind="incident", title="x", status="investigating", impact="none", visibility="affected",
        reach="named", occurred_at=NOW, published_at=NOW, changed_at=NOW,
    )  # fmt: skip
    AffectedCustomer.objects.using("owner").create(organization=provider, event=event, customer=customer)


def _messages(provider: Any, customer: Any) -> None:
    """A message that names the customer alone, and was sent to it; and what it said about advertising."""
    post = Post.objects.using("owner").create(
        organization=provider, message_class="operational", audience="named", category="inform", severity="normal",
        titles={"en": "x"}, bodies={"en": "x"}, starts_at=NOW, released_at=NOW, changed_at=NOW,
    )  # fmt: skip
    of = {"organization": provider, "post": post, "customer": customer}
    PostCustomer.objects.using("owner").create(**of)
    Sending.objects.using("owner").create(**of, message_class="operational", at=NOW)
    PromotionChoice.objects.using("owner").create(customer=customer, takes_promotions=True, changed_at=NOW)


def _articles(provider: Any, customer: Any, person: Any) -> None:
    """An article that somebody of the customer was sent."""
    article = Article.objects.using("owner").create(organization=provider, made_at=NOW)
    sent = Sent.objects.using("owner").create(
        organization=provider, customer=customer, article=article, number=1, request_id=1, at=NOW
    )
    SentTo.objects.using("owner").create(customer=customer, sent=sent, person_id=person.pk)


def _partners(partner: Any, customer: Any) -> None:
    """What a partner sells there and was delegated, and a request that it was let into."""
    make_resale(partner, customer)
    make_delegation(partner, customer)
    make_support(partner)
    PlanAcceptance.objects.using("owner").create(organization=partner, customer=customer, number=1, accepted_at=NOW)
    FollowUp.objects.using("owner").create(
        organization=partner, customer=customer, title="x", made_at=NOW, changed_at=NOW
    )
    package = Package.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    SubscriptionWish.objects.using("owner").create(
        organization=partner,
        seller=partner,
        customer=customer,
        kind="add",
        package=package,
        entitlement=package.entitlements.using("owner").order_by("pk")[0],
        asked_at=NOW,
    )
    request = Request.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    there = {"customer_id": customer.pk, "workspace_id": request.workspace_id, "request": request}
    Consent.objects.using("owner").create(
        **there, organization=partner, template="read", given_at=NOW, ends_at=NOW + timedelta(days=14)
    )


def _gates(provider: Any, customer: Any) -> None:
    """What a desk found out about each request, and how it was resolved."""
    item, _ = BaselineItem.objects.using("owner").get_or_create(
        organization=provider, code="x", titles={"en": "x"}, texts={"en": "x"}
    )
    event = HealthEvent.objects.using("owner").filter(organization=provider).order_by("pk")[0]
    for request in Request.objects.using("owner").filter(customer=customer):
        message = Message.objects.using("owner").filter(request=request)[0]
        there = {"customer_id": customer.pk, "workspace_id": request.workspace_id, "request": request}
        HealthCheck.objects.using("owner").create(**there, result="none", at=NOW)
        IncidentLink.objects.using("owner").create(**there, event=event, since=NOW)
        Noted.objects.using("owner").create(**there, step="x", at=NOW)
        RightsNeed.objects.using("owner").create(**there, since=NOW)
        Resolution.objects.using("owner").create(**there, item=item, message=message, at=NOW)


def _escalations(provider: Any, partner: Any, customer: Any) -> None:
    """What the partner escalated there, with a further customer."""
    request = Request.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    there = {"customer_id": customer.pk, "workspace_id": request.workspace_id, "request": request}
    one = Escalation.objects.using("owner").create(
        **there, organization=partner, provider=provider, category="defect", severity="B", made_at=NOW, changed_at=NOW
    )
    EscalationTenant.objects.using("owner").create(**there, organization=partner, escalation=one)


def _people(customer: Any, workspace: Any, person: Any) -> None:
    """Whom the customer asked in, its groups and its own sign-in; what is being written about it, and what it wants."""
    of = {"customer_id": customer.pk}
    agreement = Agreement.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    package = Package.objects.using("owner").filter(agreement=agreement).order_by("pk")[0]
    WorkAccount.objects.using("owner").create(**of, person_id=person.pk, vouched_at=NOW)
    AgreementContact.objects.using("owner").create(
        **of, agreement=agreement, person_id=person.pk, kind="support_contact"
    )
    Agreement.objects.using("owner").filter(pk=agreement.pk).update(follows=agreement)
    provider = IdentityProvider.objects.using("owner").create(
        **of, slug=customer.code, name="x", issuer="https://a.test", client_id="x", client_secret="x"
    )
    places = [workspace.pk, *([_first_of(customer)] if customer.code == "cedar" else [])]
    for place in places:
        there = {**of, "workspace_id": place}
        group = Group.objects.using("owner").create(**there, name="x")
        GroupMember.objects.using("owner").create(**there, group=group, person_id=person.pk)
        Invitation.objects.using("owner").create(
            **there, person_id=person.pk, email="a@b.test", language="en", made_at=NOW, sent_at=NOW, expires_at=NOW
        )
        Naming.objects.using("owner").create(**there, person_id=person.pk, named_at=NOW)
        asked = {"asked_by_id": person.pk, "asked_at": NOW, "package": package}
        Enquiry.objects.using("owner").create(**there, wish="mapping", **asked)
        DirectoryGroup.objects.using("owner").create(
            **there, provider=provider, key="x", name="x", roles=["member"], made_at=NOW
        )
    AgreementDraft.objects.using("owner").create(
        **of, content={}, follows=agreement, made_by_id=person.pk, made_at=NOW, changed_at=NOW
    )


def _support(customer: Any, workspace: Any, person: Any) -> None:
    """A request with everything that can belong to one, and the terms by which it is answered."""
    of = {"customer_id": customer.pk}
    package = Package.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    product, _ = Product.objects.using("owner").get_or_create(code="x", names={"en": "x"})
    Coverage.objects.using("owner").create(**of, package=package, product=product)
    calendar = WorkCalendar.objects.using("owner").create(**of, name="x", zone="UTC", week=[[]] * 7)
    terms = {**of, "agreement_id": package.agreement_id, "calendar": calendar}
    ResponseGoal.objects.using("owner").create(**terms, severity="A", minutes=60)
    TimeRule.objects.using("owner").create(**terms, numerator=2)
    for place in {workspace, Workspace.objects.using("owner").get(pk=_first_of(customer))}:
        request = make_request(place, agreement=package.agreement, package=package)
        Request.objects.using("owner").filter(pk=request.pk).update(merged_into=request)
        there = {**of, "workspace_id": place.pk}
        inside = {**there, "request": request}
        give_request(request, person)
        group, _ = Group.objects.using("owner").get_or_create(**there, name="x")
        give_request(request, group)
        DefaultGroup.objects.using("owner").get_or_create(**there, person_id=person.pk, group=group)
        draft = Draft.objects.using("owner").create(**there, person_id=person.pk, changed_at=NOW)
        Change.objects.using("owner").create(**inside, kind="x", at=NOW)
        message = Message.objects.using("owner").create(**inside, is_by_staff=False, body="x", at=NOW)
        note = Note.objects.using("owner").create(**inside, body="x", at=NOW)
        stored = {"name": "x", "size": 1, "media_type": "text/plain", "digest": b"", "at": NOW}
        File.objects.using("owner").create(**inside, **stored, message=message, key=f"file-{request.pk}")
        own = {"draft": draft, "added_by_id": person.pk, "key": f"draft-{draft.pk}"}
        DraftFile.objects.using("owner").create(**there, **stored, **own)
        NoteFile.objects.using("owner").create(**inside, **stored, note=note, key=f"note-{request.pk}")
        work = Work.objects.using("owner").create(**inside, starts_at=NOW, minutes=1, what="x", at=NOW)
        entry = Entry.objects.using("owner").filter(customer=customer, workspace=place).order_by("pk").first()
        if entry and not Booking.objects.using("owner").filter(entry=entry).exists():
            Booking.objects.using("owner").create(**inside, work=work, entry=entry, entitlement_id=entry.entitlement_id)


def _helpdesk(partner: Any, other: Any, customer: Any, person: Any) -> None:
    """How each of the customer's requests came in, and what somebody has begun to write to its partner."""
    draft = ContactDraft.objects.using("owner").create(
        customer=customer, person_id=person.pk, partner=partner, changed_at=NOW
    )
    for request in Request.objects.using("owner").filter(customer=customer):
        there = {"customer_id": customer.pk, "workspace_id": request.workspace_id}
        inside = {**there, "request": request}
        Arrival.objects.using("owner").create(**inside, channel="portal", mode="own")
        Reach.objects.using("owner").create(**inside, person_id=person.pk, text="x")
        Handover.objects.using("owner").create(**inside, was=partner, becomes=other, reason="x", at=NOW)
        stored = {"name": "x", "size": 1, "media_type": "text/plain", "digest": b"", "at": NOW}
        own = {"draft": draft, "added_by_id": person.pk, "key": f"contact-{request.pk}"}
        ContactFile.objects.using("owner").create(**there, **stored, **own)


def _engagements(customer: Any, workspace: Any) -> None:
    """An engagement that was scheduled, delivered and corrected, with what it held and booked."""
    of = {"customer_id": customer.pk}
    package = Package.objects.using("owner").filter(customer=customer).order_by("pk")[0]
    entitlement = package.entitlements.using("owner").order_by("pk")[0]
    for place in {workspace.pk, _first_of(customer)}:
        there = {**of, "workspace_id": place}
        serial = 900_000 + place
        one = Engagement.objects.using("owner").create(
            **there, id=serial, number=str(serial), title="x", requested_at=NOW, changed_at=NOW, entitlement=entitlement
        )
        inside = {**there, "engagement": one}
        EngagementChange.objects.using("owner").create(**inside, kind="x", at=NOW)
        Slot.objects.using("owner").create(**inside, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
        done = {**inside, "day": NOW.date(), "minutes": 1, "logged_at": NOW, "due_on": NOW.date()}
        delivery = EngagementDelivery.objects.using("owner").create(**done)
        EngagementDelivery.objects.using("owner").create(**done, corrects=delivery)
        held = {"day": NOW.date(), "amount": 1, "source": "x", "held_for": "x", "external_id": f"{place}"}
        Hold.objects.using("owner").create(**there, **held, entitlement=entitlement, ledger_version=1, recorded_at=NOW)
        entry = Entry.objects.using("owner").filter(customer=customer, workspace_id=place).order_by("-pk").first()
        if entry:
            EngagementBooking.objects.using("owner").create(
                **inside, delivery=delivery, entry=entry, entitlement_id=entry.entitlement_id
            )


def _assessments(customer: Any, workspace: Any) -> None:
    """An assessment that is set up, ran and is being answered."""
    definition, _ = Definition.objects.using("owner").get_or_create(code="x", names={"en": "x"})
    version, _ = Version.objects.using("owner").get_or_create(
        definition=definition, number=1, defaults={"published_at": NOW}
    )
    check, _ = Check.objects.using("owner").get_or_create(
        version=version, code="x", defaults={"place": 0, "focus": "change", "priority": "low", "titles": {"en": "x"}}
    )
    for place in {workspace.pk, _first_of(customer)}:
        there = {"customer_id": customer.pk, "workspace_id": place}
        one = SetUp.objects.using("owner").create(**there, definition=definition, configured_on=NOW.date())
        AnswerDraft.objects.using("owner").create(**there, set_up=one, version=version, changed_at=NOW)
        run = Run.objects.using("owner").create(
            **there, set_up=one, version=version, collected_at=NOW, at=NOW, digest=b"x"
        )
        Prerequisite.objects.using("owner").create(**there, run=run, place=0, name="x", is_passed=True)
        finding = Finding.objects.using("owner").create(**there, run=run, checked=check, outcome="failed")
        AffectedObject.objects.using("owner").create(**there, finding=finding, name="x")
        Intake.objects.using("owner").create(**there, set_up=one, run=run, at=NOW, total=1, stage="done")


def _learning(customer: Any, workspace: Any, person: Any) -> None:
    """What somebody learns in both workspaces, and the systems that tell of it."""
    activity, _ = Activity.objects.using("owner").get_or_create(
        code="x", format="lab", level="expert", language="en", minutes=1, names={"en": "x"}, url="https://x.test/",
        added_on=NOW.date(),
    )  # fmt: skip
    for place in {workspace.pk, _first_of(customer)}:
        there = {"customer_id": customer.pk, "workspace_id": place}
        own = {**there, "person_id": person.pk}
        due = {"due_on": NOW.date(), "assigned_on": NOW.date(), "assigned_by_id": person.pk}
        Assignment.objects.using("owner").create(**own, **due, activity=activity)
        entitlement = Entitlement.objects.using("owner").filter(customer=customer).order_by("pk")[0]
        record = Record.objects.using("owner").create(**own, activity=activity, made_at=NOW, entitlement=entitlement)
        entry = Entry.objects.using("owner").filter(customer=customer, workspace=place).order_by("pk").first()
        Record.objects.using("owner").filter(pk=record.pk).update(entry=entry)
        fact = Fact.objects.using("owner").create(**own, record=record, source="x", external_id=f"{place}")
        source = Source.objects.using("owner").create(
            **there, name="x", key=f"x-{place}", digest=b"", takes_addresses=True, made_by_id=person.pk, made_at=NOW
        )
        told = {"content": {}, "digest": b"", "stored_at": NOW, "source": source}
        Told.objects.using("owner").create(**own, **told, statement_id=UUID(int=place), fact=fact)


def _first_of(customer: Any) -> int:
    return Workspace.objects.using("owner").filter(customer=customer).order_by("pk")[0].pk


def _webhook(customer: Any) -> None:
    """An endpoint that was sent something."""
    of, now = {"customer_id": customer.pk}, {"made_at": "2026-11-21T12:00Z"}
    endpoint = Endpoint.objects.using("owner").create(**of, **now, url="https://a.test/", types=[], secret="whsec_")
    told = {"endpoint": endpoint, "type": "ping", "body": "{}", "next_at": "2026-11-21T12:00Z"}
    delivery = Delivery.objects.using("owner").create(**of, **now, **told)
    Attempt.objects.using("owner").create(**of, delivery=delivery, at="2026-11-21T12:00Z", milliseconds=1)


def scopes(world: SimpleNamespace) -> dict[str, Access]:
    whole = {"in_whole": True, "workspaces": (world.north.pk, world.south.pk)}
    return {
        "hub": Access.of_system([world.cedar.pk]),
        "customer": Access(person_id=world.admin.pk, customer_id=world.cedar.pk, **whole),
        "workspace": Access(person_id=world.north_admin.pk, customer_id=world.cedar.pk, workspaces=(world.north.pk,)),
        "person": Access(person_id=world.newcomer.pk),
        "nobody": Access(),
    }


WHO = ["hub", "customer", "workspace", "person", "nobody"]


# Every table has a wall


def unwalled(owner: Any) -> set[str]:
    """Tables without row-level security, without a policy, or with a wall and no customer."""
    policies = {oid for (oid,) in owner.execute("SELECT DISTINCT polrelid FROM pg_policy")}
    return {name for oid, name, is_walled in owner.execute(TABLES) if not (is_walled and oid in policies)}


def test_every_table_has_a_wall_or_a_reason(world: SimpleNamespace, owner: Any) -> None:
    assert unwalled(owner) == set(OPEN)


def test_a_new_table_without_a_wall_is_noticed(world: SimpleNamespace, owner: Any) -> None:
    address = conninfo.conninfo_to_dict(os.environ["TALLYHUB_OWNER_URL"])
    with psycopg.connect(os.environ["TALLYHUB_TEST_ADMIN"], dbname=address["dbname"], autocommit=True) as admin:
        admin.execute("CREATE TABLE newcomer (id bigint, customer_id bigint)")
        assert unwalled(owner) == {"newcomer", *OPEN}
        admin.execute("ALTER TABLE newcomer ENABLE ROW LEVEL SECURITY")
        assert unwalled(owner) == {"newcomer", *OPEN}  # a wall that nothing may pass is a mistake, too


def test_nothing_else_reads_as_the_owner(world: SimpleNamespace, owner: Any) -> None:
    """Views run as who made them, and so do definer functions."""
    views = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
    assert owner.execute(views).fetchone() == (0,)
    found = owner.execute(
        """SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosecdef"""
    ).fetchall()
    assert {name for name, *_ in found} == DEFINERS
    assert {name for name, config, _ in found if config[:1] != ["search_path=public, pg_temp"]} == set()
    assert {name for name, _, is_public in found if is_public} == set()


# Reading


def test_both_customers_have_rows_everywhere_so_that_the_walk_proves_something(spread: Any, owner: Any) -> None:
    for table in spread.tables:
        found = {key for (key,) in owner.execute(f"SELECT DISTINCT {key_of(table)} FROM {table}")}
        assert found >= {spread.cedar.pk, spread.birch.pk}, table


def read(access: Access | None, statement: str) -> list[tuple[Any, ...]]:
    def rows() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    if access is None:
        return rows()
    with scope(access):
        return rows()


def customers_read(access: Access | None, table: str) -> set[int]:
    condition = "WHERE kind = 'customer'" if table == "organizations_organization" else ""
    return {key for (key,) in read(access, f"SELECT DISTINCT {key_of(table)} FROM {table} {condition}")}


@pytest.mark.parametrize("who", ["hub", "customer"])
def test_in_whole_one_reads_everything_of_the_customer_and_nothing_of_another(
    spread: Any, owner: Any, who: str
) -> None:
    access = scopes(spread)[who]
    hidden = (
        PARTNERS_ALONE
        | ACCOUNT_TEAMS
        | STAFFS
        | (STAFFS_AND_HUBS | OF_A_PERSON | LEARNERS if who == "customer" else set())
    )
    for table in set(spread.tables) - hidden:
        assert customers_read(access, table) == {spread.cedar.pk}, table
        key = key_of(table)
        there = owner.execute(f"SELECT count(*) FROM {table} WHERE {key} = %s", [spread.cedar.pk]).fetchone()
        assert read(access, f"SELECT count(*) FROM {table} WHERE {key} = {spread.cedar.pk}") == [there], table


def test_in_a_workspace_one_reads_its_rows_and_what_reaches_it(spread: Any, owner: Any) -> None:
    access = scopes(spread)["workspace"]
    of_the_customer_only = {
        "accounts_token",
        "journal_answered",
        "organizations_personkey",
        "organizations_proveddomain",
        "organizations_workaccount",
        "agreements_agreementcontact",
        "people_directorygroup",
        "people_identityprovider",
        *ACCOUNT_TEAMS,
        *PARTNERS_ALONE,
        *STAFFS,
        *STAFFS_AND_HUBS,
    }
    of_another_person = {"activity_export", "activity_savedview", "articles_sentto", *OF_A_PERSON, *LEARNERS}
    of_the_customer_only |= {f"partners_{name}" for name in ("consent", "delegation", "resale", "subscriptionwish")}
    of_the_customer_only |= {f"integrations_{name}" for name in WEBHOOKS_AND_IMPORTS}
    of_the_customer_only |= {"notifications_newsaddress"}
    of_the_customer_only |= {"organizations_personkey", "organizations_proveddomain"}
    for table in spread.tables:
        expected = set() if table in of_the_customer_only | of_another_person else {spread.cedar.pk}
        assert customers_read(access, table) == expected, table
    with_workspace = "SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id'"
    for (table,) in owner.execute(with_workspace).fetchall():
        if table in set(spread.tables) - of_the_customer_only - OF_A_PERSON - LEARNERS:
            expected = {spread.north.pk} | ({None} if table in IN_WHOLE_TOO else set())
            assert {one for (one,) in read(access, f"SELECT DISTINCT workspace_id FROM {table}")} == expected, table


def test_at_a_desk_one_reads_what_requests_and_partners_have_and_nothing_of_what_was_bought_or_used(
    spread: Any,
) -> None:  # S003-3, R5.3
    """A partner's people are inside a workspace for one request. A new table is closed to them, or stands here."""
    access = replace(scopes(spread)["workspace"], acts_as=AT_DESK)
    found = {table for table in spread.tables if customers_read(access, table)}
    assert found == OPEN_AT_A_DESK


def test_a_statement_is_read_where_all_of_its_workspaces_are(spread: Any) -> None:
    statement = "SELECT workspaces FROM activity_statement"
    assert read(scopes(spread)["workspace"], statement) == [([spread.north.pk],)]
    south = Access(person_id=spread.reader.pk, customer_id=spread.cedar.pk, workspaces=(spread.south.pk,))
    assert read(south, statement) == []


def test_a_person_reads_and_changes_their_own_exports_and_views(spread: Any) -> None:
    mine = Access(person_id=spread.member.pk, customer_id=spread.cedar.pk, workspaces=(spread.north.pk,))
    for table in ("activity_export", "activity_savedview"):
        assert read(mine, f"SELECT person_id FROM {table}") == [(spread.member.pk,)]
        assert not refused_or_nothing(mine, f"UPDATE {table} SET name = 'b'", [])
        assert refused_or_nothing(mine, f"UPDATE {table} SET person_id = %s", [spread.admin.pk])


def test_a_statement_is_neither_changed_nor_signed_by_another(spread: Any) -> None:
    access = scopes(spread)["customer"]
    assert refused_or_nothing(access, "UPDATE activity_statement SET digest = ''", [])
    assert refused_or_nothing(access, "DELETE FROM activity_statement", [])
    copy = "INSERT INTO activity_statement SELECT * FROM jsonb_populate_record(NULL::activity_statement, %s::jsonb)"
    row = read(access, "SELECT to_jsonb(s) || '{\"id\": 999999}' FROM activity_statement s LIMIT 1")[0][0]
    assert refused_or_nothing(access, copy, [row])  # made by somebody else


def test_what_is_mapped_to_another_workspace_alone_is_not_read(spread: Any) -> None:
    access = Access(person_id=spread.reader.pk, customer_id=spread.cedar.pk, workspaces=(spread.south.pk,))
    for table, column in (
        ("agreements_package", "id"),
        ("agreements_entitlement", "package_id"),
        ("agreements_mapping", "package_id"),
    ):
        assert read(access, f"SELECT count(*) FROM {table} WHERE {column} = {spread.addon.pk}") == [(0,)], table
        assert read(access, f"SELECT count(*) FROM {table} WHERE {column} = {spread.base.pk}") != [(0,)], table
    for table in ("allotment", "entitlementtotal", "entitlementday", "snapshot"):
        statement = f"SELECT count(*) FROM ledger_{table} WHERE entitlement_id = {spread.cedar_credits.pk}"
        assert read(access, statement) == [(0,)], table


def test_without_a_customer_in_scope_one_reads_nothing(spread: Any) -> None:
    for who in ("person", "nobody", "unset"):
        for table in spread.tables:
            assert customers_read(scopes(spread).get(who), table) == set(), (who, table)


def test_a_person_reads_their_own_grants_and_memberships_to_switch_by(spread: Any) -> None:
    """And by them the names of the customers, which is all."""
    access = Access(person_id=spread.stranger.pk)
    own = {"organizations_accessgrant", "organizations_membership", "organizations_organization"}
    own |= {"organizations_workaccount", "people_invitation", "people_naming", "office_enquiry"}
    for table in spread.tables:
        assert customers_read(access, table) == ({spread.birch.pk} if table in own else set()), table


# Writing


def refused_or_nothing(access: Access, statement: str, parameters: list[Any]) -> bool:
    """The database says no, or finds no row to do it to."""
    try:
        with scope(access, writing=True), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return bool(cursor.rowcount == 0)
    except DatabaseError as error:
        return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("who", WHO)
def test_a_row_of_another_customer_is_neither_changed_nor_taken_nor_given(spread: Any, who: str) -> None:
    access = scopes(spread)[who]
    for table in spread.tables:
        key = key_of(table)
        for statement, parameters in (
            (f"UPDATE {table} SET {key} = {key} WHERE {key} = %s", [spread.birch.pk]),
            (f"UPDATE {table} SET {key} = %s WHERE {key} = %s", [spread.cedar.pk, spread.birch.pk]),
            (f"UPDATE {table} SET {key} = %s WHERE {key} = %s", [spread.birch.pk, spread.cedar.pk]),
            (f"DELETE FROM {table} WHERE {key} = %s", [spread.birch.pk]),
        ):
            assert refused_or_nothing(access, statement, parameters), (table, statement)


@pytest.mark.parametrize("who", WHO)
def test_a_row_of_another_customer_is_not_added(spread: Any, owner: Any, who: str) -> None:
    for table in sorted(spread.tables):
        row = owner.execute(
            f"SELECT to_jsonb(t) FROM {table} t WHERE {key_of(table)} = %s", [spread.birch.pk]
        ).fetchone()
        (columns,) = owner.execute(WRITTEN, [table]).fetchone()
        row_of = f"SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
        statement = f"INSERT INTO {table} ({columns}) {row_of}"
        assert refused_or_nothing(scopes(spread)[who], statement, [json.dumps(row[0])]), table


def test_an_event_is_not_added_in_anothers_name(spread: Any) -> None:
    statement = "INSERT INTO journal_event (actor_id, kind, details, at) VALUES (%s, 'x.y', '{}', now())"
    access = scopes(spread)["customer"]
    assert refused_or_nothing(access, statement, [spread.stranger.pk])
    assert refused_or_nothing(access, statement, [None])
    assert not refused_or_nothing(access, statement, [spread.admin.pk])


def test_an_event_is_added_only_about_the_customer_one_works_inside(spread: Any) -> None:  # R7.3
    statement = "INSERT INTO journal_event (customer_id, workspace_id, actor_id, kind, details, at)"
    statement += " VALUES (%s, %s, %s, 'x.y', '{}', now())"
    access = scopes(spread)["workspace"]
    cedar, birch, me = spread.cedar.pk, spread.birch.pk, spread.north_admin.pk
    assert not refused_or_nothing(access, statement, [cedar, None, me])
    assert not refused_or_nothing(access, statement, [cedar, spread.north.pk, me])
    assert refused_or_nothing(access, statement, [cedar, spread.south.pk, me])
    assert refused_or_nothing(access, statement, [birch, None, me])
    assert refused_or_nothing(scopes(spread)["nobody"], statement, [cedar, None, None])


@pytest.mark.parametrize("who", ["workspace", "person", "nobody"])
def test_who_has_no_customer_in_whole_writes_nothing_of_any(spread: Any, owner: Any, who: str) -> None:
    access = scopes(spread)[who]
    theirs = MANAGED | OF_A_REQUEST | OF_AN_ENGAGEMENT | ASSESSORS if who == "workspace" else set()
    for table in set(spread.tables) - theirs:
        key = key_of(table)
        update = f"UPDATE {table} SET {key} = {key} WHERE {key} = %s"
        assert refused_or_nothing(access, update, [spread.cedar.pk]), table
        assert refused_or_nothing(access, f"DELETE FROM {table} WHERE {key} = %s", [spread.cedar.pk]), table


@pytest.mark.parametrize("table", sorted(MANAGED))
def test_a_workspaces_administrator_writes_who_belongs_to_it_and_to_no_other(
    spread: Any, owner: Any, table: str
) -> None:
    """R7.1. Whether somebody administers it is looked up, whatever the scope claims."""
    where = f"FROM {table} WHERE workspace_id = %s"
    north, south = spread.north.pk, spread.south.pk
    here = Access(spread.north_admin.pk, spread.cedar.pk, workspaces=(north, south))
    before = owner.execute(f"SELECT count(*) {where}", [south]).fetchone()
    assert refused_or_nothing(here, f"DELETE {where}", [south])
    assert refused_or_nothing(here, f"UPDATE {table} SET workspace_id = %s WHERE workspace_id = %s", [south, north])
    claims = Access(spread.reader.pk, spread.cedar.pk, workspaces=(north, south))
    assert refused_or_nothing(claims, f"DELETE {where} AND true", [north])
    assert not refused_or_nothing(here, f"DELETE {where}", [north])
    assert owner.execute(f"SELECT count(*) {where}", [south]).fetchone() == before


@pytest.mark.parametrize("table", sorted(OF_AN_ENGAGEMENT))
def test_an_engagement_is_written_by_whoever_works_there_or_requested_it_and_nowhere_else(
    spread: Any, owner: Any, table: str
) -> None:
    north, south = spread.north.pk, spread.south.pk
    update = f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = %s"
    claims = {"workspaces": (north, south)}
    works, reads = spread.north_admin.pk, spread.reader.pk
    assert not refused_or_nothing(Access(works, spread.cedar.pk, **claims), update, [north])
    assert refused_or_nothing(Access(works, spread.cedar.pk, **claims), update, [south])
    assert refused_or_nothing(Access(works, spread.birch.pk, **claims), update, [north])
    assert refused_or_nothing(Access(reads, spread.cedar.pk, **claims), update, [north])
    owner.execute("UPDATE engagements_engagement SET requested_by_id = %s WHERE workspace_id = %s", [reads, north])
    assert not refused_or_nothing(Access(reads, spread.cedar.pk, **claims), update, [north])


def test_what_an_engineer_has_to_do_is_told_in_hours_and_ids_alone(spread: Any, owner: Any) -> None:
    owner.execute("UPDATE engagements_slot SET engineer_id = %s", [spread.engineer.pk])
    busy = f"SELECT * FROM engagements_busy({spread.engineer.pk}, '2026-11-01', '2026-12-01')"
    assert {row[2] for row in read(scopes(spread)["customer"], busy)} == {spread.cedar.pk, spread.birch.pk}


@pytest.mark.parametrize("table", sorted(OF_A_REQUEST))
def test_what_belongs_to_a_request_is_written_by_whoever_sees_it_and_nowhere_else(
    spread: Any, owner: Any, table: str
) -> None:  # R1.5
    north, south = spread.north.pk, spread.south.pk
    here = Access(spread.north_admin.pk, spread.cedar.pk, workspaces=(north, south))
    for act in (f"DELETE FROM {table}", f"UPDATE {table} SET workspace_id = workspace_id"):
        assert refused_or_nothing(here, f"{act} WHERE workspace_id = %s", [south])
    with pytest.raises(DatabaseError), scope(here, writing=True), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET workspace_id = %s WHERE workspace_id = %s", [south, north])
    update = f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = %s"
    assert refused_or_nothing(Access(spread.reader.pk, spread.cedar.pk, workspaces=(north,)), update, [north])
    assert not refused_or_nothing(here, update, [north])


@pytest.mark.parametrize("table", sorted(ASSESSORS))
def test_what_assessments_found_is_for_administrators_and_staff_and_written_by_who_may_run_them(
    spread: Any, owner: Any, table: str
) -> None:  # R2.4
    north, south = spread.north.pk, spread.south.pk
    count = f"SELECT count(*) > 0 FROM {table} WHERE workspace_id = {north}"
    update = f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = %s"
    for person, reads, writes in (
        (spread.north_admin, True, True),
        (spread.csam, True, True),
        (spread.engineer, True, False),
        (spread.reader, False, False),
        (spread.stranger, False, False),
    ):
        claims = Access(person.pk, spread.cedar.pk, workspaces=(north, south))
        assert read(claims, count) == [(reads,)], person.name
        assert refused_or_nothing(claims, update, [north]) is not writes, person.name
    here = Access(spread.north_admin.pk, spread.cedar.pk, workspaces=(north, south))
    assert refused_or_nothing(here, update, [south])
    elsewhere = Access(spread.csam.pk, spread.birch.pk, workspaces=(spread.birch_main.pk,))
    assert read(elsewhere, f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_draft_is_read_and_written_by_the_account_team_alone(spread: Any) -> None:
    statement = "SELECT count(*) FROM office_agreementdraft"
    whole = {"in_whole": True, "workspaces": (spread.north.pk, spread.south.pk)}
    assert read(Access(spread.csam.pk, spread.cedar.pk, **whole), statement) == [(1,)]
    assert read(Access(spread.engineer.pk, spread.cedar.pk, **whole), statement) == [(0,)]
    assert refused_or_nothing(scopes(spread)["customer"], "DELETE FROM office_agreementdraft", [])


def test_an_enquiry_is_named_to_whoever_may_read_it_and_what_is_unmapped_to_administrators(spread: Any) -> None:
    """R3.7. The list of the account team reaches across the customers it serves, and to no other."""
    cedar, birch = spread.cedar.pk, spread.birch.pk
    rows = "SELECT DISTINCT customer_id FROM office_enquiry"
    names = "SELECT DISTINCT customer FROM office_enquiry_names((SELECT array_agg(n) FROM generate_series(1, 99) n))"
    unmapped = f"SELECT count(*) FROM office_unmapped({cedar}, now())"
    at = {"customer_id": birch, "workspaces": (spread.birch_main.pk,)}
    for person, sees_rows, sees_names, sees_unmapped in (
        (spread.csam, [(cedar,)], [("Cedar",)], 0),  # even where another customer is worked inside
        (spread.north_admin, [], [("Cedar",)], 1),  # asked in that customer, by number, of their own workspace
        (spread.reader, [], [], 0),
        (spread.engineer, [], [], 0),
    ):
        found = set(read(Access(person.pk, **at), rows)) - {(birch,)}
        assert found == set(sees_rows)
        inside = Access(person.pk, cedar, workspaces=(spread.north.pk,))
        assert set(read(inside, names)) == set(sees_names)
        assert read(inside, unmapped) == [(sees_unmapped,)]
    assert read(Access(spread.stranger.pk), unmapped) == [(0,)]
    assert read(Access(spread.stranger.pk), names) == [("Birch",)]


# Keys: they ignore row-level security, so the customer is part of them


# A further customer of an escalation is another one on purpose: it points at that by the partner, whose both are.
OF_THE_PARTNER = {("helpdesk_escalationtenant", "escalation_id")}


def customer_keys() -> Iterator[tuple[str, str, str]]:
    """(table, column, target) of every pointer from one customer table to another."""
    for model in apps.get_models():
        names = {field.column for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            target: Any = field.related_model
            if not isinstance(field, models.ForeignKey) or model._meta.db_table in OPEN or "customer_id" not in names:
                continue
            if (model._meta.db_table, field.column) in OF_THE_PARTNER:
                continue
            if "customer_id" in {each.column for each in target._meta.concrete_fields}:
                yield model._meta.db_table, field.column, target._meta.db_table


def test_every_pointer_between_customer_tables_leads_with_the_customer(world: SimpleNamespace, owner: Any) -> None:
    composite = """
    SELECT conrelid::regclass::text, confrelid::regclass::text,
        ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (n, i)
              JOIN pg_attribute ON attrelid = conrelid AND attnum = k.n ORDER BY k.i),
        ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (n, i)
              JOIN pg_attribute ON attrelid = confrelid AND attnum = k.n ORDER BY k.i)
    FROM pg_constraint WHERE contype = 'f' AND convalidated
    """
    there = {(table, target, *map(tuple, columns)) for table, target, *columns in owner.execute(composite)}
    wanted = {
        (table, target, ("customer_id", column), ("customer_id", "id")) for table, column, target in customer_keys()
    }
    # What belongs to a request, or an engagement, points at it together with its workspace, which so points at its
    # customer's.
    wholes = ("request_id", "engagement_id")
    in_whole = {table for table, target, columns, _ in there if columns in [(*HERE, one) for one in wholes]}
    implied = {one for one in wanted if one[0] in in_whole and one[2][1] in ("workspace_id", *wholes)}
    # What belongs to a request or a run points at it together with its workspace, and so at its customer.
    in_place = {
        (table, columns[2]) for table, _target, columns, _ in there if columns[:2] == HERE and len(columns) == 3
    }
    placed = {table for table, _column in in_place}
    implied = {
        one for one in wanted if (one[0], one[2][1]) in in_place or (one[2][1] == "workspace_id" and one[0] in placed)
    }
    assert len(wanted) > 15
    assert wanted - implied - there == set()


def test_no_row_is_pointed_at_another_customers(spread: Any, owner: Any) -> None:
    """Even the owner cannot. Where the column is unique by itself, the other's own row may answer first."""
    refusals = []
    for table, column, target in customer_keys():
        foreign = f"(SELECT id FROM {target} WHERE customer_id = {spread.birch.pk} LIMIT 1)"
        one = f"(SELECT min(ctid) FROM {table} WHERE customer_id = {spread.cedar.pk})"
        with pytest.raises(psycopg.errors.IntegrityError) as refused:
            owner.execute(f"UPDATE {table} SET {column} = {foreign} WHERE ctid = {one}")
        refusals.append(type(refused.value))
    assert refusals.count(psycopg.errors.ForeignKeyViolation) > 10


# The scope itself


def test_a_scope_never_nests(world: SimpleNamespace) -> None:
    with scope(Access()), pytest.raises(RuntimeError), scope(Access()):
        pass  # pragma: no cover


def test_a_command_is_no_part_of_another(world: SimpleNamespace) -> None:
    @command
    def outer(access: Access) -> None:
        ledger.refresh_snapshots(access)

    with pytest.raises(RuntimeError):
        outer(Access())


@pytest.mark.parametrize(
    "try_it",
    [
        lambda world: Organization.objects.filter(pk=world.cedar.pk).update(name="Changed"),
        lambda world: Mapping.objects.all().delete(),
        lambda world: connection.cursor().execute("SET LOCAL transaction_read_only = off"),
    ],
)
def test_a_page_cannot_write(world: SimpleNamespace, try_it: Callable[[Any], Any]) -> None:
    def open_a_page() -> None:
        with scope(Access.of_system([world.cedar.pk])):
            Organization.objects.count()
            try_it(world)

    with pytest.raises(DatabaseError, match=r"read-only|read-write"):
        open_a_page()
    assert Organization.objects.using("owner").get(pk=world.cedar.pk).name == "Cedar"


def test_a_scope_ends_with_its_transaction(world: SimpleNamespace) -> None:
    """On a pooled connection the next person must not find it."""
    with scope(Access(world.admin.pk, world.cedar.pk, in_whole=True, workspaces=(world.north.pk,))):
        assert Mapping.objects.exists()
    names = ("customers", "workspaces", "person")
    left = ", ".join(f"nullif(current_setting('tallyhub.{name}', true), '')" for name in names)
    assert read(None, f"SELECT {left}") == [(None, None, None)]
    assert not Mapping.objects.exists()


def test_only_a_running_scope_is_widened(world: SimpleNamespace) -> None:
    with pytest.raises(RuntimeError):
        widen(Access.of_system([world.cedar.pk]))
    with scope(Access(), writing=True):
        widen(Access.of_system([world.cedar.pk]))
        assert Mapping.objects.exists()


def test_a_view_that_fails_after_a_write_leaves_nothing(world: SimpleNamespace, client: Any, monkeypatch: Any) -> None:
    def fail(*_: Any) -> None:
        assert Person.objects.get(pk=world.reader.pk).name == "Written"
        raise ZeroDivisionError

    monkeypatch.setattr(accounts, "record", fail)
    client.raise_request_exception = False
    client.force_login(world.reader)
    fields = {"name": "Written", "language": "de", "zone": "Europe/Berlin", "theme": "dark"}
    assert client.post("/accounts/profile/", fields).status_code == 500
    assert Person.objects.get(pk=world.reader.pk).name == "reader"


def test_the_tests_run_as_the_app(world: SimpleNamespace, owner: Any) -> None:
    (app,), (is_owner,) = read(None, "SELECT current_user")[0], owner.execute("SELECT current_user").fetchone()
    assert app == os.environ.get("TALLYHUB_APP_ROLE", "tallyhub_app") != is_owner
