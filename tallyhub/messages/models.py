"""What the provider tells its customers, to whom it was sent and to whom not, and what each reader did with it."""

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.health.models import HealthEvent
from tallyhub.kernel.access import Access, Right
from tallyhub.messages.rules import (
    AtOnce,
    Audience,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Reason,
    Tag,
    language_of,
)
from tallyhub.organizations.models import Organization
from tallyhub.organizations.rules import reads_customer


def _provider() -> "models.ForeignKey[Organization, Organization]":
    """Whose it is: what the policies of this package ask about writing."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _post(related_name: str, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        "Post", on_delete=models.PROTECT, related_name=related_name, db_constraint=False, **options
    )


def _author() -> "models.ForeignKey[Person | None, Person | None]":
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


class Content(models.Model):
    """What is read of a message. Texts are kept per language; English is always there."""

    category = models.CharField(max_length=20, choices=[(c, c) for c in MessageCategory])
    severity = models.CharField(max_length=20, choices=[(s, s) for s in MessageSeverity])
    is_major = models.BooleanField(default=False)
    tags = ArrayField(models.CharField(max_length=20), default=list)
    act_by_on = models.DateField(null=True)
    titles = models.JSONField()  # {"en": "The old console goes", "de": …}
    bodies = models.JSONField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """Which one a reader gets."""
        return language_of(self.titles, get_language() or "en")

    @property
    def title(self) -> str:
        return str(self.titles[self.language])

    @property
    def body(self) -> str:
        return str(self.bodies[self.language])


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, access: Access, served: Collection[int] = ()) -> "PostQuerySet":
        """The provider's own for its staff; else what was sent to the customer worked inside, or to one of those that
        the partner acted for serves (``served``), where it concerns that partner.
        """
        sent = Sending.objects.visible_to(access, served).filter(post=OuterRef("pk"), reason="")
        return self.filter(Q(organization_id__in=access.organizations) | Exists(sent))


class Post(Content):
    """A message, as it is now; its versions say how it was. Whom it reaches never changes."""

    organization = _provider()
    message_class = models.CharField(max_length=20, choices=[(c, c) for c in MessageClass])
    audience = models.CharField(max_length=20, choices=[(a, a) for a in Audience])
    starts_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)  # when it went to its first readers
    withdrawn_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "messages_post"
        constraints = [
            models.CheckConstraint(condition=Q(message_class__in=list(MessageClass)), name="post_class_known"),
            models.CheckConstraint(condition=Q(audience__in=list(Audience)), name="post_audience_known"),
            models.CheckConstraint(condition=Q(category__in=list(MessageCategory)), name="post_category_known"),
            models.CheckConstraint(condition=Q(severity__in=list(MessageSeverity)), name="post_severity_known"),
            models.CheckConstraint(condition=Q(tags__contained_by=list(Tag)), name="post_tags_known"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="post_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(is_major=False) | Q(act_by_on__isnull=False), name="post_major_has_day"),
            models.UniqueConstraint(fields=["organization", "id"], name="post_of_provider"),
        ]
        indexes = [
            models.Index(fields=["-released_at", "-id"], name="post_newest"),  # the list
            models.Index(  # what is to be sent, at each minute
                fields=["starts_at"], condition=Q(released_at=None, withdrawn_at=None), name="post_to_release"
            ),
        ]


class PostProduct(models.Model):
    """A product that a message is about."""

    organization = _provider()
    post = _post("products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "messages_postproduct"
        constraints = [models.UniqueConstraint(fields=["post", "product"], name="post_product_once")]


class OfCustomerQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "OfCustomerQuerySet":
        """All of the provider's; else oneself alone: who else is named is nobody's business."""
        return self.filter(Q(organization_id__in=access.organizations) | Q(customer_id__in=access.customers))


class PostCustomer(models.Model):
    """A customer that a message names."""

    organization = _provider()
    post = _post("customers")
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        db_table = "messages_postcustomer"
        constraints = [models.UniqueConstraint(fields=["post", "customer"], name="post_customer_once")]


class PostVersion(Content):
    """What a message said from an instant on. Added and never changed: the role that serves cannot."""

    organization = _provider()
    post = _post("versions")
    number = models.PositiveIntegerField()
    author = _author()
    at = models.DateTimeField()

    class Meta:
        db_table = "messages_postversion"
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="post_version_once")]


class SendingQuerySet(models.QuerySet["Sending"]):
    def visible_to(self, access: Access, served: Collection[int] = ()) -> "SendingQuerySet":
        """The provider's own; the customer's that is worked inside; and those of the customers that the partner acted
        for serves, where they concern that partner. What is about privacy is for the customer's administrators alone.
        """
        inside = Q(customer_id__in=access.customers if reads_customer(access) else ())
        if not access.has(Right.ADMINISTER):
            inside &= ~Q(message_class=MessageClass.PRIVACY)
        partners = Q(customer_id__in=served, partners__overlap=list(access.organizations))
        return self.filter(Q(organization_id__in=access.organizations) | inside | partners)


class Sending(models.Model):
    """That a message was sent to a customer, or refused and why. Of one that was sent to nobody, there is no post."""

    organization = _provider()
    post = _post("sendings", null=True)
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    message_class = models.CharField(max_length=20, choices=[(c, c) for c in MessageClass])
    products = ArrayField(models.BigIntegerField(), default=list)  # that it named
    reason = models.CharField(max_length=20, blank=True)  # why not; empty: it was sent
    partners = ArrayField(models.BigIntegerField(), default=list)  # who read it as well, or whom to ask instead
    author = _author()
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when mail about it was written, where anybody gets any

    objects = SendingQuerySet.as_manager()

    class Meta:
        db_table = "messages_sending"
        constraints = [
            models.CheckConstraint(condition=Q(message_class__in=list(MessageClass)), name="sending_class_known"),
            models.CheckConstraint(condition=Q(reason="") | Q(reason__in=list(Reason)), name="sending_reason_known"),
            models.CheckConstraint(
                condition=Q(post__isnull=False) | ~Q(reason=""), name="sending_of_a_post_or_refused"
            ),
            models.UniqueConstraint(fields=["post", "customer"], name="sending_once"),
        ]
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="sending_of_customer"),  # its log
            models.Index(fields=["organization", "-at", "-id"], name="sending_of_provider"),
        ]


class Reading(models.Model):
    """What somebody did with a message, or with an event of service health among their messages."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="readings")
    event = models.ForeignKey(HealthEvent, null=True, on_delete=models.CASCADE, related_name="readings")
    read_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    is_favourite = models.BooleanField(default=False)

    class Meta:
        db_table = "messages_reading"
        constraints = [
            models.CheckConstraint(
                condition=Q(post=None, event__isnull=False) | Q(post__isnull=False, event=None),
                name="reading_of_one_thing",
            ),
            models.UniqueConstraint(fields=["person", "post"], name="reading_of_post_once"),
            models.UniqueConstraint(fields=["person", "event"], name="reading_of_event_once"),
        ]


