"""Partners, to whom they are related, what customers delegate to them, and to whom there; and how they support them."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Entitlement, Package, Product, Service
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.amounts import Unit
from tallyhub.organizations.models import Organization, Staff, Workspace
from tallyhub.organizations.rules import Kind, reads_customer
from tallyhub.partners.advising.rules import UNFINISHED, FollowUpState
from tallyhub.partners.rules import PartyType, Stage, State, Template, stage_of
from tallyhub.partners.subscriptions.rules import OPEN, WishKind, WishState, may_ask
from tallyhub.partners.tasks.rules import HubPage
from tallyhub.support.models import Request


def _organization(related_name: str = "+") -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name=related_name)


class PartyQuerySet(models.QuerySet["Party"]):
    def visible_to(self, access: Access) -> "PartyQuerySet":
        """One's own; all of them to whoever oversees partners at the provider."""
        if access.serves(Right.OVERSEE_PARTNERS):
            return self.all()
        return self.filter(organization_id__in=access.organizations)


class Party(models.Model):
    """What kind of partner an organisation is. Kept by the provider, who may suspend it."""

    organization = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT, related_name="party")
    type = models.CharField(max_length=20, choices=[(t, t) for t in PartyType])
    market = models.CharField(max_length=2, blank=True)  # as organizations have it: where it may sell
    security_contact = models.CharField(max_length=254, blank=True)  # a mailbox that several people read
    suspended_at = models.DateTimeField(null=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(type__in=list(PartyType)), name="party_type_known")]


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def visible_to(self, access: Access) -> "PartnershipQuerySet":
        mine = access.organizations
        return self.filter(Q(provider_id__in=mine) | Q(reseller_id__in=mine))


class Partnership(models.Model):
    """An indirect provider and one of its resellers: invited, authorised by the reseller, ended by either."""

    provider = _organization()
    reseller = _organization()
    invited_at = models.DateTimeField()
    invited_by_id = models.BigIntegerField(null=True)
    authorised_at = models.DateTimeField(null=True)
    authorised_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reseller"], condition=Q(ended_at=None), name="partnership_runs_once"
            ),
            models.CheckConstraint(condition=~Q(provider=F("reseller")), name="partnership_of_two"),
        ]


class ResaleQuerySet(models.QuerySet["Resale"]):
    def visible_to(self, access: Access) -> "ResaleQuerySet":
        """The partner's own, and the customer's for whoever decides about its partners."""
        mine = Q(organization_id__in=access.organizations)
        return self.filter(mine | Q(customer_id__in=access.customers)) if _decides(access) else self.filter(mine)


def _decides(access: Access) -> bool:
    return access.in_whole and access.has(Right.MANAGE_PARTNERS)


class Resale(models.Model):
    """A partner sells to a customer. Asked by a link, which whoever decides for a customer accepts."""

    organization = _organization()
    customer = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")  # once accepted
    note = models.CharField(max_length=80, blank=True)  # for whom the link is, as the partner says
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = ResaleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, customer=None) | Q(accepted_at__isnull=False, customer__isnull=False),
                name="resale_accepted_by_a_customer",
            ),
            models.UniqueConstraint(
                fields=["organization", "customer"],
                condition=Q(ended_at=None, accepted_at__isnull=False),
                name="resale_runs_once",
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="resale_of_customer")]


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, access: Access) -> "DelegationQuerySet":
        """The partner's own; those that were sent to the customer for whoever decides there; all for the provider's
        partner managers.
        """
        if access.serves(Right.OVERSEE_PARTNERS):
            return self.all()
        mine = Q(organization_id__in=access.organizations)
        sent = Q(customer_id__in=access.customers, requested_at__isnull=False) & ~Q(state=State.CREATED)
        return self.filter(mine | sent) if _decides(access) else self.filter(mine)

    def proposed_by(self, access: Access) -> "DelegationQuerySet":
        """Those that one's own organisation asked for, for its resellers: to be read, and no more than taken back."""
        return self.filter(provider_id__in=access.organizations)


