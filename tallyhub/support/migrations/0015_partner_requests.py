"""Requests that a customer asks of a partner. The provider's staff see none of them; the partner's people and those of
its supplier see theirs from their own desk, whatever the customer has delegated (R5.3).

In the workspaces where staff oversee all requests these are the provider's alone; a customer's own people oversee both.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from tallyhub.kernel.walls import INSIDE, ORGANIZATIONS, PERSON, WORKSPACES, RunRoleSQL, only_for_app

_WALLS = import_module("tallyhub.support.migrations.0002_walls")
_FIND = import_module("tallyhub.support.migrations.0013_newest_first")
_LOOK_UPS = import_module("tallyhub.support.migrations.0007_time_lookups")
_COUNTED = import_module("tallyhub.support.migrations.0011_open_and_closed")
_REPLACE = "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"

HUB, OVERSEEN, GIVEN, HERE, STAFFED = _WALLS.HUB, _WALLS.OVERSEEN, _WALLS.GIVEN, _WALLS.HERE, _WALLS.STAFFED
OWN = "(SELECT support_overseen_own())::bigint[]"


def _desk(row: str) -> str:
    return f"({row}partner_id = ANY ({ORGANIZATIONS}) OR {row}desk_id = ANY ({ORGANIZATIONS}))"


SEEN = f"""{HUB} OR workspace_id = ANY ({OVERSEEN}) AND (partner_id IS NULL OR workspace_id = ANY ({OWN}))
    OR workspace_id = ANY ({WORKSPACES}) AND EXISTS (
        SELECT FROM support_requestviewer v WHERE v.request_id = support_request.id AND {GIVEN})
    OR {_desk("")}"""
# Of a partner request staff of the provider must not even learn to whom it was given.
VIEWERS_SEEN = f"""{HUB} OR workspace_id = ANY ({OWN})
    OR workspace_id = ANY ({WORKSPACES}) AND (person_id = {PERSON} OR group_id = ANY ({_WALLS.GROUPS}))
    OR support_sees(request_id)"""
NOTES_SEEN = f"""EXISTS (SELECT FROM support_request r WHERE r.id = request_id
    AND (r.partner_id IS NULL AND r.workspace_id = ANY ({STAFFED}) OR {_desk("r.")}))"""

LOOK_UPS = f"""
CREATE FUNCTION support_overseen_own() RETURNS bigint[]  -- by the customer's own people
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {_WALLS._HELD}
    AND g.role IN ('customer_administrator', 'workspace_administrator', 'view_all_support_requests')
    AND g.customer_id = ANY ({INSIDE}); $$;
