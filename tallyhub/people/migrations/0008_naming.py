"""The history of support contacts, made of what is known: roles, invitations and the journal."""

import django.db.models.deletion
from django.db import migrations, models

from tallyhub.kernel.walls import (
    CUSTOMERS,
    INSIDE,
    MANAGED,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    no_same_customer,
    no_wall,
    only_for_app,
    same_customer,
    wall,
)

# The app's role reads. What is written follows from roles and invitations, by one function.
WALL = (
    wall("people_naming", f"workspace_id = ANY ({MANAGED}) OR person_id = {PERSON}")
    + "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON people_naming FROM {app};"
    + same_customer("people_naming", "workspace_id", "organizations_workspace")
)
# What holds now is a support contact's role, or an open invitation with it; both end together where both are there.
# A role of a directory's group ends by itself: that it will is written down with it.
SETTLE = f"""
CREATE FUNCTION people_settle_namings(the_customer bigint, people bigint[], by_whom bigint, instant timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT coalesce(the_customer = ANY ({INSIDE}), false) THEN
        RETURN;
    END IF;
    WITH facts AS (
        SELECT f.workspace_id, f.person_id, bool_or(f.is_held) AS is_held,
               CASE WHEN bool_and(f.ends_at IS NOT NULL) THEN max(f.ends_at) END AS ends_at
        FROM (SELECT g.workspace_id, g.person_id, true AS is_held, g.ends_at
              FROM organizations_accessgrant g
              WHERE g.customer_id = the_customer AND g.person_id = ANY (people) AND g.role = 'support_contact'
                AND g.starts_at <= instant AND (g.ends_at IS NULL OR g.ends_at > instant)
              UNION ALL
              SELECT i.workspace_id, i.person_id, false, NULL FROM people_invitation i
              WHERE i.customer_id = the_customer AND i.person_id = ANY (people)
                AND 'support_contact' = ANY (i.roles) AND i.accepted_at IS NULL AND i.voided_at IS NULL) f
        GROUP BY f.workspace_id, f.person_id
    ), running AS (
        SELECT n.id, n.workspace_id, n.person_id FROM people_naming n
        WHERE n.customer_id = the_customer AND n.person_id = ANY (people)
          AND (n.ended_at IS NULL OR n.ended_at > instant)
    ), changed AS (
        UPDATE people_naming n
        SET ended_at = CASE WHEN f.person_id IS NULL THEN instant ELSE f.ends_at END,
            ended_by_id = CASE WHEN f.person_id IS NULL THEN by_whom END,
            registered_at = CASE WHEN f.is_held THEN coalesce(n.registered_at, instant) ELSE n.registered_at END
        FROM running r LEFT JOIN facts f
             ON f.person_id = r.person_id AND f.workspace_id IS NOT DISTINCT FROM r.workspace_id
        WHERE n.id = r.id
    )
    INSERT INTO people_naming (customer_id, workspace_id, person_id, named_at, named_by_id, registered_at, ended_at)
    SELECT the_customer, f.workspace_id, f.person_id, instant, by_whom, CASE WHEN f.is_held THEN instant END, f.ends_at
    FROM facts f
    WHERE NOT EXISTS (SELECT FROM running r
                      WHERE r.person_id = f.person_id AND r.workspace_id IS NOT DISTINCT FROM f.workspace_id)
    ON CONFLICT DO NOTHING;
END $$;
"""
# Numbers only, as people_contacts_named: who manages one workspace does not read who was named in another one.
_REACHED = f"""(a.customer_id = ANY ({CUSTOMERS}) OR EXISTS (
        SELECT FROM agreements_mapping m JOIN agreements_package k ON k.id = m.package_id
        WHERE k.agreement_id = a.id AND m.workspace_id = ANY ({WORKSPACES})))"""
_THERE = """n.customer_id = a.customer_id AND (n.workspace_id IS NULL OR n.workspace_id IN (
        SELECT m.workspace_id FROM agreements_mapping m JOIN agreements_package k ON k.id = m.package_id
        WHERE k.agreement_id = a.id))"""