class Delegation(models.Model):
    """What a customer lets a partner do, for how long. ``days`` and ``roles`` are what was asked; what was granted may
    be less.
    """

    organization = _organization()  # the partner, whose groups get it
    customer = _organization()
    provider = models.ForeignKey(  # the indirect provider that asked for it, where the partner is its reseller
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=50)
    state = models.CharField(max_length=10, choices=[(s, s) for s in State], default=State.CREATED)
    roles = ArrayField(models.CharField(max_length=30))
    granted = ArrayField(models.CharField(max_length=30), default=list)
    days = models.SmallIntegerField()
    extends = models.BooleanField(default=False)
    reason = models.TextField(blank=True)  # for full administration
    proposed_at = models.DateTimeField(null=True)  # by the indirect provider
    proposed_by_id = models.BigIntegerField(null=True)
    consented_at = models.DateTimeField(null=True)  # by the reseller
    consented_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField(null=True)  # of the customer
    requested_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # terminated, before it ended by itself
    ended_by_id = models.BigIntegerField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="delegation_state_known"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=730), name="delegation_ends"),
            models.CheckConstraint(
                condition=Q(provider=None, proposed_at=None) | Q(provider__isnull=False, proposed_at__isnull=False),
                name="delegation_proposed_by_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(provider=None) | Q(requested_at=None) | Q(consented_at__isnull=False),
                name="delegation_sent_with_consent",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ACTIVE) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="delegation_active_from_until",
            ),
            models.UniqueConstraint(fields=["organization", "name"], name="delegation_name_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="delegation_of_partner"),
            models.UniqueConstraint(fields=["customer", "id"], name="delegation_of_customer"),
        ]
        indexes = [
            models.Index(fields=["organization", "customer"], name="delegation_of_both"),
            models.Index(fields=["ends_at"], condition=Q(state=State.ACTIVE), name="delegation_due"),  # the daily job
        ]

    @property
    def stage(self) -> Stage:
        return stage_of(
            State(self.state),
            asked_at=self.asked_at,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            now=clock.now(),
        )

    @property
    def asked_at(self) -> datetime | None:
        """When whoever is to answer was asked: the customer, or the reseller before."""
        return self.requested_at or self.proposed_at


class OfPartnerQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfPartnerQuerySet":
        return self.filter(organization_id__in=access.organizations)


class SecurityGroup(models.Model):
    """People of a partner: whoever is in it gets what is assigned to it."""

    organization = _organization()
    name = models.CharField(max_length=50)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="security_group_name_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="security_group_of_partner"),
        ]


class SecurityGroupMember(models.Model):
    organization = _organization()
    group = models.ForeignKey(SecurityGroup, on_delete=models.CASCADE, related_name="members", db_constraint=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "staff"], name="security_group_member_once")]
        indexes = [models.Index(fields=["staff"], name="security_group_of_staff")]


class RoleAssignment(models.Model):
    """Some of the roles of a delegation, for the people of a group."""

    organization = _organization()
    delegation = models.ForeignKey(
        Delegation, on_delete=models.CASCADE, related_name="assignments", db_constraint=False
    )
    group = models.ForeignKey(SecurityGroup, on_delete=models.CASCADE, related_name="assignments", db_constraint=False)
    roles = ArrayField(models.CharField(max_length=30))
    assigned_at = models.DateTimeField()

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "group"], name="role_assignment_once")]


class StaffInvitationQuerySet(models.QuerySet["StaffInvitation"]):
    def visible_to(self, access: Access) -> "StaffInvitationQuerySet":
        return self.filter(organization_id__in=access.organizations)


class StaffInvitation(models.Model):
    """Somebody is asked to work for the provider or a partner, by their address; they do once they accept.

    Its link is signed from the id and ``serial``, which each sending raises: an older link is void then. Whether the
    address had an account before, and what stands in it, is not for the organisation to know.
    """

    organization = _organization()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()  # as it was written
    roles = ArrayField(models.CharField(max_length=30))  # of StaffRole
    serial = models.IntegerField(default=1)
    invited_at = models.DateTimeField()
    invited_by_id = models.BigIntegerField(null=True)  # who sent it last
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_accepted = models.BooleanField(null=True)
    voided_at = models.DateTimeField(null=True)  # taken back

    objects = StaffInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("organization"),
                Lower("email"),
                condition=Q(answered_at=None, voided_at=None),
                name="staff_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, is_accepted=None)
                | Q(answered_at__isnull=False, is_accepted__isnull=False, voided_at=None),
                name="staff_invitation_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-invited_at"], name="staff_invitation_newest")]


