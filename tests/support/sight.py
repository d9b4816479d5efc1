"""A second book-keeping of who sees which request: plain sets, written from R1.5 and R3.3 alone.

It knows nothing of how the hub stores any of it. ``tests/support/test_sight.py`` holds the two together.
"""

from dataclasses import dataclass, field

OVERSEES = {"customer_administrator", "workspace_administrator", "view_all_support_requests"}
STAFF = {"csam", "account_coordinator", "engineer"}


@dataclass
class Asked:
    """A request: where, who was named, and with whom it is shared now."""

    place: str
    opener: str
    primary: str
    people: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)


@dataclass
class Books:
    customer_of: dict[str, str]  # of each workspace
    held: set[tuple[str, str, str | None, str]] = field(default_factory=set)  # person, customer, workspace or all, role
    groups: dict[str, tuple[str, set[str]]] = field(default_factory=dict)  # workspace and people of each
    requests: dict[str, Asked] = field(default_factory=dict)

    def roles_at(self, person: str, place: str) -> set[str]:
        """What somebody holds in a workspace, in it alone or in the whole customer."""
        customer = self.customer_of[place]
        return {
            role for who, of, where, role in self.held if who == person and of == customer and where in (None, place)
        }

    def sees(self, person: str, number: str) -> bool:
        """R1.5: administrators, View all, and assigned staff see all; others what they were given, as long as they
        belong to the workspace."""
        asked = self.requests[number]
        roles = self.roles_at(person, asked.place)
        if not roles:
            return False
        in_group = any(person in self.groups[group][1] for group in asked.groups)
        given = person == asked.primary or person in asked.people or in_group
        return given or bool(roles & (OVERSEES | STAFF))

    def seen(self, person: str, customer: str) -> set[str]:
        return {
            number
            for number, asked in self.requests.items()
            if self.customer_of[asked.place] == customer and self.sees(person, number)
        }
