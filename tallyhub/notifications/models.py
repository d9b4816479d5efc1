"""The outbox, and what is known about mail to a person."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES
from tallyhub.health.models import Visitor
from tallyhub.kernel.access import Access
from tallyhub.notifications.rules import State
from tallyhub.organizations.models import Organization


class NewsAddressQuerySet(models.QuerySet["NewsAddress"]):
    def visible_to(self, access: Access) -> "NewsAddressQuerySet":
        return self.filter(customer_id__in=access.customers_in_whole)


class NewsAddress(models.Model):
    """A mailbox of a customer to which news of the provider goes, in a domain that the customer has proved."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=5, choices=LANGUAGES)
    added_at = models.DateTimeField()
    bounces = models.SmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)

    objects = NewsAddressQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("customer", Lower("address"), name="news_address_once")]


class Mail(models.Model):
    """One mail to one person, to a visitor without an account, or to a mailbox of a customer: ids and codes only. Its
    words are made from the reader's data when it is sent.
    """

    # Random, made by whoever adds the row, who need not be allowed to read it; the mail's Message-ID and return path.
    key = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    visitor = models.ForeignKey(Visitor, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.ForeignKey(NewsAddress, null=True, on_delete=models.CASCADE, related_name="+")
    letter = models.CharField(max_length=80)  # which one of letters.py
    params = models.JSONField(default=dict)
    thread = models.CharField(max_length=80, blank=True)  # "request-17": its mails are answers to one another
    state = models.CharField(max_length=10, choices=[(s, s) for s in State], default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=40, blank=True)  # a code; what a server says may hold the address

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, visitor=None, address=None)
                | Q(person=None, visitor__isnull=False, address=None)
                | Q(person=None, visitor=None, address__isnull=False),
                name="mail_has_one_reader",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state=State.WAITING), name="mail_due"),
            models.Index(fields=["person", "thread", "created_at"], name="mail_of_thread"),
            models.Index(fields=["thread"], condition=~Q(thread=""), name="mail_in_thread"),  # who has had one
        ]


class Mailbox(models.Model):
    """What is known about mail to a person. No row: nothing bad."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="+")
    bounces = models.SmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # a code: "bounces", "550"
    takes_digests = models.BooleanField(default=True)