class Notice(models.Model):
    """What both sides were told of a delegation's end, so that they are told once; a moved end is another one."""

    organization = _organization()
    delegation = models.ForeignKey(Delegation, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    what = models.CharField(max_length=10)  # days before the end, "lapsed" or "expired"
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "what", "ends_at"], name="notice_once")]


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, access: Access) -> "ConsentQuerySet":
        mine = Q(organization_id__in=access.organizations)
        return self.filter(mine | Q(customer_id__in=access.customers)) if _decides(access) else self.filter(mine)


class Consent(models.Model):
    """A customer lets a partner into one request, until it closes or two weeks have passed. Never extended."""

    organization = _organization()
    customer = _organization()
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    template = models.CharField(max_length=10, choices=[(t, t) for t in Template])
    given_at = models.DateTimeField()
    given_by_id = models.BigIntegerField(null=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(template__in=list(Template)), name="consent_template_known"),
            models.UniqueConstraint(
                fields=["organization", "request"], condition=Q(ended_at=None), name="consent_runs_once"
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="consent_of_customer"),
        ]
        indexes = [models.Index(fields=["request"], name="consent_of_request")]


class SupportingQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> Self:
        """One's own; those of whoever supports the customer worked inside, or stands in for them; all of them to the
        provider. The database knows who supports whom.
        """
        mine = Q(organization_id__in=access.organizations)
        if not reads_customer(access):
            return self.filter(mine)
        supporting = RawSQL("SELECT unnest(partners_supporting(%s))", [clock.now()])
        return self.filter(mine | Q(organization_id__in=supporting))


class SupportProfile(models.Model):
    """How one reaches the support of a partner, or of the provider, today. Of an organisation, not of a person."""

    organization = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254)
    telephone = models.CharField(max_length=40)
    website = models.CharField(max_length=200, blank=True)
    chat = models.CharField(max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=3))
    hours = models.JSONField(default=dict)  # as typed, where they are other than the plan's
    changed_at = models.DateTimeField()

    objects = SupportingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") & ~Q(telephone="") & ~Q(languages=[]), name="profile_never_blank"
            ),
        ]


class PlanAcceptanceQuerySet(models.QuerySet["PlanAcceptance"]):
    def visible_to(self, access: Access) -> "PlanAcceptanceQuerySet":
        """The partner's own, and those of the customer that is worked inside."""
        return self.filter(Q(organization_id__in=access.organizations) | Q(customer_id__in=access.customers))


class PlanAcceptance(models.Model):
    """That a customer accepted a version of a partner's plan. Added and never changed: the role that serves cannot."""

    organization = _organization()  # the partner
    customer = _organization()
    number = models.SmallIntegerField()
    accepted_at = models.DateTimeField()
    accepted_by_id = models.BigIntegerField(null=True)

    objects = PlanAcceptanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "organization", "number"], name="plan_accepted_once"),
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="plan_acceptance_of_both")]


class ProfileChange(models.Model):
    """What was changed in a profile, by whom. Added and never changed: the role that serves cannot."""

    organization = _organization()
    changes = models.JSONField()  # {"telephone": [before, after], …}
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField(null=True)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organization", "-changed_at", "-id"], name="profile_change_newest")]


class PlanQuerySet(SupportingQuerySet):
    def visible_to(self, access: Access) -> Self:
        """As profiles are; of a draft, nobody else knows."""
        return super().visible_to(access).filter(Q(organization_id__in=access.organizations) | Q(number__isnull=False))


class SupportPlan(models.Model):
    """A version of what a partner promises about support; without a number: the draft of the next one.

    What is published never changes: neither the role that serves nor a command can.
    """

    organization = _organization()
    number = models.SmallIntegerField(null=True)
    content = models.JSONField()  # plans.rules.Typed
    valid_from = models.DateField(null=True)  # in the organisation's zone
    published_at = models.DateTimeField(null=True)
    published_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # of the draft, so that two do not write over each other

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="plan_number_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(number=None, valid_from=None, published_at=None)
                | Q(number__gte=1, valid_from__isnull=False, published_at__isnull=False),
                name="plan_published_in_full",
            ),
        ]


class ConfigurationTask(models.Model):
    """Something that a customer sets up itself in what it bought. Texts are kept per language, always in English."""

    organization = _organization()  # the provider
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")  # None: of every one
    code = models.CharField(max_length=60)
    titles = models.JSONField()  # {"en": "Add a person", "de": …}
    steps = models.JSONField()  # one step per line
    link = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=30, blank=True, choices=[(p, p) for p in HubPage])  # instead of a link
    right = models.CharField(max_length=30, blank=True)  # needed at the customer; empty: none
    position = models.PositiveIntegerField(default=0)
    is_used = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="configuration_task_code_once"),
            models.CheckConstraint(condition=Q(link="") | Q(page=""), name="configuration_task_one_way"),
        ]

    def text(self, texts: dict[str, str]) -> str:
        """In the reader's language, or else in English."""
        return str(texts.get(get_language() or "en") or texts["en"])

    @property
    def title(self) -> str:
        return self.text(self.titles)


