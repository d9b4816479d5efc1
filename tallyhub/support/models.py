"""Support requests and what belongs to each: who sees it, what was said, what was done, the time it took.

Three tables are the staff's alone: notes, files of notes, and time worked, of which the customer sees what was booked.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Agreement, Entitlement, Package, Product
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.ledger.models import Entry
from tallyhub.organizations.models import Organization, Workspace
from tallyhub.people.models import Group
from tallyhub.support.rules import OPEN, TITLE_MAX, Kind, RequestClass, Severity, Source, Status, Why


def _customer() -> "models.ForeignKey[Organization, Organization]":
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _doer() -> "models.ForeignKey[Person | None, Person | None]":
    """Who did it: a number that may outlive its person, whose name is gone then (R10.4)."""
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


def _request(related_name: str) -> "models.ForeignKey[Request, Request]":
    return models.ForeignKey("Request", on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, access: Access) -> "RequestQuerySet":
        """R1.5, and nothing else: all of it to whoever holds the right there; else to those it was given to.

        Administrators and assigned staff hold the right. Whoever left the workspace sees nothing of it. What is asked
        of a partner is no staff's but that partner's, nor a program's that the provider's staff set up.
        """
        mine = self.filter(customer_id__in=access.customers)
        oversees_whole = access.in_whole and access.has(Right.VIEW_ALL_REQUESTS)
        if oversees_whole and not access.is_staff:
            is_told_all = access.person_id is not None or access.has(Right.VIEW_PARTNER_REQUESTS)
            return mine if is_told_all else mine.filter(partner=None)
        overseen = Q() if oversees_whole else Q(workspace_id__in=access.workspaces_with(Right.VIEW_ALL_REQUESTS))
        if access.is_staff:
            overseen &= Q(partner=None)
        given = Q(workspace_id__in=access.workspaces) & RequestViewer.objects.giving_to(access)
        return mine.filter(overseen | given | _of_desk(access))

    def at_desk(self, access: Access) -> "RequestQuerySet":
        """What customers ask of the partner for which one works, or of one that it works for, whoever the customer."""
        return self.filter(_of_desk(access), partner__isnull=False)


def _of_desk(access: Access) -> Q:
    if not access.serves(Right.SERVE_CUSTOMERS):
        return Q(pk__in=[])
    return Q(partner_id__in=access.organizations) | Q(desk_id__in=access.organizations)


class Request(models.Model):
    """What a customer asks support for. ``id`` is the serial that its number is made of (rules.number_of)."""

    id = models.BigIntegerField(primary_key=True)  # set by steps.next_serial: no row is read back before it is given
    customer = _customer()
    workspace = _workspace()
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in Kind])
    request_class = models.CharField(max_length=3, blank=True, choices=[(c, c) for c in RequestClass])
    title = models.CharField(max_length=TITLE_MAX)
    description = models.TextField(blank=True)
    impact = models.TextField(blank=True)  # on the customer's business, in their words
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=1, choices=[(s, s) for s in Severity])
    status = models.CharField(max_length=12, choices=[(s, s) for s in Status], default=Status.SUBMITTED)
    opened_by = _doer()
    primary_contact = _doer()
    assigned_to = _doer()  # of the staff

    # What it names, where it names it; which entitlement pays is chosen by ledger.rules and kept with the time.
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    # A partner request: of whom it is asked, and who works on it now, the partner or a supplier of its. Else none.
    partner = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    desk = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # the last message or change that the customer sees
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_constraint=False
    )

    # The first answer: when it is due by the agreement's goal, and when it was given. Null: no goal, or not yet.
    answer_due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)  # while the clock stands still

    called_at = models.DateTimeField(null=True)  # a priority call by the customer,
    called_for = models.TextField(blank=True)  # why,
    call_heard_at = models.DateTimeField(null=True)  # and when staff acknowledged it

    source = models.CharField(max_length=40, default=Source.PAGE)
    external_id = models.CharField(max_length=120, blank=True)  # its number in the system it came from
    source_digest = models.BinaryField(max_length=32, null=True)  # of what that system said of it last (imports)
    version = models.IntegerField(default=1)  # raised by each change, so that two people do not undo each other
    words = SearchVectorField(null=True)  # number, title, description and public messages; kept by steps

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="request_kind_known"),
            models.CheckConstraint(condition=Q(request_class__in=list(RequestClass)), name="request_class_known"),
            models.CheckConstraint(condition=Q(severity__in=list(Severity)), name="request_severity_known"),
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="request_status_known"),
            models.CheckConstraint(
                condition=Q(partner=None, desk=None) | Q(partner__isnull=False, desk__isnull=False),
                name="request_partner_has_desk",
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="request_of_customer"),
            models.UniqueConstraint(fields=["customer", "workspace", "id"], name="request_of_workspace"),
            models.UniqueConstraint(
                fields=["customer", "external_id", "source"], condition=~Q(external_id=""), name="request_once"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-opened_at", "-id"], name="request_by_opening"),
            models.Index(fields=["workspace", "status", "-opened_at", "-id"], name="request_by_status"),
            models.Index(fields=["customer", "-changed_at", "-id"], name="request_by_change"),
            models.Index(fields=["customer", "-opened_at", "-id"], name="request_by_age"),  # the search
            models.Index(  # the queue
                fields=["workspace", "severity", "answer_due_at", "id"],
                condition=Q(status__in=sorted(OPEN)),
                name="request_to_do",
            ),
            models.Index(  # what decides where it is listed: counted from the index alone
                fields=["workspace", "kind", "request_class", "agreement", "package", "product"],
                condition=Q(merged_into=None, partner=None) & ~Q(status=Status.CANCELLED),
                name="request_by_placement",
            ),
            models.Index(
                fields=["customer", "partner", "desk"], condition=Q(partner__isnull=False), name="request_of_both"
            ),
            models.Index(  # a partner's requests, of all its customers
                fields=["partner", "-opened_at", "-id"], condition=Q(partner__isnull=False), name="request_of_partner"
            ),
            models.Index(
                fields=["desk", "-opened_at", "-id"], condition=Q(partner__isnull=False), name="request_at_desk"
            ),
            GinIndex(fields=["words"], name="request_by_words"),
        ]


class RequestViewerQuerySet(models.QuerySet["RequestViewer"]):
    def giving_to(self, access: Access) -> Q:
        """Whether the request of the outer query is given to this person: by name, or by a group they are in.

        Asked apart, because each has an index then; together they would read all viewers of few requests.
        """
        person_id = access.person_id or 0
        this = self.current().filter(request_id=OuterRef("pk"))
        return Q(Exists(this.filter(person_id=person_id))) | Q(Exists(this.filter(group__members__person_id=person_id)))

    def current(self) -> "RequestViewerQuerySet":
        """Without those whose consent has ended by itself."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))

    def visible_to(self, access: Access) -> "RequestViewerQuerySet":
        """Of the requests that one sees: with whom it is shared, everybody it is shared with may know."""
        return self.filter(request__in=Request.objects.visible_to(access))


