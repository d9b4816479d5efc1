"""What this package holds about a person: what they read and were sent; as a number that stays, what they wrote."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_STAYS = _("Others rely on it. It holds a number and no name.")
HOLDINGS = (
    Holding(
        name="articles_readings",
        title=_("Articles that were read, and whether each helped"),
        table="articles_reading",
        condition="person_id = %(person)s",
        columns=("article_id", "number", "read_at", "is_solved", "answered_at"),
    ),
    Holding(
        name="articles_sent_to",
        title=_("Articles that one was sent, and what came of it"),
        table="articles_sentto",
        condition="person_id = %(person)s",
        columns=("sent_id", "customer_id", "opened_at", "is_solved", "answered_at"),
        customer="customer_id",
    ),
    Holding(
        name="articles_sent",
        title=_("Articles that were sent to customers"),
        table="articles_sent",
        condition="sent_by_id = %(person)s",
        columns=("article_id", "number", "customer_id", "request_id", "at"),
        stays=_STAYS,
    ),
    Holding(
        name="articles_written",
        title=_("Articles that were published"),
        table="articles_version",
        condition="author_id = %(person)s",
        columns=("article_id", "number", "at"),
        stays=_STAYS,
    ),
    Holding(
        name="articles_drafts",
        title=_("Drafts of articles that were written"),
        table="articles_draft",
        condition="changed_by_id = %(person)s",
        columns=("article_id", "titles", "bodies", "changed_at"),
        stays=_STAYS,
    ),
)