class SubscriptionWishQuerySet(models.QuerySet["SubscriptionWish"]):
    def visible_to(self, access: Access) -> "SubscriptionWishQuerySet":
        """The partner's own; the customer's for its administrators; those to the provider for the account team."""
        seen = Q(organization_id__in=access.organizations)
        if access.person_id is not None:
            seen &= Q(organization__kind=Kind.PARTNER)
        if access.has(Right.MANAGE_AGREEMENTS) and access.person_id is not None:
            served = RawSQL("SELECT unnest(organizations_served())", [])
            seen |= Q(organization__kind=Kind.PROVIDER, customer_id__in=served)
        if may_ask(access):
            seen |= Q(customer_id__in=access.customers)
        return self.filter(seen)


class SubscriptionWish(models.Model):
    """A customer asks to buy, add, reduce or cancel. It changes nothing by itself."""

    organization = _organization()  # who is asked: a partner, or the provider, whose account team reads it
    seller = _organization()  # from whom it is or would be bought; another one than who is asked where that stands in
    customer = _organization()
    kind = models.CharField(max_length=10, choices=[(one, one) for one in WishKind])
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    entitlement = models.ForeignKey(
        Entitlement, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True)  # in the customer's words, where it names no product
    amount = models.BigIntegerField(null=True)  # smallest steps of the unit
    unit = models.CharField(max_length=20, blank=True, choices=[(one, one) for one in Unit])
    wanted_from = models.DateField(null=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=[(one, one) for one in WishState], default=WishState.ASKED)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)  # accepted or declined
    answered_by_id = models.BigIntegerField(null=True)
    answer = models.TextField(blank=True)  # why it was declined
    ended_at = models.DateTimeField(null=True)  # done or withdrawn
    ended_by_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)  # of what was done
    number = models.CharField(max_length=60, blank=True)  # of the agreement that followed, as whoever sold it writes it
    owner_id = models.BigIntegerField(null=True)  # who looks after it, of the people of who is asked

    objects = SubscriptionWishQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(WishKind)), name="wish_kind_known"),
            models.CheckConstraint(condition=Q(state__in=list(WishState)), name="wish_state_known"),
            models.CheckConstraint(condition=Q(unit="") | Q(unit__in=list(Unit)), name="wish_unit_known"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=1) & ~Q(unit=""), name="wish_amount_in_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(kind=WishKind.BUY) | Q(package__isnull=False), name="wish_about_something"
            ),
            models.CheckConstraint(
                condition=~Q(kind=WishKind.BUY) | Q(product__isnull=False) | ~Q(what=""), name="wish_for_something"
            ),
            models.CheckConstraint(
                condition=~Q(state=WishState.DECLINED) | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="wish_declined_with_reason",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "package", "entitlement", "product", "what"],
                condition=Q(state__in=sorted(OPEN)),
                name="wish_open_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="wish_of_customer"),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="wish_of_organization"),
            models.Index(fields=["customer", "-id"], name="wish_newest"),
        ]


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, access: Access) -> "FollowUpQuerySet":
        """The partner's own: neither the customer's nor the provider's, whatever their rights."""
        return self.filter(organization_id__in=access.organizations)


class FollowUp(models.Model):
    """Something that a customer may need, with who looks after it and how far it has come."""

    organization = _organization()
    customer = _organization()
    title = models.CharField(max_length=120)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    requests = ArrayField(models.CharField(max_length=20), default=list)  # numbers
    owner = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    state = models.CharField(max_length=10, choices=[(one, one) for one in FollowUpState], default=FollowUpState.OPEN)
    due_on = models.DateField(null=True)
    notes = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # so that two do not write over each other

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(FollowUpState)), name="follow_up_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="follow_up_has_title"),
        ]
        indexes = [
            models.Index(fields=["organization", "customer", "-id"], name="follow_up_of_customer"),
            models.Index(
                fields=["organization", "due_on"], condition=Q(state__in=sorted(UNFINISHED)), name="follow_up_due"
            ),
        ]
