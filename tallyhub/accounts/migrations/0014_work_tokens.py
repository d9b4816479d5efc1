"""Tokens for what somebody does at the provider or partner that they work for, inside no customer."""

from django.db import migrations, models
from django.db.models import Q

from tallyhub.kernel.walls import CUSTOMERS, ORGANIZATIONS, PERSON, WORKSPACES, RunRoleSQL

OF_CUSTOMER_SCOPES = [
    "agreements:read",
    "entries:read",
    "entries:write",
    "requests:read",
    "requests:write",
    "learning:read",
    "assessments:read",
    "assessments:write",
    "services:read",
    "services:write",
    "health:read",
    "messages:read",
    "articles:read",
    "wishes:write",
]
OF_WORK_SCOPES = ["helpdesk:read", "helpdesk:write"]
OWN = f"person_id = {PERSON}"
OF_CUSTOMER = f"(person_id IS NULL AND customer_id = ANY ({CUSTOMERS}))"
BELONGS_THERE = f"""(customer_id = ANY ({CUSTOMERS}) OR EXISTS (
    SELECT FROM organizations_workspace w
    WHERE w.customer_id = accounts_token.customer_id AND w.id = ANY ({WORKSPACES})))"""
WORKS_THERE = f"organization_id = ANY ({ORGANIZATIONS})"
# Of a token for one's work the answers name no customer: it may act for each that asks something of its desk.
OWN_ANSWER = f"""customer_id IS NULL AND EXISTS (
    SELECT FROM accounts_token t WHERE t.id = token_id AND t.person_id = {PERSON}
    AND t.organization_id = ANY ({ORGANIZATIONS}))"""
FORWARD = f"""
DROP POLICY writable ON accounts_token;
CREATE POLICY writable ON accounts_token FOR ALL USING ({OWN} OR {OF_CUSTOMER})
    WITH CHECK (({OWN} AND ({BELONGS_THERE} OR {WORKS_THERE})) OR {OF_CUSTOMER});
ALTER TABLE accounts_token ADD CONSTRAINT accounts_token_organization
    FOREIGN KEY (organization_id) REFERENCES organizations_organization (id);
CREATE POLICY work_readable ON journal_answered FOR SELECT USING ({OWN_ANSWER});
CREATE POLICY work_added ON journal_answered FOR INSERT WITH CHECK ({OWN_ANSWER});
CREATE POLICY work_changed ON journal_answered FOR UPDATE USING ({OWN_ANSWER}) WITH CHECK ({OWN_ANSWER});
"""
REVERSE = (
    "".join(f"DROP POLICY work_{act} ON journal_answered;" for act in ("readable", "added", "changed"))
    + f"""
DELETE FROM journal_answered WHERE customer_id IS NULL;
DELETE FROM accounts_token WHERE customer_id IS NULL;
ALTER TABLE accounts_token DROP CONSTRAINT accounts_token_organization;
DROP POLICY writable ON accounts_token;
CREATE POLICY writable ON accounts_token FOR ALL USING ({OWN} OR {OF_CUSTOMER})
    WITH CHECK (({OWN} AND {BELONGS_THERE}) OR {OF_CUSTOMER});
"""
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_wish_scope"),
        ("journal", "0008_answered_by_token"),
        ("organizations", "0014_at_work"),
    ]
    operations = [
        migrations.AlterField("token", "customer_id", models.BigIntegerField(null=True)),
        migrations.AddField("token", "organization_id", models.BigIntegerField(null=True)),
        migrations.RemoveConstraint("token", "token_scopes_known"),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(
                condition=Q(organization_id=None, scopes__contained_by=OF_CUSTOMER_SCOPES)
                | Q(organization_id__isnull=False, scopes__contained_by=OF_WORK_SCOPES),
                name="token_scopes_known",
            ),
        ),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(
                condition=Q(customer_id__isnull=False, organization_id=None)
                | Q(customer_id=None, organization_id__isnull=False, person__isnull=False),
                name="token_of_customer_or_work",
            ),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
