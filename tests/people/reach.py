"""A second book-keeping of who may do what where: plain lists and dates, written from the requirements alone.

It knows nothing of how the hub stores rights. ``tests/people/test_reach.py`` holds the two together.
"""

from dataclasses import dataclass, field
from datetime import datetime

# What a role lets somebody do, as R1.4, R1.5 and R7 say it; only what this test looks at.
ACTIVITY, ROWS, AUDIT, USERS = "activity", "rows", "audit", "users"
ALLOWS = {
    "customer_administrator": {ACTIVITY, ROWS, AUDIT, USERS},
    "workspace_administrator": {ACTIVITY, ROWS, AUDIT, USERS},
    "customer_activity": {ACTIVITY},
    "learning_manager": set(),
    "support_contact": set(),
    "view_all_support_requests": set(),
    "member": set(),
    "csam": {ACTIVITY, AUDIT},
    "engineer": set(),
}
STAFF = {"csam", "engineer"}


@dataclass
class Held:
    """A role of somebody; ``workspace`` None is the whole customer. ``source`` so that it goes with that alone."""

    person: str
    customer: str
    workspace: str | None
    role: str
    source: str
    since: datetime
    until: datetime | None = None

    def counts(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


@dataclass
class Books:
    """Customers have workspaces; packages reach some of them; people have addresses; roles come and go."""

    now: datetime
    workspaces: dict[str, list[str]]  # of each customer
    domain_of: dict[str, str]  # of each person's address; "" where it is not confirmed
    held: list[Held] = field(default_factory=list)
    reached: dict[str, set[str]] = field(default_factory=dict)  # the workspaces of each package
    customer_of: dict[str, str] = field(default_factory=dict)  # of each package
    proved: set[tuple[str, str]] = field(default_factory=set)  # customer, domain
    refusing: set[str] = field(default_factory=set)  # workspaces that accept work accounts only

    def give(self, it: Held) -> None:
        """A role that is held already keeps its beginning and gets the new end."""
        for one in self.held:
            if (one.person, one.customer, one.workspace, one.role, one.source) == (
                it.person, it.customer, it.workspace, it.role, it.source,
            ):  # fmt: skip
                one.since = one.since if one.counts(self.now) else it.since
                one.until = it.until
                return
        self.held.append(it)

    def take(self, person: str, workspace: str | None, role: str, source: str) -> None:
        gone = (person, workspace, role, source)
        self.held = [one for one in self.held if (one.person, one.workspace, one.role, one.source) != gone]

    def leave(self, person: str, workspace: str) -> None:
        self.held = [one for one in self.held if (one.person, one.workspace) != (person, workspace)]

    # What follows

    def is_work(self, person: str, customer: str) -> bool:  # R7.2
        return (customer, self.domain_of[person]) in self.proved

    def roles(self, person: str, customer: str) -> list[Held]:
        """The roles that count now: a personal account's do not, where it is refused (R3.6)."""
        now = [one for one in self.held if one.person == person and one.customer == customer and one.counts(self.now)]
        if self.is_work(person, customer):
            return now
        refusing = self.refusing & set(self.workspaces[customer])
        return [
            one
            for one in now
            if one.role in STAFF or not (refusing if one.workspace is None else {one.workspace} & refusing)
        ]

    def readable(self, person: str, customer: str) -> set[str]:
        """The workspaces of which one is told anything at all (R3.3)."""
        roles = self.roles(person, customer)
        if any(one.workspace is None for one in roles):
            return set(self.workspaces[customer])
        return {one.workspace for one in roles if one.workspace}

    def may(self, person: str, customer: str, what: str) -> set[str]:
        """The workspaces in which one may do it."""
        roles = [one for one in self.roles(person, customer) if what in ALLOWS[one.role]]
        if any(one.workspace is None for one in roles):
            return set(self.workspaces[customer])
        return {one.workspace for one in roles if one.workspace}

    def is_in_whole(self, person: str, customer: str) -> bool:
        return any(one.workspace is None for one in self.roles(person, customer))

    def packages(self, person: str, customer: str) -> set[str]:
        """Those that reach a readable workspace; in whole, all of the customer's (R3.4, R3.7)."""
        own = {package for package, of in self.customer_of.items() if of == customer}
        if self.is_in_whole(person, customer):
            return own
        readable = self.readable(person, customer)
        return {package for package in own if self.reached[package] & readable}
