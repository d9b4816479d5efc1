"""People, their sessions, and access tokens."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tallyhub.accounts.rules import LANGUAGES, THEMES, check_zone
from tallyhub.accounts.tokens import OF_CUSTOMERS, OF_WORK
from tallyhub.kernel.access import Access


class PersonManager(BaseUserManager["Person"]):
    def create_person(
        self, *, name: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> "Person":
        """A person; without an address, or without a password, one who cannot sign in."""
        person = self.model(name=name, email=email, **more)
        person.set_password(password)  # None makes it unusable
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email_folded=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody the hub knows. Names and addresses stand here and in rows that go with the person; the append-only ones
    hold the id (R10.4)."""

    name = models.CharField(max_length=200)
    email = models.EmailField(null=True, blank=True)
    email_folded = models.GeneratedField(
        expression=Lower("email"), output_field=models.EmailField(null=True), db_persist=True
    )
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    theme = models.CharField(max_length=5, choices=THEMES, default="auto")
    is_active = models.BooleanField(default=True)
    confirmed_at = models.DateTimeField(null=True)  # a link that only the address gets was used, or an operator says so
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email_folded"], name="person_one_per_address"),
            models.CheckConstraint(condition=models.Q(theme__in=dict(THEMES)), name="person_theme_known"),
            models.CheckConstraint(condition=models.Q(language__in=dict(LANGUAGES)), name="person_language_known"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class Session(AbstractBaseSession):
    """A signed-in browser. Knows its person, so that the sessions of one person can be ended."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    # Where the person is signed in to. Wishes only: the rights are read anew each time.
    customer_id = models.BigIntegerField(null=True)
    workspace_id = models.BigIntegerField(null=True)
    vouched_by_id = models.BigIntegerField(
        null=True
    )  # the customer whose identity provider signed the person in (R7.2)

    class Meta:
        indexes = [models.Index(fields=["expire_date"], name="session_expiry")]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from tallyhub.accounts.sessions import SessionStore

        return SessionStore


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, access: Access) -> "TokenQuerySet":
        """One's own; and in whole the customer's own, which have no person."""
        own = Q(person_id=access.person_id or 0)
        return self.filter(own | Q(person=None, customer_id__in=access.customers_in_whole))


class Token(models.Model):
    """A secret by which a program acts inside one customer: for a person, or, without one, for the customer. Or at the
    provider or partner that a person works for, inside no customer.
    """

    customer_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)  # of the secret, which is not kept
    scopes = ArrayField(models.CharField(max_length=20))
    rights = ArrayField(models.CharField(max_length=30), default=list)  # of a customer's own; a person's are read anew
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organization_id=None, scopes__contained_by=list(OF_CUSTOMERS))
                | Q(organization_id__isnull=False, scopes__contained_by=list(OF_WORK)),
                name="token_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(customer_id__isnull=False, organization_id=None)
                | Q(customer_id=None, organization_id__isnull=False, person__isnull=False),
                name="token_of_customer_or_work",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_has_scope"),
        ]
        indexes = [models.Index(fields=["customer_id", "person"], name="token_of_customer")]
