"""Support contacts of the demo, named one after the other by their administrators: some have gone, one has not come.

The records say who is one today; since when is told here, because a file says nothing of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tallyhub.accounts.models import Person
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import AccessGrant, Workspace
from tallyhub.organizations.rules import Role
from tallyhub.organizations.steps import NewGrant, give_roles, take_roles
from tallyhub.people.models import Naming
from tallyhub.people.naming.steps import settle_namings
from tallyhub.people.steps import Invitee, invite
from tallyhub.site.demo.story import Record

STEP_DAYS = 19  # between one who is named and the next
FIRST_DAYS = 290  # ago, at most
# Who was one, where, and how many days ago from and until.
FORMER = (
    ("halden", "l.cattarossi", "paper", 280, 96),
    ("halden", "e.papastavrou", "energy", 261, 40),
    ("halden", "v.orekhova", "logistics", 244, 171),
    ("halden", "k.venkatesh", "group", 150, 61),
    ("orchard", "o.penhallick", "shops", 230, 33),
)
ASKED = ("halden", "group", "i.brekkenes", "Iselin Brekkenes", "en", 12)  # whose invitation lapses the day after next


def held_back(records: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[tuple[str, Iterable[Record]]]:
    """The records without the grants that are told here."""
    for kind, rows in records:
        is_of_grants = kind == "grants"
        yield kind, [row for row in rows if row["role"] != Role.SUPPORT_CONTACT] if is_of_grants else rows


def set_up(records: Iterable[tuple[str, Iterable[Record]]], today: date) -> None:
    """Once; again changes nothing."""
    rows = [row for kind, found in records if kind == "grants" for row in found if row["role"] == Role.SUPPORT_CONTACT]
    with scope(Access.of_system(), writing=True):
        ids = organizations.find_customers({row["customer"] for row in rows})
    with scope(Access.of_system(ids.values())):
        if Naming.objects.exists():
            return
        people = organizations.find_people_by_key({(ids[row["customer"]], row["person"]) for row in rows})
        places = {(one.customer_id, one.code): one.pk for one in Workspace.objects.all()}
    acts: list[tuple[int, int, NewGrant, bool]] = []
    counted: dict[int, int] = {}
    for row in rows:
        customer_id = ids[row["customer"]]
        days = max(FIRST_DAYS - STEP_DAYS * counted.setdefault(customer_id, 0), STEP_DAYS)
        counted[customer_id] += 1
        person = people[customer_id, row["person"]]
        acts.append((days, customer_id, _contact(customer_id, places[customer_id, row["workspace"]], person), True))
    acts += _former(ids, places)
    noon = datetime.combine(today, time(9), UTC)
    for days, customer_id, grant, is_given in sorted(acts, key=lambda act: -act[0]):
        _act(noon - timedelta(days=days), customer_id, grant, is_given=is_given)
    _ask(ids, noon)


def _contact(customer_id: int, workspace_id: int, person_id: int) -> NewGrant:
    return NewGrant(customer_id, workspace_id, person_id, Role.SUPPORT_CONTACT)


def _former(ids: Mapping[str, int], places: Mapping[tuple[int, str], int]) -> Iterator[tuple[int, int, NewGrant, bool]]:
    for customer, name, workspace, since, until in FORMER:
        customer_id = ids[customer]
        with scope(Access.of_system([customer_id])):
            person = Person.objects.get(email_folded=f"{name}@{customer}.example").pk
        grant = _contact(customer_id, places[customer_id, workspace], person)
        yield since, customer_id, grant, True
        yield until, customer_id, grant, False


def _act(at: datetime, customer_id: int, grant: NewGrant, *, is_given: bool) -> None:
    """By an administrator of the customer, at that time."""
    access = _administrator(customer_id)
    with clock.frozen(min(at, clock.now())), scope(access, writing=True):
        (give_roles if is_given else take_roles)(access, [grant])
        settle_namings(access, customer_id, [grant.person_id])


def _ask(ids: Mapping[str, int], noon: datetime) -> None:
    customer, code, local, name, language, days = ASKED
    access = _administrator(ids[customer])
    with clock.frozen(noon - timedelta(days=days)), scope(access, writing=True):
        workspace = Workspace.objects.get(customer_id=ids[customer], code=code)
        invite(access, workspace, [Invitee(f"{local}@{customer}.example", (Role.SUPPORT_CONTACT,), language, name)])


def _administrator(customer_id: int) -> Access:
    system = Access.of_system([customer_id])
    with scope(system):
        held = AccessGrant.objects.filter(customer_id=customer_id, role=Role.CUSTOMER_ADMINISTRATOR)
        return replace(system, person_id=held.order_by("person_id").values_list("person_id", flat=True).first())
