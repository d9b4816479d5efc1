"""Who comes into a customer's workspaces and how: invitations, groups, and the customer's own sign-in."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, NullIf

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations.models import Organization, Workspace

_OPEN = Q(accepted_at=None, voided_at=None)


def _roles() -> "ArrayField[list[str], list[str]]":
    """Of organizations.rules.Role; whoever writes them has checked that."""
    return ArrayField(models.CharField(max_length=30), default=list)


class OfWorkspaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfWorkspaceQuerySet":
        """Of the workspaces whose people one manages (R7.1)."""
        return self.filter(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, access: Access) -> "InvitationQuerySet":
        """Of the workspaces whose people one manages, and one's own."""
        managed = Q(workspace_id__in=access.workspaces_with(Right.MANAGE_USERS))
        return self.filter(managed | Q(person_id=access.person_id or 0))


class Invitation(models.Model):
    """A person is asked into a workspace: one row for each of both, however often it is sent (R3.5).

    Its link is signed from the id and ``serial``, which each sending raises: an older link is void then. Name and
    address are what the inviter wrote: whether the address has an account, and its name there, is not theirs to know.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    sort_name = models.GeneratedField(  # as that of a membership
        expression=Func(Coalesce(NullIf("name", Value("")), "email"), function="organizations_folded"),
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )
    roles = _roles()  # given when it is accepted
    language = models.CharField(max_length=5, choices=LANGUAGES)  # of the mail, chosen by the inviter (R6.2)
    serial = models.IntegerField(default=1)
    told_serial = models.IntegerField(default=0)  # for which a mail was put into the outbox
    made_by_id = models.BigIntegerField(null=True)  # null: the hub, because an agreement began
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField()  # the last time
    expires_at = models.DateTimeField()
    reminders = models.SmallIntegerField(default=0)  # since it was sent
    accepted_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)  # taken back
    asked_at = models.DateTimeField(null=True)  # since it expired, a new one was asked for

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person"], name="invitation_once"),
            models.CheckConstraint(condition=Q(language__in=dict(LANGUAGES)), name="invitation_language_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(voided_at__isnull=True), name="invitation_ends_once"
            ),
        ]
        indexes = [
            models.Index(  # the reminders' job
                fields=["sent_at"], condition=_OPEN, name="invitation_open"
            ),
            models.Index(fields=["person"], name="invitation_of_person"),
            models.Index(  # Manage users, by name and by last sign-in, which nobody of them has
                fields=["workspace", "sort_name", "person"], condition=_OPEN, name="invitation_by_name"
            ),
            models.Index(fields=["workspace", "person"], condition=_OPEN, name="invitation_unseen"),
        ]


class NamingQuerySet(models.QuerySet["Naming"]):
    def visible_to(self, access: Access) -> "NamingQuerySet":
        """Of the workspaces that one administers; what is of the whole customer for whoever administers that."""
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole and access.has(Right.ADMINISTER):
            return mine
        return mine.filter(workspace_id__in=access.workspaces_with(Right.ADMINISTER))


class Naming(models.Model):
    """Somebody was a support contact in a workspace, or asked in as one, from an instant until another (R2.3).

    ``people_settle_namings`` alone writes it, from roles and invitations. A number stands for the person, so that it
    stays when they are erased: how many were named on a day must still add up.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(  # null: the whole customer
        Workspace, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    person_id = models.BigIntegerField()
    named_at = models.DateTimeField()
    named_by_id = models.BigIntegerField(null=True)  # null: the hub, or nobody knows any more
    registered_at = models.DateTimeField(null=True)  # null: asked in, and never came
    ended_at = models.DateTimeField(null=True)  # may be to come, where a directory gave the role
    ended_by_id = models.BigIntegerField(null=True)

    objects = NamingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "workspace", "person_id"],
                condition=Q(ended_at=None),
                name="naming_runs_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("named_at")), name="naming_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(registered_at=None) | Q(registered_at__gte=F("named_at")),
                name="naming_registers_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "named_at", "id"], name="naming_by_time"),  # the history
            models.Index(fields=["customer", "person_id"], name="naming_of_person"),  # what settles it
        ]


class Group(models.Model):
    """Members of a workspace under one name; what it may is given to each of them as grants of source ``group:ID``."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="groups", db_constraint=False)
    name = models.CharField(max_length=100)
    roles = _roles()

    objects = OfWorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="group_of_customer"),
            models.UniqueConstraint(fields=["workspace", "name"], name="group_name_once"),
        ]


class GroupMember(models.Model):
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="group_members")

    objects = OfWorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="group_member_once")]


class IdentityProviderQuerySet(models.QuerySet["IdentityProvider"]):
    def visible_to(self, access: Access) -> "IdentityProviderQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class IdentityProvider(models.Model):
    """The customer's own sign-in by OpenID Connect (R7.2)."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=40, unique=True)  # part of the address to which it sends people back
    name = models.CharField(max_length=100)  # on the button
    issuer = models.URLField(max_length=500)
    client_id = models.CharField(max_length=200)
    client_secret = models.CharField(max_length=500)  # kept readable: it is sent to the provider
    groups_claim = models.CharField(max_length=100, default="groups", blank=True)
    is_active = models.BooleanField(default=True)

    objects = IdentityProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="identity_provider_of_customer"),
            models.UniqueConstraint(fields=["customer"], name="identity_provider_once"),
        ]


class DirectoryGroupQuerySet(models.QuerySet["DirectoryGroup"]):
    def visible_to(self, access: Access) -> "DirectoryGroupQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class DirectoryGroup(models.Model):
    """A group of the customer's directory, and the roles that its members have here while they are in it.

    Grants of source ``directory:ID``, renewed at each sign-in and ending with the session.
    """

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        IdentityProvider, on_delete=models.CASCADE, related_name="directory_groups", db_constraint=False
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    key = models.CharField(max_length=200)  # how the directory names it
    name = models.CharField(max_length=100)
    roles = _roles()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)  # the last sign-in of a member

    objects = DirectoryGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("provider"), F("workspace"), F("key"), name="directory_group_once"),
            models.CheckConstraint(condition=~Q(roles=[]), name="directory_group_gives"),
        ]
