"""Who asks, for which customer, in which workspaces, with which rights. A plain value; ``organizations`` builds it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tallyhub.kernel.errors import Forbidden


class Right(StrEnum):
    """What a role allows. Code asks for a right, never for a role."""

    VIEW_ACTIVITY = "view_activity"  # open Customer activity (R1.4)
    ADMINISTER = "administer"  # see every row and what is not mapped (R1.5, R3.7)
    VIEW_LEARNING = "view_learning"  # named people's learning rows and their export (R2.2)
    ASSIGN_LEARNING = "assign_learning"  # ask people of a workspace to complete an activity, and withdraw that
    OPEN_REQUESTS = "open_requests"
    VIEW_ALL_REQUESTS = "view_all_requests"
    VIEW_PARTNER_REQUESTS = "view_partner_requests"  # by a program of the customer's: what partners are asked, too
    MANAGE_AGREEMENTS = "manage_agreements"
    WORK_REQUESTS = "work_requests"  # answer, assign, log time
    READ_NOTES = "read_notes"  # what staff write to each other about a request; nobody of the customer ever has it
    READ_WORK = "read_work"  # the time that staff worked, each for themselves; nobody of the customer ever has it
    ERASE_PEOPLE = "erase_people"  # end a person's part in the customer for good (R10.4)
    MANAGE_WEBHOOKS = "manage_webhooks"  # tell the customer's other systems what happens (R8.2)
    VIEW_AUDIT = "view_audit"  # read what was done, by whom, and who may see what (R7.3)
    POST_ENTRIES = "post_entries"  # book consumption and take it back
    MANAGE_USERS = "manage_users"  # invite, give and take roles, remove (R7.1)
    PLAN_SERVICES = "plan_services"  # plan, schedule and decline what was requested, and answer disputes
    DELIVER_SERVICES = "deliver_services"  # log what was delivered
    SET_UP_ASSESSMENTS = "set_up_assessments"  # set up, run and end assessments
    VIEW_ASSESSMENTS = "view_assessments"  # what assessments found; others see counts
    MANAGE_SIGN_IN = "manage_sign_in"  # how the customer's people sign in, and with which accounts (R3.6, R7.2)
    MANAGE_PARTNERS = "manage_partners"  # decide which partner may do what for the customer, and until when (R5.2)
    # Held at the provider or a partner, about its own matters (R5.1).
    MANAGE_STAFF = "manage_staff"  # who works there, as what, in which security group
    EDIT_HEALTH = "edit_health"  # publish incidents, advisories and maintenance
    EDIT_MESSAGES = "edit_messages"  # write to customers, within the rules of communication
    EDIT_GUIDES = "edit_guides"  # which support portal, and the tasks of each product
    WORK_ESCALATIONS = "work_escalations"  # at the provider's desk
    MANAGE_DELEGATIONS = "manage_delegations"  # ask customers for rights, hand them to security groups, end them
    MANAGE_SUPPORT = "manage_support"  # the partner's support profile and plan
    SERVE_CUSTOMERS = "serve_customers"  # take requests in, diagnose and mend within what was delegated
    ESCALATE = "escalate"  # to the indirect provider or the provider
    ADVISE = "advise"  # notes and follow-ups about what a customer may need
    OVERSEE_PARTNERS = "oversee_partners"  # which partners there are, and suspend one


@dataclass(frozen=True, slots=True)
class Access:
    """One person inside one customer. Made once per request, and per job from the stored actor.

    ``workspaces`` are all that may be read. ``in_whole`` says that the customer's own rows may be read
    too, those of workspaces that are made later included. An empty Access reads nothing.
    """

    person_id: int | None = None
    customer_id: int | None = None
    in_whole: bool = False
    workspaces: tuple[int, ...] = ()
    rights: Mapping[int, frozenset[Right]] = field(default_factory=dict)
    customer_rights: frozenset[Right] = frozenset()
    workspace_id: int | None = None  # the one the person is signed in to (R1.7)
    system_customers: tuple[int, ...] = ()
    is_staff: bool = False  # of the provider or a partner, so that the customer is told what they look at (R7.3)
    # The delegated roles of partner staff there, joined by "+", or that they are at their desk: the journal keeps it
    # with each act, and the database shows a desk less.
    acts_as: str = ""
    organization_id: int | None = None  # the provider or partner that the person works for
    organization_rights: frozenset[Right] = frozenset()  # held there, about its own matters and none of a customer's
    system_organizations: tuple[int, ...] = ()

    @classmethod
    def of_system(cls, customers: Iterable[int] = (), *, organizations: Iterable[int] = ()) -> "Access":
        """The hub itself: a job or an import, with every right, inside the named customers and for the named provider
        and partners only.
        """
        return cls(
            in_whole=True,
            customer_rights=frozenset(Right),
            system_customers=tuple(customers),
            organization_rights=frozenset(Right),
            system_organizations=tuple(organizations),
        )

    def has(self, right: Right, *, workspace_id: int | None = None) -> bool:
        """True when the right is held for the whole customer, or in that workspace."""
        if right in self.customer_rights:
            return True
        return workspace_id is not None and right in self.rights.get(workspace_id, frozenset())

    def has_anywhere(self, right: Right) -> bool:
        return right in self.customer_rights or any(right in held for held in self.rights.values())

    def require(self, right: Right, *, workspace_id: int | None = None) -> None:
        if not self.has(right, workspace_id=workspace_id):
            raise Forbidden(right)

    def serves(self, right: Right) -> bool:
        """True when the right is held at the provider or partner that the person works for."""
        return right in self.organization_rights

    def require_serving(self, right: Right) -> None:
        if not self.serves(right):
            raise Forbidden(right)

    def workspaces_with(self, right: Right) -> tuple[int, ...]:
        """The readable workspaces in which the right is held, in the order they are listed."""
        return tuple(w for w in self.workspaces if self.has(right, workspace_id=w))

    def limited_to(self, rights: Collection[Right]) -> "Access":
        """The same with no other rights than these: what a token may do of what its person may."""
        return replace(
            self,
            rights={workspace: held & frozenset(rights) for workspace, held in self.rights.items()},
            customer_rights=self.customer_rights & frozenset(rights),
            organization_rights=self.organization_rights & frozenset(rights),
        )

    def inside(self, right: Right, *, in_whole_with: Right) -> "Access":
        """The part of it in which a right is held; in whole only with another right, too.

        Raises Forbidden where the right is held nowhere.
        """
        workspaces = self.workspaces_with(right)
        if not workspaces:
            self.require(right)
        in_whole = self.in_whole and {right, in_whole_with} <= self.customer_rights
        return replace(self, workspaces=workspaces, in_whole=in_whole)

    @property
    def customers(self) -> tuple[int, ...]:
        """The customers that are worked inside: one for a person, those of the job for the hub itself."""
        return self.system_customers or ((self.customer_id,) if self.customer_id else ())

    @property
    def organizations(self) -> tuple[int, ...]:
        """The provider or partner that is acted for; those of the job for the hub itself."""
        return self.system_organizations or ((self.organization_id,) if self.organization_id else ())

    @property
    def customers_in_whole(self) -> tuple[int, ...]:
        return self.customers if self.in_whole else ()

    @property
    def fingerprint(self) -> str:
        """The same text for the same rights, in every process: a set's own order differs between them."""
        rights = {workspace: sorted(held) for workspace, held in sorted(self.rights.items())}
        whole, serving = sorted(self.customer_rights), sorted(self.organization_rights)
        inside = (self.customer_id, self.in_whole, self.workspaces, rights, whole, self.workspace_id)
        return repr((self.person_id, *inside, self.organization_id, serving))
