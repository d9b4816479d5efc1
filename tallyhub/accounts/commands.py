"""What people do about themselves, and about the tokens of their customer."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tallyhub.accounts import queries
from tallyhub.accounts.models import Person, Token
from tallyhub.accounts.tokens import (
    TokenScope,
    digest_of,
    may_make_for_customer,
    new_secret,
    offered_at_work,
    offered_scopes,
    rights_of_customer,
)
from tallyhub.journal.steps import News, record, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Forbidden, Invalid
from tallyhub.kernel.scope import command


@command
def change_profile(access: Access, *, name: str, language: str, zone: str, theme: str) -> None:
    """Takes effect with the next page."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.name, person.language, person.zone, person.theme = name, language, zone, theme
    person.save(update_fields=["name", "language", "zone", "theme"])
    record(access, "accounts.profile_changed", person.pk)


@command
def change_password(access: Access, *, password: str) -> str:
    """By the person, who has shown the old one or a link; returns the new hash. Every session made before has ended."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.set_password(password)
    person.save(update_fields=["password"])
    record(access, "accounts.password_changed", person.pk)
    return person.password


@command
def use_reset_link(access: Access, *, password: str) -> str:
    """As ``change_password``, by a link that only the address gets: so it is the person's own (R7.2)."""
    person = Person.objects.select_for_update().get(pk=access.person_id or 0)
    person.set_password(password)
    person.confirmed_at = person.confirmed_at or clock.now()
    person.save(update_fields=["password", "confirmed_at"])
    record(access, "accounts.password_changed", person.pk)
    return person.password


@command
def ask_for_reset(access: Access, *, person_id: int) -> None:
    """Somebody says they forgot the password; only the mail that follows from this tells whether it was the person."""
    record(access, "accounts.reset_asked", person_id)


@command
def set_password(access: Access, *, email: str, password: str) -> bool:
    """By the operator, who has the machine and vouches for the address; False when nobody has it.

    A new hash ends every session.
    """
    person = Person.objects.select_for_update().filter(email_folded=email.lower()).first()
    if person is None:
        return False
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password_refused", reasons=" ".join(error.messages)) from error
    person.set_password(password)
    person.confirmed_at = person.confirmed_at or clock.now()
    person.save(update_fields=["password", "confirmed_at"])
    record(access, "accounts.password_set", person.pk)
    return True


@command
def make_token(
    access: Access, *, name: str, scopes: Collection[TokenScope], lifetime_days: int, is_of_customer: bool
) -> str:
    """A token inside the access's customer; returns its secret, which is told this once.

    One's own does what its person may, each time anew. The customer's own keeps the rights that its maker has in the
    whole customer now, so nobody hands on more than they have; it outlives its maker's role.
    Raises Forbidden, and Invalid for a scope that would be of no use.
    """
    held = access.customer_rights if is_of_customer else frozenset(r for r in Right if access.has_anywhere(r))
    if is_of_customer and not may_make_for_customer(access):
        raise Forbidden(Right.ADMINISTER)
    if not scopes or not set(scopes) <= set(offered_scopes(access, is_of_customer=is_of_customer)):
        raise Invalid("token_scope_refused")
    token, secret = _make(
        access,
        name,
        scopes,
        lifetime_days,
        customer_id=access.customer_id or 0,
        person_id=None if is_of_customer else access.person_id,
        rights=sorted(held & rights_of_customer(frozenset(scopes))) if is_of_customer else [],
    )
    record(access, "accounts.token_made", token.pk, scopes="+".join(token.scopes), of_customer=is_of_customer)
    return secret


@command
def make_work_token(access: Access, *, name: str, scopes: Collection[TokenScope], lifetime_days: int) -> str:
    """A token for one's work at the provider or partner, inside no customer; returns its secret, told this once.

    It does what the person may there, each time anew, and nothing that a customer delegated. Raises Invalid for a scope
    that would be of no use.
    """
    if not scopes or not set(scopes) <= set(offered_at_work(access)):
        raise Invalid("token_scope_refused")
    of = {"organization_id": access.organization_id, "person_id": access.person_id}
    token, secret = _make(access, name, scopes, lifetime_days, **of)
    details = {"scopes": "+".join(token.scopes), "of_customer": False}
    record_many(access, [News("accounts.token_made", None, token.pk, details=details)])  # no customer's matter
    return secret


def _make(
    access: Access, name: str, scopes: Collection[TokenScope], lifetime_days: int, **of: Any
) -> tuple[Token, str]:
    secret, now = new_secret(), clock.now()
    token = Token.objects.create(
        **of,
        name=name,
        digest=digest_of(secret),
        scopes=sorted(scopes),
        made_by_id=access.person_id or 0,
        made_at=now,
        expires_at=now + timedelta(days=lifetime_days),
    )
    return token, secret


@command
def revoke_token(access: Access, token_id: int) -> Token:
    """From the next request on it opens nothing; again is no error. Raises DoesNotExist for a hidden one."""
    token = queries.lock_token(access, token_id)
    if token.person_id is None and not may_make_for_customer(access):
        raise Token.DoesNotExist
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        customer_id = None if token.organization_id else access.customer_id
        record_many(access, [News("accounts.token_revoked", customer_id, token.pk)])
    return token