class MailChoice(models.Model):
    """What mail somebody gets about messages. Without a row: what is critical and a digest, for administrators and
    agents; for others none.
    """

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="+")
    at_once = models.CharField(max_length=20, choices=[(a, a) for a in AtOnce])
    takes_digest = models.BooleanField()

    class Meta:
        db_table = "messages_mailchoice"
        constraints = [models.CheckConstraint(condition=Q(at_once__in=list(AtOnce)), name="mail_choice_known")]


class PromotionChoiceQuerySet(models.QuerySet["PromotionChoice"]):
    def visible_to(self, access: Access) -> "PromotionChoiceQuerySet":
        return self.filter(customer_id__in=access.customers)


class PromotionChoice(models.Model):
    """Whether a customer wants the provider's advertising for what a partner sells. Without a row: no."""

    customer = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT, related_name="+")
    takes_promotions = models.BooleanField()
    changed_by = _author()
    changed_at = models.DateTimeField()

    objects = PromotionChoiceQuerySet.as_manager()

    class Meta:
        db_table = "messages_promotionchoice"


class Digest(models.Model):
    """A week whose digests were written, so that they are written once."""

    organization = _provider()
    week_on = models.DateField()  # its first day
    at = models.DateTimeField()

    class Meta:
        db_table = "messages_digest"
        constraints = [models.UniqueConstraint(fields=["organization", "week_on"], name="digest_once")]


class GuideVersion(models.Model):
    """The guide to the right place to ask, as it was from an instant on. Added and never changed."""

    organization = _provider()
    number = models.PositiveIntegerField()
    content = models.JSONField()  # as guide/rules.py reads it
    author = _author()
    at = models.DateTimeField()

    class Meta:
        db_table = "messages_guideversion"
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="guide_version_once")]
