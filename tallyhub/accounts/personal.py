"""What this package holds about a person; children before what they point at, because that is the order of erasing."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

HOLDINGS = (
    Holding(
        name="tokens",
        title=_("Access tokens"),
        table="accounts_token",
        condition="person_id = %(person)s AND customer_id IS NOT NULL",
        columns=("id", "customer_id", "name", "scopes", "made_at", "expires_at", "last_used_at", "revoked_at"),
        customer="customer_id",
    ),
    Holding(
        name="work_tokens",
        title=_("Access tokens for one’s work"),
        table="accounts_token",
        condition="person_id = %(person)s AND organization_id IS NOT NULL",
        columns=("id", "organization_id", "name", "scopes", "made_at", "expires_at", "last_used_at", "revoked_at"),
    ),
    Holding(
        name="customers_tokens",
        title=_("Access tokens made for the organisation"),
        table="accounts_token",
        condition="made_by_id = %(person)s AND person_id IS NULL",
        columns=("id", "customer_id", "name", "scopes", "made_at", "expires_at"),
        customer="customer_id",
        stays=_("Programs of the organisation use them. They hold a number and no name."),
    ),
    Holding(
        name="sessions",
        title=_("Signed-in browsers"),
        table="accounts_session",
        condition="person_id = %(person)s",
        columns=("expire_date", "customer_id", "workspace_id"),
    ),
    Holding(
        name="address_confirmations",
        title=_("Confirmations of email addresses"),
        table="account_emailconfirmation",
        condition="email_address_id IN (SELECT id FROM account_emailaddress WHERE user_id = %(person)s)",
        columns=("created", "sent"),
    ),
    Holding(
        name="addresses",
        title=_("Email addresses"),
        table="account_emailaddress",
        condition="user_id = %(person)s",
        columns=("email", "verified", '"primary"'),
    ),
    Holding(
        name="profile",
        title=_("Name, address and profile"),
        table="accounts_person",
        condition="id = %(person)s",
        columns=("id", "name", "email", "language", "zone", "theme", "is_active", "created_at", "last_login"),
    ),
)
