"""What was bought and what was consumed: append-only facts, the totals derived from them, a disposable snapshot."""

from datetime import date, timedelta
from typing import TypeVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from tallyhub.agreements.models import IN_CALENDAR, Entitlement, Mapping
from tallyhub.kernel.access import Access
from tallyhub.kernel.amounts import MULTIPLIER_DENOMINATOR_MAX, MULTIPLIER_MAX, ROUNDING_STEP_MAX
from tallyhub.ledger.rules import AllotmentKind
from tallyhub.organizations.models import Organization, Workspace

M = TypeVar("M", bound=models.Model)
NAMED = ~Q(source="") & ~Q(external_id="")  # what has no name cannot be told from its copy
REASON = "^[a-z0-9_]*$"  # a code, so that nobody writes a name into what cannot be erased (R10.4)


class OfEntitlement(models.QuerySet[M]):
    """Rows about a whole entitlement: whoever may read one workspace it is mapped to must see what is left in all."""

    def visible_to(self, access: Access) -> "OfEntitlement[M]":
        mine = self.filter(customer_id__in=access.customers)
        if access.in_whole:
            return mine
        mapped = Mapping.objects.filter(
            package__entitlements=OuterRef("entitlement_id"), workspace_id__in=access.workspaces
        )
        return mine.filter(Exists(mapped))


class OfWorkspace(models.QuerySet[M]):
    """Rows about what one workspace used."""

    def visible_to(self, access: Access) -> "OfWorkspace[M]":
        mine = self.filter(customer_id__in=access.customers)
        return mine if access.in_whole else mine.filter(workspace_id__in=access.workspaces)


def _to_entitlement(related_name: str = "+") -> "models.ForeignKey[Entitlement, Entitlement]":
    return models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


def _to_workspace() -> "models.ForeignKey[Workspace, Workspace]":
    return models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_constraint=False)


def _to_customer() -> "models.ForeignKey[Organization, Organization]":
    """Held by the composite keys in SQL: a second, single one would only make each post slower."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_constraint=False)


class CustomerLedger(models.Model):
    """The customer's ledger version. Its row lock makes versions become visible in order."""

    customer = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT, related_name="+")
    version = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)  # of the version; kept here because only the locked row is sure to be the last


class LedgerVersion(models.Model):
    """When a version was made, so that an instant can be translated into one. Never before the version before it."""

    customer = _to_customer()
    version = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "version"], name="ledger_version_once")]
        indexes = [models.Index(fields=["customer", "at"], name="ledger_version_at")]


class Allotment(models.Model):
    """A dated quantity that was bought. Immutable: a change is another allotment."""

    customer = _to_customer()
    entitlement = _to_entitlement("allotments")
    kind = models.CharField(max_length=20, choices=[(k, k) for k in AllotmentKind])
    amount = models.BigIntegerField()  # smallest steps of the unit; only an adjustment may be negative
    term = DateRangeField()
    priority = models.SmallIntegerField(default=0)  # lower burns first
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    ledger_version = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    objects = OfEntitlement["Allotment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "external_id", "source"], name="allotment_once"),
            models.CheckConstraint(condition=NAMED, name="allotment_named"),
            models.CheckConstraint(condition=Q(kind__in=list(AllotmentKind)), name="allotment_kind_known"),
            models.CheckConstraint(condition=IN_CALENDAR, name="allotment_term_in_calendar"),
            models.CheckConstraint(
                condition=Q(kind=AllotmentKind.ADJUSTMENT, amount__lt=0)
                | Q(kind=AllotmentKind.TERMINATION, amount=0)
                | Q(amount__gt=0) & ~Q(kind=AllotmentKind.TERMINATION),
                name="allotment_amount_fits",
            ),
        ]
        indexes = [models.Index(fields=["entitlement"], name="allotment_of_entitlement")]

    @property
    def starts_on(self) -> date:
        lower: date = self.term.lower
        return lower

    @property
    def ends_on(self) -> date:
        """The last day, inclusive."""
        upper: date = self.term.upper
        return upper - timedelta(days=1)


