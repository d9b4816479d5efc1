"""Tokens that read and write support requests; and the idempotency keys of people who work in one workspace only."""

from django.db import migrations, models

from tallyhub.kernel.walls import INSIDE, PERSON, RunRoleSQL

SCOPES = ["agreements:read", "entries:read", "entries:write", "requests:read", "requests:write"]
# By one's own token, inside the customer that is worked in; others' answers stay hidden.
OWN = f"""customer_id = ANY ({INSIDE}) AND EXISTS (
    SELECT FROM accounts_token t WHERE t.id = token_id AND t.person_id = {PERSON}
    AND t.customer_id = journal_answered.customer_id)"""
FORWARD = f"""
CREATE POLICY own_readable ON journal_answered FOR SELECT USING ({OWN});
CREATE POLICY own_added ON journal_answered FOR INSERT WITH CHECK ({OWN});
CREATE POLICY own_changed ON journal_answered FOR UPDATE USING ({OWN}) WITH CHECK ({OWN});
"""
REVERSE = "".join(f"DROP POLICY own_{act} ON journal_answered;" for act in ("readable", "added", "changed"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_confirmed_and_vouched"),
        ("journal", "0006_answered_walls"),
        ("organizations", "0010_list_of_people"),
    ]
    operations = [
        migrations.RemoveConstraint("token", "token_scopes_known"),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(condition=models.Q(scopes__contained_by=SCOPES), name="token_scopes_known"),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