class RequestViewer(models.Model):
    """A request is given to a person or to a group of its workspace. Kept by commands only (R1.5)."""

    customer = _customer()
    workspace = _workspace()
    request = _request("viewers")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    why = models.CharField(max_length=15, choices=[(w, w) for w in Why])
    opened_at = models.DateTimeField()  # of the request, which never changes: lists read in its order
    given_by_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # of a consent alone

    objects = RequestViewerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(why__in=list(Why)), name="viewer_why_known"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(group__isnull=True), name="viewer_person_or_group"
            ),
            models.UniqueConstraint(fields=["request", "person"], name="viewer_person_once"),
            models.UniqueConstraint(fields=["request", "group"], name="viewer_group_once"),
        ]
        indexes = [
            models.Index(fields=["person", "workspace", "-opened_at", "-request"], name="viewer_of_person"),
            models.Index(fields=["group", "-opened_at", "-request"], name="viewer_of_group"),
        ]


class OfRequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfRequestQuerySet":
        """Of the requests that one sees."""
        return self.filter(request__in=Request.objects.visible_to(access))


class OfStaffQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfStaffQuerySet":
        """Staff's own, where they are assigned. No role of a customer's has the right, and no token either."""
        mine = self.filter(customer_id__in=access.customers)
        return mine.filter(workspace_id__in=access.workspaces_with(Right.READ_NOTES))


class Change(models.Model):
    """A line of the timeline. Append-only; ``details`` holds ids, codes and numbers, never a name (R10.4)."""

    customer = _customer()
    workspace = _workspace()
    request = _request("changes")
    kind = models.CharField(max_length=30)
    actor_id = models.BigIntegerField(null=True)  # a person; null is the hub itself
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["request", "at", "id"], name="change_of_request")]


class Message(models.Model):
    """What customer and staff say to each other; everybody who sees the request reads it."""

    customer = _customer()
    workspace = _workspace()
    request = _request("messages")
    author = _doer()
    is_by_staff = models.BooleanField()
    body = models.TextField()  # markdown, as written
    source = models.CharField(max_length=40, default=Source.PAGE)
    external_id = models.CharField(max_length=255, blank=True)  # a mail's Message-ID, or the other system's number
    at = models.DateTimeField()

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="message_of_customer"),
            models.UniqueConstraint(
                fields=["request", "source", "external_id"], condition=~Q(external_id=""), name="message_once"
            ),
        ]
        indexes = [models.Index(fields=["request", "at", "id"], name="message_of_request")]


class Note(models.Model):
    """What staff write to each other. A table of its own, so that no forgotten filter shows one (R4.3)."""

    customer = _customer()
    workspace = _workspace()
    request = _request("notes")
    author = _doer()
    body = models.TextField()
    at = models.DateTimeField()

    objects = OfStaffQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="note_of_customer")]
        indexes = [models.Index(fields=["request", "at", "id"], name="note_of_request")]


