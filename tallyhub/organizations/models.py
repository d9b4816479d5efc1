"""The provider, its partners and customers; workspaces; who may do what where."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import check_zone
from tallyhub.kernel.access import Access
from tallyhub.organizations.rules import Kind, Role


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, access: Access) -> "OrganizationQuerySet":
        """Provider and partners are no secret; of the customers, the one that the person works inside."""
        return self.filter(~Q(kind=Kind.CUSTOMER) | Q(pk__in=access.customers))


class Organization(models.Model):
    """A provider, a partner or a customer."""

    kind = models.CharField(max_length=10, choices=[(k, k) for k in Kind])
    code = models.CharField(max_length=40, unique=True)  # how the provider's other systems name it
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    # Which country’s terms of sale hold for it, as ISO 3166 names it; empty: not said.
    market = models.CharField(max_length=2, blank=True)
    data_version = models.BigIntegerField(default=0)  # raised by whatever changes what its pages show, but entries

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="organization_kind_known")]


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def visible_to(self, access: Access) -> "WorkspaceQuerySet":
        mine = self.filter(customer_id__in=access.customers)
        return mine if access.in_whole else mine.filter(pk__in=access.workspaces)


class Workspace(models.Model):
    """A part of a customer whose data only its own members see (R3.3)."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="workspaces")
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    is_default = models.BooleanField(default=False)
    goal = models.TextField(blank=True)  # what it is for, as agreed with the customer (R3.2)
    archived_at = models.DateTimeField(null=True)  # kept and readable, nothing new happens in it
    allows_personal = models.BooleanField(default=False)  # the customer decided to accept personal accounts (R3.6)
    # What follows from that and from its agreements; `agreements` settles it, and sign-on reads it.
    refuses_personal = models.BooleanField(default=False)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="workspace_of_customer"),
            models.UniqueConstraint(fields=["customer", "code"], name="workspace_code_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_default=True), name="workspace_one_default"),
        ]
        indexes = [  # sign-on asks, for each grant in a whole customer, whether any workspace refuses
            models.Index(fields=["customer"], condition=Q(refuses_personal=True), name="workspace_refusing_personal")
        ]


class Membership(models.Model):
    """A person belongs to a workspace. What they may do there is in AccessGrant."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    # What lists of people are sorted by, kept up by the database itself (migration 0009, ADR 0014).
    sort_name = models.CharField(max_length=200, db_collation="C", db_default="", editable=False)  # the name, folded
    seen_seconds = models.BigIntegerField(db_default=0, editable=False)  # since 1970, of the last sign-in; 0: never

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "person"], name="membership_once")]
        # With what the policies ask, so that a page and its count read the index alone.
        indexes = [
            models.Index(fields=["workspace", "sort_name", "person"], include=["customer"], name="member_by_name"),
            models.Index(fields=["workspace", "seen_seconds", "person"], include=["customer"], name="member_by_seen"),
            models.Index(fields=["customer", "person"], include=["workspace"], name="member_of_customer"),
        ]


class PersonKey(models.Model):
    """How a customer's other systems name a person. The key may hold a name, so it goes when the person is erased."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="keys")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "key"], name="person_key_once")]


class StaffQuerySet(models.QuerySet["Staff"]):
    def visible_to(self, access: Access) -> "StaffQuerySet":
        return self.filter(organization_id__in=access.organizations)


class Staff(models.Model):
    """A person works for the provider or a partner, and for one of them only. What they may do for a customer is in
    AccessGrant.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="staff")
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="staff")
    roles = ArrayField(models.CharField(max_length=30))  # of StaffRole; without any, they belong and may do nothing
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "id"], name="staff_of_organization")]


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    def visible_to(self, access: Access) -> "AccessGrantQuerySet":
        """Those that reach a workspace one may read: its own, and those held in the whole customer."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        return mine.filter(Q(workspace_id__in=access.workspaces) | Q(workspace_id__isnull=True))


class AccessGrant(models.Model):
    """Who may do what where: every right, whatever it comes from, ends as a row. No workspace: the whole customer."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(Workspace, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30, choices=[(r, r) for r in Role])
    source = models.CharField(max_length=30, default="membership")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person"], name="grant_of_person"),
            models.Index(fields=["customer", "role", "workspace"], name="grant_by_role"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="grant_role_known"),
            models.UniqueConstraint(
                fields=["customer", "workspace", "person", "role", "source"], name="grant_once", nulls_distinct=False
            ),
        ]


class ProvedDomainQuerySet(models.QuerySet["ProvedDomain"]):
    def visible_to(self, access: Access) -> "ProvedDomainQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class ProvedDomain(models.Model):
    """A mail domain of the customer: local accounts with an address in it are work accounts (R7.2), once it is proved.

    By a DNS record that holds the challenge, or set by the account team with a reason.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=253)  # in ASCII, small letters
    proved_by = models.CharField(max_length=10, choices=[("dns", "dns"), ("csam", "csam")])
    challenge = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    proved_at = models.DateTimeField(null=True)  # null: claimed, and a claim of another customer does not hinder it

    objects = ProvedDomainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "domain"], name="domain_claimed_once"),
            models.UniqueConstraint(fields=["domain"], condition=Q(proved_at__isnull=False), name="domain_once"),
            models.CheckConstraint(condition=~Q(proved_by="csam") | ~Q(reason=""), name="domain_set_with_reason"),
        ]


class WorkAccountQuerySet(models.QuerySet["WorkAccount"]):
    def visible_to(self, access: Access) -> "WorkAccountQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class WorkAccount(models.Model):
    """The customer's identity provider has vouched for the person. Jobs and tokens go by it: they have no session."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="work_accounts")
    vouched_at = models.DateTimeField()  # at the last sign-in

    objects = WorkAccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "person"], name="work_account_once")]
