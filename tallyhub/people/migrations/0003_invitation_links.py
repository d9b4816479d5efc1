"""What an invitation's link leads to, who is to be reminded, and who knows somebody by an invitation."""

from django.db import migrations, models

from tallyhub.kernel.walls import CUSTOMERS, WORKSPACES, RunRoleSQL, only_for_app

# Before the person is known no policy could let anybody read an invitation. Python has checked the signature of id and
# serial; an older serial shows that there is a newer one. The inviter's name is told where the customer knows them.
INVITATION_OF = """
CREATE FUNCTION people_invitation_of(the_id bigint, the_serial int)
RETURNS TABLE (id bigint, serial int, customer_id bigint, customer_name varchar, customer_zone varchar,
               workspace_id bigint, workspace_name varchar, is_archived boolean, person_id bigint, name varchar,
               email varchar, roles varchar[], language varchar, made_by_id bigint, inviter_name varchar,
               expires_at timestamptz, accepted_at timestamptz, voided_at timestamptz, asked_at timestamptz,
               may_sign_in boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.serial, i.customer_id, o.name, o.zone, i.workspace_id, w.name, w.archived_at IS NOT NULL,
           i.person_id, i.name, i.email, i.roles, i.language, i.made_by_id, b.name,
           i.expires_at, i.accepted_at, i.voided_at, i.asked_at,
           left(p.password, 1) <> '!'
           OR EXISTS (SELECT FROM organizations_workaccount a WHERE a.person_id = p.id)
    FROM people_invitation i
    JOIN organizations_organization o ON o.id = i.customer_id
    JOIN organizations_workspace w ON w.id = i.workspace_id
    JOIN accounts_person p ON p.id = i.person_id AND p.is_active
    LEFT JOIN accounts_person b ON b.id = i.made_by_id AND (
        EXISTS (SELECT FROM organizations_membership m WHERE m.person_id = b.id AND m.customer_id = i.customer_id)
        OR EXISTS (SELECT FROM organizations_accessgrant g WHERE g.person_id = b.id AND g.customer_id = i.customer_id))
    WHERE i.id = the_id AND i.serial >= the_serial;
$$;
"""
# Of all customers: a job begins without knowing any. The same condition marks them, customer by customer.
TO_REMIND = """
CREATE FUNCTION people_customers_to_remind(instant timestamptz, after interval[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT i.customer_id FROM people_invitation i
    WHERE i.accepted_at IS NULL AND i.voided_at IS NULL AND i.expires_at > instant
      AND i.reminders < (SELECT count(*) FROM unnest(after) a WHERE i.sent_at + a <= instant);
$$;
"""
# To erase somebody who was invited and never came, and not to erase whom another customer has invited.
CUSTOMERS_OF = """
CREATE FUNCTION people_customers_of(the_person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT i.customer_id FROM people_invitation i WHERE i.person_id = the_person;
$$;
"""
# For a warning to whoever invites into a workspace only, who may not read the customer's own rows.
OWN_DOMAINS = f"""
CREATE FUNCTION people_own_domains(the_customer bigint) RETURNS SETOF varchar
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.domain FROM organizations_proveddomain d
    WHERE d.customer_id = the_customer AND d.proved_at IS NOT NULL
      AND (the_customer = ANY ({CUSTOMERS}) OR EXISTS (
              SELECT FROM organizations_workspace w WHERE w.customer_id = the_customer AND w.id = ANY ({WORKSPACES})));
$$;
"""
NAMES = ("people_invitation_of", "people_customers_to_remind", "people_customers_of", "people_own_domains")

FORWARD = INVITATION_OF + TO_REMIND + CUSTOMERS_OF + OWN_DOMAINS + "".join(map(only_for_app, NAMES))
REVERSE = "".join(f"DROP FUNCTION {name};" for name in NAMES)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_walls")]
    operations = [
        migrations.AddField("invitation", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("invitation", "told_serial", models.IntegerField(default=0)),
        RunRoleSQL(FORWARD, REVERSE),
    ]
