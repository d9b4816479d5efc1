"""Columns that several tables of this package have."""

from django.db import models

from tallyhub.accounts.models import Person
from tallyhub.organizations.models import Organization, Workspace
from tallyhub.support.models import Request


def customer_column() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def workspace_column() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def organization_column() -> "models.ForeignKey[Organization, Organization]":
    """A partner, or another one that works for it."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)


def doer_column() -> "models.ForeignKey[Person | None, Person | None]":
    """Who did it: a number that may outlive its person, whose name is gone then (R10.4)."""
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


def request_column(related_name: str) -> "models.ForeignKey[Request, Request]":
    """The database keeps customer and workspace of both the same, and moves a part along with its request."""
    return models.ForeignKey(Request, on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


def one_request_column(related_name: str) -> "models.OneToOneField[Request, Request]":
    """As ``request_column``, where a request has one at most."""
    return models.OneToOneField(Request, on_delete=models.PROTECT, related_name=related_name, db_constraint=False)
