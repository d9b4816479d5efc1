"""Nobody works for an organisation before they say so: they are invited by their address, and accept or decline."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tallyhub.kernel.walls import ORGANIZATIONS, PERSON, RunRoleSQL, only_for_app

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
WALL = f"""
ALTER TABLE partners_staffinvitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON partners_staffinvitation FOR SELECT USING ({MINE} OR person_id = {PERSON});
CREATE POLICY added ON partners_staffinvitation FOR INSERT WITH CHECK ({MINE});
CREATE POLICY changed ON partners_staffinvitation FOR UPDATE USING ({MINE}) WITH CHECK ({MINE});
CREATE POLICY erased ON partners_staffinvitation FOR DELETE USING (person_id = {PERSON});
"""
NO_WALL = (
    "".join(f"DROP POLICY {name} ON partners_staffinvitation;" for name in ("readable", "added", "changed", "erased"))
    + "ALTER TABLE partners_staffinvitation DISABLE ROW LEVEL SECURITY;"
)
# For who holds a link, before anybody is signed in. Python has checked the signature of id and serial; an older serial
# shows that there is a newer one. Good only while the address is still the person's.
INVITATION_OF = """
CREATE FUNCTION partners_staff_invitation_of(the_id bigint, the_serial int)
RETURNS TABLE (id bigint, serial int, organization_id bigint, organization_name varchar, organization_zone varchar,
               kind varchar, roles varchar[], inviter_name varchar, person_id bigint, email varchar, name varchar,
               language varchar, expires_at timestamptz, answered_at timestamptz, is_accepted boolean,
               voided_at timestamptz, may_sign_in boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.serial, i.organization_id, o.name, o.zone, o.kind, i.roles, b.name, i.person_id, i.email, p.name,
           p.language, i.expires_at, i.answered_at, i.is_accepted, i.voided_at,
           left(p.password, 1) <> '!'
           OR EXISTS (SELECT FROM organizations_workaccount a WHERE a.person_id = p.id)
    FROM partners_staffinvitation i
    JOIN organizations_organization o ON o.id = i.organization_id
    JOIN accounts_person p ON p.id = i.person_id AND p.is_active AND p.email_folded = lower(i.email)
    LEFT JOIN (organizations_staff s JOIN accounts_person b ON b.id = s.person_id)
        ON s.person_id = i.invited_by_id AND s.organization_id = i.organization_id
    WHERE i.id = the_id AND i.serial >= the_serial;
$$;
""" + only_for_app("partners_staff_invitation_of")
# Not to erase whom somebody waits for.
IS_INVITED = """
CREATE FUNCTION partners_is_invited(the_person bigint, instant timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM partners_staffinvitation i WHERE i.person_id = the_person AND i.answered_at IS NULL
                   AND i.voided_at IS NULL AND i.expires_at > instant);
$$;
""" + only_for_app("partners_is_invited")
NO_FUNCTIONS = "DROP FUNCTION partners_is_invited; DROP FUNCTION partners_staff_invitation_of;"


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0008_stood_in"),
        ("organizations", "0013_staff_elsewhere"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="StaffInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None),
                ),
                ("serial", models.IntegerField(default=1)),
                ("invited_at", models.DateTimeField()),
                ("invited_by_id", models.BigIntegerField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("is_accepted", models.BooleanField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "-invited_at"], name="staff_invitation_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        F("organization"),
                        Lower("email"),
                        condition=Q(answered_at=None, voided_at=None),
                        name="staff_invitation_open_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(answered_at=None, is_accepted=None)
                        | Q(answered_at__isnull=False, is_accepted__isnull=False, voided_at=None),
                        name="staff_invitation_ends_once",
                    ),
                ],
            },
        ),
        RunRoleSQL(WALL + INVITATION_OF + IS_INVITED, NO_FUNCTIONS + NO_WALL),
    ]
