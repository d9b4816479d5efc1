"""What a partner mends of an escalation that came back is its own until it is sent again. And events of the journal say
of which partner something was asked, so that the staff of others do not read them.
"""

from django.db import migrations, models

from tallyhub.kernel.walls import ORGANIZATIONS, RunRoleSQL

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
OF_SEEN = "EXISTS (SELECT FROM helpdesk_escalation e WHERE e.id = escalation_id)"  # under the wall of that table
FILES = f"""
UPDATE helpdesk_escalationfile f SET sent_at = coalesce(e.submitted_at, e.forwarded_at)
    FROM helpdesk_escalation e WHERE e.id = f.escalation_id;
ALTER POLICY readable ON helpdesk_escalationfile USING ({OF_SEEN} AND ({MINE} OR sent_at IS NOT NULL));
ALTER POLICY changed ON helpdesk_escalationfile USING ({MINE}) WITH CHECK ({MINE});
REVOKE UPDATE ON helpdesk_escalationfile FROM {{app}};
GRANT UPDATE (sent_at) ON helpdesk_escalationfile TO {{app}};
"""
NO_FILES = f"""
GRANT UPDATE ON helpdesk_escalationfile TO {{app}};
ALTER POLICY changed ON helpdesk_escalationfile USING (false) WITH CHECK (false);
ALTER POLICY readable ON helpdesk_escalationfile USING ({OF_SEEN});
"""


def _asked_of(kinds: str, partner: str, tables: str) -> str:
    return f"""
UPDATE journal_event j SET details = j.details || jsonb_build_object('asked_of', {partner}) FROM {tables}
    AND j.kind {kinds} AND NOT j.details ? 'asked_of';
"""


PARTNER = "r.partner_id IS NOT NULL AND r.customer_id = j.customer_id"
EVENTS = (
    _asked_of(
        "LIKE 'support.%' AND j.kind <> 'support.message_added'", "r.partner_id",
        f"support_request r WHERE r.id = j.subject_id AND {PARTNER}",
    )
    + _asked_of(
        "= 'support.message_added'", "r.partner_id",
        f"support_request r WHERE r.number = j.details ->> 'request' AND {PARTNER}",
    )
    + _asked_of(
        "LIKE 'partners.consent_%'", "r.partner_id", f"support_request r WHERE r.id = j.subject_id AND {PARTNER}"
    )
    + _asked_of("= 'articles.sent'", "s.organization_id", """articles_sent s
    WHERE s.request_id::text = j.details ->> 'request' AND s.article_id = j.subject_id""")
    + _asked_of("LIKE 'partners.wish_%'", "o.id", """organizations_organization o
    WHERE o.id::text = j.details ->> 'partner' AND o.kind = 'partner'""")
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_walls"),
        ("helpdesk", "0007_former_desks"),
        ("journal", "0007_request_looks"),
        ("partners", "0011_wish_walls"),
        ("support", "0015_partner_requests"),
    ]
    operations = [
        migrations.AddField("escalation", "unsent", models.JSONField(null=True)),
        migrations.AddField("escalationfile", "sent_at", models.DateTimeField(null=True)),
        RunRoleSQL(FILES, NO_FILES),
        RunRoleSQL(EVENTS, migrations.RunSQL.noop),
    ]
