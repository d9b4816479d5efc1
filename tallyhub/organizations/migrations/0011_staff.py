"""Who works for the provider or a partner, and what they may do there; a setting says for which one they act."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tallyhub.kernel.walls import ORGANIZATIONS, PERSON, RunRoleSQL, only_for_app

SETTING = """
CREATE FUNCTION tallyhub_organizations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(nullif(current_setting('tallyhub.organizations', true), ''), ',')::bigint[];
"""
WALL = f"""
ALTER TABLE organizations_staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON organizations_staff FOR SELECT
    USING (organization_id = ANY ({ORGANIZATIONS}) OR person_id = {PERSON});
CREATE POLICY writable ON organizations_staff FOR ALL USING (organization_id = ANY ({ORGANIZATIONS}))
    WITH CHECK (organization_id = ANY ({ORGANIZATIONS}));
CREATE POLICY left_by_oneself ON organizations_staff FOR DELETE USING (person_id = {PERSON});
"""
# A customer's identity provider vouches for its own people: a session of its opens nobody else's house.
STAFF_OF = """
CREATE FUNCTION organizations_staff_of(the_person bigint, vouched_by bigint, instant timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_array(o.id, o.name, o.kind, to_jsonb(s.roles))
    FROM organizations_staff s JOIN organizations_organization o ON o.id = s.organization_id
    WHERE s.person_id = the_person AND vouched_by IS NULL
      AND s.starts_at <= instant AND (s.ends_at IS NULL OR s.ends_at > instant);
$$;
REVOKE ALL ON FUNCTION organizations_staff_of FROM PUBLIC;
CREATE FUNCTION organizations_is_employed(the_person bigint) RETURNS boolean  -- whoever erases must know
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM organizations_staff WHERE person_id = the_person);
$$;
"""
SIGN_ON = """
DROP FUNCTION organizations_sign_on(text, timestamptz);
CREATE FUNCTION organizations_sign_on(the_key text, instant timestamptz)
RETURNS TABLE (session_data text, person_id bigint, password varchar, name varchar, email varchar, language varchar,
               zone varchar, theme varchar, workspace_id bigint, staff jsonb, customer_id bigint,
               customer_name varchar, grants jsonb, places jsonb, customer_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.session_data, p.id, p.password, p.name, p.email, p.language, p.zone, p.theme, s.workspace_id,
           organizations_staff_of(p.id, s.vouched_by_id, instant),
           i.customer_id, i.customer_name, i.grants, i.places, i.customer_count
    FROM accounts_session s
    LEFT JOIN accounts_person p ON p.id = s.person_id AND p.is_active
    LEFT JOIN LATERAL organizations_person_in(p.id, s.customer_id, array_remove(ARRAY[s.vouched_by_id], NULL),
                                              s.vouched_by_id, instant) i ON true
    WHERE s.session_key = the_key AND s.expire_date > instant;
END $$;
"""
_CALLERS = import_module("tallyhub.organizations.migrations.0009_work_accounts")._callers()
_BEFORE = _CALLERS.partition("CREATE OR REPLACE FUNCTION organizations_act_for")[0]
FORWARD = (
    SETTING
    + WALL
    + STAFF_OF
    + SIGN_ON
    + only_for_app("organizations_sign_on")
    + only_for_app("organizations_is_employed")
)
REVERSE = (
    "DROP FUNCTION organizations_sign_on(text, timestamptz);"
    + _BEFORE.replace("CREATE OR REPLACE", "CREATE")
    + only_for_app("organizations_sign_on")
    + "DROP FUNCTION organizations_is_employed; DROP FUNCTION organizations_staff_of;"
    + "".join(f"DROP POLICY {name} ON organizations_staff;" for name in ("readable", "writable", "left_by_oneself"))
    + "DROP FUNCTION tallyhub_organizations;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0010_list_of_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="organizations.organization",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
