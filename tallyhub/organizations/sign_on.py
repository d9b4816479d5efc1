"""From a session cookie, a stored actor or an access token to who may do what, in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.crypto import constant_time_compare

from tallyhub.accounts.models import Person
from tallyhub.accounts.sessions import VOUCHED_KEY, SessionStore
from tallyhub.accounts.tokens import TokenScope, digest_of, rights_of
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations.rules import DELEGATED, RIGHTS_OF, STAFF, STAFF_RIGHTS_OF, Kind, Role, StaffRole

# Definer functions (organizations/migrations/0009): before the person is known no policy lets them read.
_READ = "SELECT * FROM organizations_sign_on(%s, %s)"
_READ_ACTOR = "SELECT * FROM organizations_act_for(%s, %s, %s)"
_READ_HOLDER = "SELECT * FROM organizations_use_token(%s, %s)"
_PERSON_FIELDS = ("id", "password", "name", "email", "language", "zone", "theme")


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace of the customer worked inside."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class House:
    """The provider or partner that somebody works for."""

    id: int
    name: str
    kind: Kind
    roles: frozenset[StaffRole]


@dataclass(frozen=True, slots=True)
class SignOn:
    session: SessionStore
    person: Person | AnonymousUser
    access: Access
    customer_name: str = ""
    places: tuple[Place, ...] = ()
    customer_count: int = 0  # how many customers this person may work inside
    house: "House | None" = None  # the provider or partner they work for

    @property
    def vouched_by(self) -> int | None:
        """The customer whose identity provider opened the session; None: the person's own password did."""
        return self.session.get(VOUCHED_KEY)


def read(session_key: str | None) -> SignOn:
    """Who has this cookie. An unknown, expired or outdated session is nobody's."""
    nobody = SignOn(SessionStore(session_key), AnonymousUser(), Access())
    if not session_key:
        return nobody
    with connection.cursor() as cursor:
        cursor.execute(_READ, [session_key, clock.now()])
        found = cursor.fetchone()
    if found is None:
        return nobody
    data, *about, workspace_id, staff, customer_id, customer_name, grants, places, customer_count = found
    session = SessionStore.loaded(session_key, data)
    if about[0] is None:
        return SignOn(session, AnonymousUser(), Access())
    person = Person.from_db("default", _PERSON_FIELDS, about)
    if not _is_current(session, person):
        return nobody
    inside = (customer_id, customer_name, grants, places, customer_count)
    return _at_work(_signed_on(session, person, inside, workspace_id), staff)


def act_for(person_id: int, customer_id: int) -> SignOn:
    """The same for a job or a token: what the person may do inside that customer now. Without any right: nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_ACTOR, [person_id, customer_id, clock.now()])
        found = cursor.fetchone()
    session = SessionStore()
    if found is None:
        return SignOn(session, AnonymousUser(), Access())
    about = len(_PERSON_FIELDS)
    return _signed_on(session, Person.from_db("default", _PERSON_FIELDS, found[:about]), found[about:], None)


def act_at_work(person_id: int) -> Access:
    """The same for what they do at the provider or partner that they work for, inside no customer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_at_work(%s, %s)", [person_id, clock.now()])
        (staff,) = cursor.fetchone()
    if staff is None:
        return Access()
    return _at_work(SignOn(SessionStore(), AnonymousUser(), Access(person_id=person_id)), staff).access


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """What a token may do now."""

    token_id: int
    scopes: frozenset[TokenScope]
    access: Access
    requests: int  # in this minute, with this one


def use_token(secret: str) -> TokenHolder | None:
    """Who may do what by this secret, and count the request. None where it is unknown, expired or revoked, or its
    person has no role left in its customer, or where they worked."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_HOLDER, [digest_of(secret), clock.now()])
        found = cursor.fetchone()
    if found is None:
        return None
    token_id, said, rights, requests, customer_id, person_id, grants, places, staff = found
    scopes = frozenset(map(TokenScope, said))
    workspaces = [place[0] for place in json.loads(places or "[]")]
    if staff is not None:
        access = _at_work(SignOn(SessionStore(), AnonymousUser(), Access(person_id=person_id)), staff).access
    elif person_id is None:
        held = frozenset(map(Right, rights))
        access = Access(customer_id=customer_id, in_whole=True, workspaces=tuple(workspaces), customer_rights=held)
    else:
        access = _access(person_id, customer_id, json.loads(grants or "[]"), workspaces, None)
    return TokenHolder(token_id, scopes, access.limited_to(rights_of(scopes)), requests)


def _signed_on(session: SessionStore, person: Person, inside: Sequence[Any], workspace_id: int | None) -> SignOn:
    customer_id, customer_name, grants, places, customer_count = inside
    readable = tuple(Place(*place) for place in json.loads(places or "[]"))
    access = _access(person.pk, customer_id, json.loads(grants or "[]"), [place.id for place in readable], workspace_id)
    return SignOn(session, person, access, customer_name or "", readable, customer_count or 0)


def _at_work(found: SignOn, staff: str | None) -> SignOn:
    """The same, for whoever works for the provider or a partner."""
    if staff is None:
        return found
    organization_id, name, kind, roles = json.loads(staff)
    house = House(organization_id, name, Kind(kind), frozenset(map(StaffRole, roles)))
    held = frozenset(right for role in house.roles for right in STAFF_RIGHTS_OF[role])
    access = replace(found.access, organization_id=organization_id, organization_rights=held)
    return replace(found, access=access, house=house)


def _is_current(session: SessionStore, person: Person) -> bool:
    """A changed password, or a changed secret, ends the session."""
    made_with = session.get(HASH_SESSION_KEY, "")
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    return any(constant_time_compare(made_with, known) for known in hashes)


def _access(
    person_id: int, customer_id: int | None, grants: list[Any], workspaces: list[int], workspace_id: int | None
) -> Access:
    customer_rights: frozenset[Right] = frozenset()
    rights: dict[int, frozenset[Right]] = {}
    for granted_in, role in grants:
        allowed = RIGHTS_OF[Role(role)]
        if granted_in is None:
            customer_rights |= allowed
        else:
            rights[granted_in] = rights.get(granted_in, frozenset()) | allowed
    current = workspace_id if workspace_id in workspaces else next(iter(workspaces), None)
    return Access(
        person_id=person_id,
        customer_id=customer_id,
        in_whole=any(granted_in is None for granted_in, _ in grants),
        workspaces=tuple(workspaces),
        rights=rights,
        customer_rights=customer_rights,
        workspace_id=current,
        is_staff=any(role in STAFF for _, role in grants),
        acts_as="+".join(sorted({role for _, role in grants} & DELEGATED)),
    )