class StoredFile(models.Model):
    """What both sorts of files have. The bytes lie in the data folder, under ``key``, which says nothing."""

    customer = _customer()
    workspace = _workspace()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)  # by content, never by what the sender says
    digest = models.BinaryField(max_length=32)  # SHA-256
    key = models.CharField(max_length=64, unique=True)
    added_by = _doer()
    at = models.DateTimeField()

    class Meta:
        abstract = True


class File(StoredFile):
    """Of a request, or of a message in it."""

    request = _request("files")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="files", db_constraint=False)

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["request", "at", "id"], name="file_of_request")]


class NoteFile(StoredFile):
    """Of a note: the staff's alone."""

    request = _request("note_files")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="files", db_constraint=False)

    objects = OfStaffQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["request", "at", "id"], name="note_file_of_request")]


class OfPersonQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfPersonQuerySet":
        """One's own."""
        return self.filter(customer_id__in=access.customers, person_id=access.person_id or 0)


class Draft(models.Model):
    """A request that somebody has begun to write: theirs alone until it is sent."""

    customer = _customer()
    workspace = _workspace()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    typed = models.JSONField(default=dict)  # what the steps' forms hold, as typed
    changed_at = models.DateTimeField()

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "id"], name="draft_of_customer")]
        indexes = [models.Index(fields=["person", "-changed_at"], name="draft_of_person")]


class DraftFileQuerySet(models.QuerySet["DraftFile"]):
    def visible_to(self, access: Access) -> "DraftFileQuerySet":
        """One's own."""
        return self.filter(customer_id__in=access.customers, added_by_id=access.person_id or 0)


class DraftFile(StoredFile):
    """Of a draft, by whoever writes it; it goes with the draft, into the request or away."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files", db_constraint=False)

    objects = DraftFileQuerySet.as_manager()


class DefaultGroup(models.Model):
    """The group with which whatever somebody opens in a workspace is shared (R4.2)."""

    customer = _customer()
    workspace = _workspace()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "person"], name="default_group_once")]


class WorkQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "WorkQuerySet":
        """Staff's own; and the hub's, which books what was kept unbooked."""
        if access.system_customers:
            return self.filter(customer_id__in=access.system_customers)
        mine = self.filter(customer_id__in=access.customers)
        return mine.filter(workspace_id__in=access.workspaces_with(Right.READ_WORK))


class Work(models.Model):
    """Time that an engineer worked on a request, as it really was. What it draws is booked in the ledger."""

    customer = _customer()
    workspace = _workspace()
    request = _request("work")
    engineer = _doer()
    starts_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()  # real ones
    what = models.CharField(max_length=20)  # kind of work, of time.rules
    note = models.TextField(blank=True)
    is_goodwill = models.BooleanField(default=False)  # recorded and shown, not charged
    serial = models.IntegerField(default=1)  # raised by each change, whose bookings are named by it
    unbooked = models.CharField(max_length=40, blank=True)  # why nothing is booked for it now: a code
    choice = models.JSONField(default=dict)  # which entitlement pays, why, and why not the others (ids and codes)
    source = models.CharField(max_length=40, default=Source.PAGE)
    external_id = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()  # logged
    removed_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="work_of_customer"),
            models.UniqueConstraint(
                fields=["customer", "external_id", "source"], condition=~Q(external_id=""), name="work_once"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="work_within_a_day"),
        ]
        indexes = [
            models.Index(fields=["request", "starts_at", "id"], name="work_of_request"),
            models.Index(  # what a job looks for every few minutes
                fields=["customer"], condition=~Q(unbooked="") & Q(removed_at=None), name="work_unbooked"
            ),
        ]


class Booking(models.Model):
    """An entry that a request made in the ledger: for time worked, or, where cases are counted, for itself.

    Kept because a correction takes back what was really booked, not what would be booked today.
    """

    customer = _customer()
    workspace = _workspace()
    request = _request("bookings")
    work = models.ForeignKey(Work, null=True, on_delete=models.PROTECT, related_name="bookings", db_constraint=False)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    is_reversed = models.BooleanField(default=False)
    why = models.CharField(max_length=20, blank=True)  # this entitlement pays, of ledger.rules.Reason

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["request"], name="booking_of_request"),
            models.Index(fields=["entitlement", "request"], name="booking_of_entitlement"),  # a drill-down's rows
        ]


class Incoming(models.Model):
    """A mail that came in, by the hash of its Message-ID: taken once, and what became of it can be told."""

    digest = models.BinaryField(max_length=32, unique=True)
    sender = models.BinaryField(max_length=32)  # a digest, by which a loop is seen
    verdict = models.CharField(max_length=40)  # a code
    serial = models.BigIntegerField(null=True)  # of the request that it went to
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sender", "at"], name="incoming_of_sender"),
            models.Index(fields=["-at", "-id"], condition=~Q(verdict="taken"), name="incoming_refused"),
        ]