COUNT = f"""
CREATE FUNCTION people_named_at(agreements bigint[], instants timestamptz[])
RETURNS TABLE (agreement_id bigint, instant timestamptz, named bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, q.instant, count(DISTINCT n.person_id)
    FROM unnest(agreements, instants) AS q (agreement_id, instant)
    JOIN agreements_agreement a ON a.id = q.agreement_id AND {_REACHED}
    LEFT JOIN people_naming n ON {_THERE}
          AND n.named_at <= q.instant AND (n.ended_at IS NULL OR n.ended_at > q.instant)
    GROUP BY a.id, q.instant;
END $$;
CREATE FUNCTION people_count_namings(agreements bigint[], begins timestamptz[], ends timestamptz[])
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT count(DISTINCT n.id)
    FROM unnest(agreements, begins, ends) AS q (agreement_id, begins_at, ends_at)
    JOIN agreements_agreement a ON a.id = q.agreement_id AND {_REACHED}
    JOIN people_naming n ON {_THERE}
         AND n.named_at <= q.ends_at AND (n.ended_at IS NULL OR n.ended_at > q.begins_at));
END $$;
"""
# Whoever is one now, since when and by whom as far as it is known: from the invitation, else from the journal.
KNOWN_NOW = """
INSERT INTO people_naming (customer_id, workspace_id, person_id, named_at, named_by_id, registered_at, ended_at)
SELECT f.customer_id, f.workspace_id, f.person_id, least(f.held_at, i.made_at),
       CASE WHEN i.id IS NOT NULL AND i.made_at <= coalesce(f.held_at, i.made_at) THEN i.made_by_id ELSE (
           SELECT e.actor_id FROM journal_event e
           WHERE e.customer_id = f.customer_id AND e.kind = 'organizations.role_given'
             AND e.subject_id = f.person_id AND e.workspace_id IS NOT DISTINCT FROM f.workspace_id
             AND e.details ->> 'role' = 'support_contact'
           ORDER BY e.at DESC, e.id DESC LIMIT 1) END,
       f.held_at, f.ends_at
FROM (SELECT customer_id, workspace_id, person_id, min(starts_at) AS held_at,
             CASE WHEN bool_and(ends_at IS NOT NULL) THEN max(ends_at) END AS ends_at
      FROM (SELECT g.customer_id, g.workspace_id, g.person_id, g.starts_at, g.ends_at FROM organizations_accessgrant g
            WHERE g.role = 'support_contact'
            UNION ALL
            SELECT i.customer_id, i.workspace_id, i.person_id, NULL, NULL FROM people_invitation i
            WHERE 'support_contact' = ANY (i.roles) AND i.accepted_at IS NULL AND i.voided_at IS NULL) each
      GROUP BY 1, 2, 3) f
LEFT JOIN people_invitation i ON i.workspace_id = f.workspace_id AND i.person_id = f.person_id
      AND 'support_contact' = ANY (i.roles) AND i.voided_at IS NULL
      AND (i.accepted_at IS NULL OR f.held_at <= i.accepted_at + interval '1 minute');
"""
# Whoever was one: each time that the role was given, until it was next taken or they left, and is not held since then.
KNOWN_BEFORE = """
INSERT INTO people_naming (customer_id, workspace_id, person_id, named_at, named_by_id, registered_at,
                           ended_at, ended_by_id)
SELECT DISTINCT ON (g.customer_id, g.workspace_id, g.subject_id, t.id)
       g.customer_id, g.workspace_id, g.subject_id, g.at, g.actor_id, g.at, t.at, t.actor_id
FROM journal_event g
CROSS JOIN LATERAL (
    SELECT t.id, t.at, t.actor_id FROM journal_event t
    WHERE t.customer_id = g.customer_id AND t.workspace_id IS NOT DISTINCT FROM g.workspace_id
      AND t.subject_id = g.subject_id AND (t.at, t.id) > (g.at, g.id)
      AND (t.kind = 'organizations.member_removed'
           OR t.kind = 'organizations.role_taken' AND t.details ->> 'role' = 'support_contact')
    ORDER BY t.at, t.id LIMIT 1) t
WHERE g.kind = 'organizations.role_given' AND g.details ->> 'role' = 'support_contact' AND g.subject_id IS NOT NULL
  AND (g.workspace_id IS NULL OR EXISTS (
      SELECT FROM organizations_workspace w WHERE w.id = g.workspace_id AND w.customer_id = g.customer_id))
  AND NOT EXISTS (SELECT FROM people_naming n
                  WHERE n.customer_id = g.customer_id AND n.workspace_id IS NOT DISTINCT FROM g.workspace_id
                    AND n.person_id = g.subject_id AND n.named_at < t.at)
ORDER BY g.customer_id, g.workspace_id, g.subject_id, t.id, g.at, g.id;
"""
DEFINERS = ("people_settle_namings", "people_named_at", "people_count_namings")
FORWARD = WALL + SETTLE + COUNT + "".join(map(only_for_app, DEFINERS))
REVERSE = (
    "".join(f"DROP FUNCTION {name};" for name in DEFINERS)
    + no_same_customer("people_naming", "workspace_id")
    + no_wall("people_naming")
)


class Migration(migrations.Migration):
    dependencies = [("people", "0007_invitations_to_unconfirmed"), ("journal", "0007_request_looks")]
    operations = [
        migrations.CreateModel(
            name="Naming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("named_at", models.DateTimeField()),
                ("named_by_id", models.BigIntegerField(null=True)),
                ("registered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "named_at", "id"], name="naming_by_time"),
                    models.Index(fields=["customer", "person_id"], name="naming_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("customer", "workspace", "person_id"),
                        name="naming_runs_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("named_at")), _connector="OR"
                        ),
                        name="naming_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("registered_at", None), ("registered_at__gte", models.F("named_at")), _connector="OR"
                        ),
                        name="naming_registers_after_it_begins",
                    ),
                ],
            },
        ),
        RunRoleSQL(FORWARD, REVERSE),
        RunRoleSQL(KNOWN_NOW + KNOWN_BEFORE, migrations.RunSQL.noop),
    ]