class Entry(models.Model):
    """One consumption, as a fact. Never changed, never deleted; a correction is a reversing entry.

    No names, no addresses, no text that people wrote (R10.4): ``person_id`` is opaque and may outlive its person.
    """

    customer = _to_customer()
    workspace = _to_workspace()
    entitlement = _to_entitlement()
    occurred_on = models.DateField()  # a day in the agreement's zone
    real_amount = models.BigIntegerField()  # smallest steps of the unit, before multiplier and rounding
    multiplier_numerator = models.SmallIntegerField(default=1)
    multiplier_denominator = models.SmallIntegerField(default=1)
    rounding_step = models.IntegerField(default=1)
    charged = models.BigIntegerField()  # what the balance pays
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    person_id = models.BigIntegerField(null=True)
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversal", db_constraint=False
    )
    reason = models.CharField(max_length=40, blank=True)  # a code; why a reversing entry was made
    ledger_version = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)

    objects = OfWorkspace["Entry"].as_manager()

    class Meta:
        constraints = [
            # Column order serves the look-up by reference, too.
            models.UniqueConstraint(fields=["customer", "external_id", "source"], name="entry_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="entry_of_customer"),
            models.CheckConstraint(condition=NAMED, name="entry_named"),
            models.CheckConstraint(condition=~Q(real_amount=0), name="entry_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, real_amount__gt=0, charged__gte=0)
                | Q(reverses__isnull=False, real_amount__lt=0, charged__lte=0),
                name="entry_negative_only_in_reversal",
            ),
            models.CheckConstraint(condition=Q(reason__regex=REASON), name="entry_reason_is_code"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reason=""), name="entry_reversal_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(
                    multiplier_numerator__gte=0,
                    multiplier_numerator__lte=F("multiplier_denominator") * MULTIPLIER_MAX,
                    multiplier_denominator__gte=1,
                    multiplier_denominator__lte=MULTIPLIER_DENOMINATOR_MAX,
                    rounding_step__gte=1,
                    rounding_step__lte=ROUNDING_STEP_MAX,
                ),
                name="entry_charge_parts",
            ),
        ]
        indexes = [
            # The two orders a grid can be sorted in; led by both filters, so that a page costs the same at any depth.
            models.Index(fields=["entitlement", "workspace", "occurred_on", "id"], name="entry_by_day"),
            models.Index(fields=["entitlement", "workspace", "charged", "id"], name="entry_by_charge"),
        ]


class Hold(models.Model):
    """What was planned and is kept for it, or (negative) given back. Append-only, as an entry; changes no balance.

    ``held_for`` is the name of the matter in its system: what is held for one is the sum of its rows, never negative.
    """

    customer = _to_customer()
    workspace = _to_workspace()
    entitlement = _to_entitlement()
    day = models.DateField()  # on which it was held or given back, in the agreement's zone
    amount = models.BigIntegerField()  # smallest steps of the unit
    source = models.CharField(max_length=40)
    held_for = models.CharField(max_length=120)
    external_id = models.CharField(max_length=120)
    ledger_version = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    objects = OfWorkspace["Hold"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "external_id", "source"], name="hold_once"),
            models.CheckConstraint(condition=NAMED & ~Q(held_for=""), name="hold_named"),
            models.CheckConstraint(condition=~Q(amount=0), name="hold_amount_not_zero"),
        ]
        indexes = [models.Index(fields=["entitlement", "source", "held_for"], name="hold_of_matter")]


class EntryDetail(models.Model):
    """What people wrote about an entry. Beside the ledger, because it can be erased."""

    customer = _to_customer()
    workspace = _to_workspace()
    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="detail", db_constraint=False
    )
    title = models.CharField(max_length=300)

    objects = OfWorkspace["EntryDetail"].as_manager()


class Sums(models.Model):
    """Columns that every total has."""

    customer = _to_customer()
    entitlement = _to_entitlement()
    charged = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class WorkspaceTotal(Sums):
    """All that one workspace used of an entitlement."""

    workspace = _to_workspace()

    objects = OfWorkspace["WorkspaceTotal"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entitlement", "workspace"], name="workspace_total_once")]


class DailyTotal(Sums):
    """What one workspace used of an entitlement on one day."""

    workspace = _to_workspace()
    day = models.DateField()

    objects = OfWorkspace["DailyTotal"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entitlement", "workspace", "day"], name="daily_total_once")]


class EntitlementTotal(Sums):
    """All that the agreement used and holds of an entitlement, and the version of its last change."""

    version = models.BigIntegerField()
    held = models.BigIntegerField(db_default=0)

    objects = OfEntitlement["EntitlementTotal"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entitlement"], name="entitlement_total_once"),
            models.CheckConstraint(condition=Q(held__gte=0), name="entitlement_total_holds_no_less_than_nothing"),
        ]


class EntitlementDay(Sums):
    """What the agreement used of an entitlement on one day: what the engine replays."""

    day = models.DateField()

    objects = OfEntitlement["EntitlementDay"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entitlement", "day"], name="entitlement_day_once")]


class Snapshot(models.Model):
    """What the engine made of an entitlement at a version, for every later day. Delete any: only cost changes."""

    customer = _to_customer()
    entitlement = models.OneToOneField(
        Entitlement, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    version = models.BigIntegerField()  # valid while EntitlementTotal.version is the same
    from_day = models.DateField()  # and on this day and later
    segments = models.JSONField()

    objects = OfEntitlement["Snapshot"].as_manager()
