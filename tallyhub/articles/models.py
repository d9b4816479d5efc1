"""What the provider writes about its products, who was sent it, and whether it helped."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL

from tallyhub.accounts.models import Person
from tallyhub.accounts.rules import LANGUAGES
from tallyhub.articles.rules import ArticleState
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.organizations.models import Organization

_HELD = "ARRAY(SELECT h.product_id FROM agreements_list_channels(tallyhub_inside(), %s) h)"


def _organization() -> "models.ForeignKey[Organization, Organization]":
    """Whose it is: what the policies of this package ask about writing."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")


def _article(related_name: str = "+") -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey("Article", on_delete=models.PROTECT, related_name=related_name, db_constraint=False)


def _current() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        "ArticleVersion", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


def _author() -> "models.ForeignKey[Person | None, Person | None]":
    return models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


def _products() -> "ArrayField[Any, Any]":
    """Their ids, as they were when it was written; a product never goes. None: about everything."""
    return ArrayField(models.BigIntegerField(), default=list)


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, access: Access) -> "ArticleQuerySet":
        """What is published: everything for whoever acts for the provider or a partner. Inside a customer, what is
        about something that it holds or about everything, and what somebody sent it.
        """
        there = self.filter(state=ArticleState.PUBLISHED)
        if access.organizations:
            return there
        if not access.customers:
            return there.none()
        held: Any = RawSQL(_HELD, [clock.now()])  # noqa: S611 - ours, with a parameter
        sent = Sent.objects.visible_to(access).values("article_id")
        return there.filter(Q(products=[]) | Q(products__overlap=held) | Q(pk__in=sent))


class Article(models.Model):
    """A text about products, as readers have it: its current version. What editors write is in its draft."""

    organization = _organization()
    state = models.CharField(max_length=20, choices=[(s, s) for s in ArticleState], default=ArticleState.DRAFT)
    current = _current()
    number = models.PositiveIntegerField(default=0)  # of the current version; 0: never published
    products = _products()  # of the current version
    published_at = models.DateTimeField(null=True)  # the current version
    made_at = models.DateTimeField()

    objects = ArticleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ArticleState)), name="article_state_known"),
            models.CheckConstraint(
                condition=Q(state=ArticleState.DRAFT, number=0, current=None, published_at=None)
                | ~Q(state=ArticleState.DRAFT) & Q(number__gt=0, current__isnull=False, published_at__isnull=False),
                name="article_published_has_a_version",
            ),
            models.UniqueConstraint(fields=["organization", "id"], name="article_of_provider"),
            models.UniqueConstraint(fields=["current"], name="article_current_once"),  # what a search finds leads to it
        ]
        indexes = [
            models.Index(  # the list
                fields=["-published_at", "-id"], condition=Q(state=ArticleState.PUBLISHED), name="article_newest"
            ),
            GinIndex(fields=["products"], name="article_of_products"),  # offered for a product
        ]


class ArticleDraft(models.Model):
    """What editors write of an article, for nobody else, until it is published as its next version."""

    article = models.OneToOneField(
        Article, primary_key=True, on_delete=models.PROTECT, related_name="draft", db_constraint=False
    )
    organization = _organization()
    titles = models.JSONField()  # by language: {"en": "Restore a backup", "de": …}
    bodies = models.JSONField()
    products = _products()
    version = models.PositiveIntegerField(default=1)  # rises with each change, so that nobody writes over another's
    is_published = models.BooleanField(default=False)  # readers have the same
    changed_by = _author()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "articles_draft"


class ArticleVersion(models.Model):
    """What an article said from an instant on. Added and never changed: the role that serves cannot."""

    organization = _organization()
    article = _article("versions")
    number = models.PositiveIntegerField()
    products = _products()
    author = _author()
    at = models.DateTimeField()

    class Meta:
        db_table = "articles_version"
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="article_version_of_provider"),
        ]


class ArticleText(models.Model):
    """A version in one language, and its words as that language's dictionary has them. Never changed either."""

    organization = _organization()
    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="texts", db_constraint=False)
    language = models.CharField(max_length=5, choices=LANGUAGES)
    title = models.CharField(max_length=200)
    body = models.TextField()
    words = models.GeneratedField(
        expression=Func("language", "title", "body", function="articles_words"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "articles_text"
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="article_text_once")]
        indexes = [GinIndex(fields=["words"], name="article_by_words")]


class ArticleReading(models.Model):
    """That somebody of a customer opened a version, and what they answered. Counted; whose it is, nobody else reads."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    article = _article()
    number = models.PositiveIntegerField()  # of the version
    read_at = models.DateTimeField()
    is_solved = models.BooleanField(null=True)  # None: not answered
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "articles_reading"
        constraints = [
            models.UniqueConstraint(fields=["person", "article", "number"], name="article_reading_once"),
            models.CheckConstraint(
                condition=Q(is_solved=None, answered_at=None) | Q(is_solved__isnull=False, answered_at__isnull=False),
                name="article_answer_has_its_time",
            ),
        ]


class SentQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "SentQuerySet":
        """What one's own organisation sent; else the customer's that is worked inside. A partner's people inside a
        customer do not read what another one sent there.
        """
        if access.organizations:
            return self.filter(organization_id__in=access.organizations)
        return self.filter(customer_id__in=access.customers)


class Sent(models.Model):
    """That somebody of the provider or a partner sent a customer an article about one of its requests."""

    organization = _organization()  # that sent it
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    article = _article()
    number = models.PositiveIntegerField()  # of the version, then
    request_id = models.BigIntegerField()  # of a package above
    sent_by = _author()
    at = models.DateTimeField()

    objects = SentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="sent_of_customer"),
            models.UniqueConstraint(
                fields=["customer", "request_id", "article", "number", "organization"], name="sent_once"
            ),
        ]


class SentToQuerySet(models.QuerySet[Any]):
    def visible_to(self, access: Access) -> "SentToQuerySet":
        """One's own; what came of it, for those who sent it and for whoever reads the customer in whole."""
        if access.organizations:
            return self.filter(sent__organization_id__in=access.organizations)
        mine = Q(customer_id__in=access.customers, person_id=access.person_id or 0)
        return self.filter(mine | Q(customer_id__in=access.customers_in_whole))


class SentTo(models.Model):
    """Somebody of the customer who was sent an article, and what came of it."""

    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    sent = models.ForeignKey(Sent, on_delete=models.CASCADE, related_name="people", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(null=True)
    is_solved = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = SentToQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sent", "person"], name="sent_to_once"),
            models.CheckConstraint(
                condition=Q(is_solved=None, answered_at=None)
                | Q(is_solved__isnull=False, answered_at__gte=F("opened_at")),
                name="sent_answer_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="sent_to_person")]
