"""An indirect provider may ask for a delegation for its reseller, who must agree before the customer hears of it."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from tallyhub.kernel.walls import CUSTOMERS, ORGANIZATIONS, RunRoleSQL

_BEFORE = import_module("tallyhub.partners.migrations.0002_walls")
STATES = ["created", "consent", "pending", "active", "rejected", "terminated"]
MINE, PROVIDER = _BEFORE.MINE, _BEFORE.PROVIDER
SENT = f"customer_id = ANY ({CUSTOMERS}) AND state <> 'created' AND requested_at IS NOT NULL"
ASKED = f"provider_id = ANY ({ORGANIZATIONS})"
# Nobody asks in the name of a reseller that has authorised no partnership, and nobody in another's name.
RUNS = """EXISTS (
    SELECT FROM partners_partnership s WHERE s.provider_id = partners_delegation.provider_id
      AND s.reseller_id = partners_delegation.organization_id AND s.authorised_at IS NOT NULL AND s.ended_at IS NULL)"""
WALL = f"""
DROP POLICY readable ON partners_delegation;
DROP POLICY added ON partners_delegation;
DROP POLICY changed ON partners_delegation;
CREATE POLICY readable ON partners_delegation FOR SELECT USING ({MINE} OR {SENT} OR {PROVIDER} OR {ASKED});
CREATE POLICY added ON partners_delegation FOR INSERT
    WITH CHECK ({MINE} AND provider_id IS NULL OR {ASKED} AND state = 'consent' AND {RUNS});
CREATE POLICY changed ON partners_delegation FOR UPDATE
    USING ({MINE} OR {SENT} OR {PROVIDER} OR {ASKED} AND state = 'consent')
    WITH CHECK ({MINE} OR {SENT} OR {PROVIDER} OR {ASKED} AND state = 'terminated');
"""
_READS, _ADDS, _CHANGES, _ = _BEFORE.WALLS["delegation"]
NO_WALL = f"""
DROP POLICY readable ON partners_delegation;
DROP POLICY added ON partners_delegation;
DROP POLICY changed ON partners_delegation;
CREATE POLICY readable ON partners_delegation FOR SELECT USING ({_READS});
CREATE POLICY added ON partners_delegation FOR INSERT WITH CHECK ({_ADDS});
CREATE POLICY changed ON partners_delegation FOR UPDATE USING ({_CHANGES}) WITH CHECK ({_CHANGES});
"""
KNOWN_BEFORE = _BEFORE.KNOWN.partition("-- Who holds")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# What waits for the reseller waits, too: it must see the customer that it is about.
KNOWN = KNOWN_BEFORE.replace(
    "d.state = 'pending' AND d.requested_at >",
    "d.state IN ('consent', 'pending') AND coalesce(d.requested_at, d.proposed_at) >",
)


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_acceptance_walls"), ("organizations", "0013_staff_elsewhere")]
    operations = [
        migrations.AddField("delegation", "consented_at", models.DateTimeField(null=True)),
        migrations.AddField("delegation", "consented_by_id", models.BigIntegerField(null=True)),
        migrations.AddField("delegation", "proposed_at", models.DateTimeField(null=True)),
        migrations.AddField("delegation", "proposed_by_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "delegation",
            "provider",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.RemoveConstraint("delegation", "delegation_state_known"),
        migrations.AlterField(
            "delegation",
            "state",
            models.CharField(choices=[(state, state) for state in STATES], default="created", max_length=10),
        ),
        migrations.AddConstraint(
            "delegation", models.CheckConstraint(condition=Q(state__in=STATES), name="delegation_state_known")
        ),
        migrations.AddConstraint(
            "delegation",
            models.CheckConstraint(
                condition=Q(provider=None, proposed_at=None) | Q(provider__isnull=False, proposed_at__isnull=False),
                name="delegation_proposed_by_a_provider",
            ),
        ),
        migrations.AddConstraint(
            "delegation",
            models.CheckConstraint(
                condition=Q(provider=None) | Q(requested_at=None) | Q(consented_at__isnull=False),
                name="delegation_sent_with_consent",
            ),
        ),
        RunRoleSQL(WALL + KNOWN, NO_WALL + KNOWN_BEFORE),
    ]