CREATE OR REPLACE FUNCTION support_sees(the_request bigint) RETURNS boolean
LANGUAGE sql STABLE COST 5000 SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM support_request WHERE id = the_request AND ({SEEN}));
$$;
-- Where the requests of one's desk come from: the names of customers and workspaces that one need not work inside.
CREATE FUNCTION support_desk_places(places bigint[])
RETURNS TABLE (customer_id bigint, customer varchar, workspace_id bigint, workspace varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, o.name, w.id, w.name FROM organizations_workspace w
    JOIN organizations_organization o ON o.id = w.customer_id
    WHERE w.id = ANY (places) AND EXISTS (
        SELECT FROM support_request r WHERE r.workspace_id = w.id AND r.partner_id IS NOT NULL AND {_desk("r.")})
    ORDER BY o.name, o.id, w.name, w.id;
$$;
-- Who of these works, or worked, at a desk that the customer worked inside asks something of, and for whom.
CREATE FUNCTION support_desk_names(people bigint[]) RETURNS TABLE (id bigint, name varchar, organization varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name, o.name FROM organizations_staff s
    JOIN organizations_organization o ON o.id = s.organization_id AND o.kind = 'partner'
    JOIN accounts_person p ON p.id = s.person_id
    WHERE s.person_id = ANY (people) AND EXISTS (
        SELECT FROM support_request r WHERE r.customer_id = ANY (tallyhub_inside()) AND r.partner_id IS NOT NULL
            AND o.id IN (r.partner_id, r.desk_id));
$$;
"""
NEW = ("support_overseen_own", "support_desk_places", "support_desk_names")


def _find(seen: str) -> str:
    text: str = _FIND.FORWARD[_FIND.FORWARD.index("CREATE FUNCTION") : _FIND.FORWARD.index("REVOKE")]
    columns = "SELECT id, customer_id, workspace_id, opened_at"
    return text.replace(_WALLS.SEEN, seen).replace(columns, f"{columns}, partner_id, desk_id").replace(*_REPLACE)


def _without_partners(text: str) -> str:
    """What is placed under an entitlement is the provider's."""
    return text.replace("r.merged_into_id IS NULL", "r.merged_into_id IS NULL AND r.partner_id IS NULL")


_SEES_BEFORE = _WALLS.LOOK_UPS[
    _WALLS.LOOK_UPS.index("CREATE FUNCTION support_sees") : _WALLS.LOOK_UPS.index("CREATE FUNCTION support_may_give")
]
_COUNTS = [
    _LOOK_UPS.COUNTED,
    _LOOK_UPS.ROWS,
    _COUNTED.FORWARD[: _COUNTED.FORWARD.index("REVOKE")],
]


def _policies(seen: str, viewers: str, notes: str) -> str:
    """Policies that are there, with other conditions."""
    own = f"{notes} AND {HERE}"
    return f"""
ALTER POLICY readable ON support_request USING ({seen});
ALTER POLICY changed ON support_request USING (({seen}) AND ({HUB} OR {HERE}));
ALTER POLICY readable ON support_requestviewer USING ({viewers});
""" + "".join(
        f"""
ALTER POLICY readable ON {table} USING ({notes});
ALTER POLICY added ON {table} WITH CHECK ({own});
ALTER POLICY changed ON {table} USING ({own}) WITH CHECK ({own});
ALTER POLICY removed ON {table} USING ({own});
"""
        for table in _WALLS.OF_STAFF
    )


FORWARD = (
    LOOK_UPS
    + "".join(map(only_for_app, NEW))
    + _find(SEEN)
    + "".join(_without_partners(one).replace(*_REPLACE) for one in _COUNTS)
    + _policies(SEEN, VIEWERS_SEEN, NOTES_SEEN)
)
REVERSE = (
    _policies(_WALLS.SEEN, _WALLS.VIEWERS_SEEN, f"workspace_id = ANY ({STAFFED})")
    + "".join(one.replace(*_REPLACE) for one in _COUNTS)
    + _find(_WALLS.SEEN)
    + _SEES_BEFORE.replace(*_REPLACE)
    + "".join(f"DROP FUNCTION {name};" for name in reversed(NEW))
)


def _organization() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        "organizations.organization",
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        db_index=False,
    )


class Migration(migrations.Migration):
    dependencies = [("support", "0014_delegated"), ("organizations", "0013_staff_elsewhere")]
    operations = [
        migrations.AddField("request", "partner", _organization()),
        migrations.AddField("request", "desk", _organization()),
        migrations.AddConstraint(
            "request",
            models.CheckConstraint(
                condition=Q(partner=None, desk=None) | Q(partner__isnull=False, desk__isnull=False),
                name="request_partner_has_desk",
            ),
        ),
        migrations.RemoveIndex("request", "request_by_placement"),
        migrations.AddIndex(
            "request",
            models.Index(
                condition=Q(("merged_into", None), ("partner", None)) & ~Q(status="cancelled"),
                fields=["workspace", "kind", "request_class", "agreement", "package", "product"],
                name="request_by_placement",
            ),
        ),
        migrations.AddIndex(
            "request",
            models.Index(
                fields=["customer", "partner", "desk"],
                condition=Q(partner__isnull=False),
                name="request_of_both",
            ),
        ),
        migrations.AddIndex(
            "request",
            models.Index(
                fields=["partner", "-opened_at", "-id"], condition=Q(partner__isnull=False), name="request_of_partner"
            ),
        ),
        migrations.AddIndex(
            "request",
            models.Index(
                fields=["desk", "-opened_at", "-id"], condition=Q(partner__isnull=False), name="request_at_desk"
            ),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
