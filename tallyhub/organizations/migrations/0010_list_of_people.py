"""What lists of people are sorted by stands beside the membership, and follows the person by itself (ADR 0014)."""

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# Without case and accents, in the order of its characters on every server. Cut, because a few characters unfold to
# eighteen and an index takes no row of any length.
FOLDED = r"""
CREATE FUNCTION organizations_folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(lower(regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g')), 200);
"""
# A person belongs to many customers and changes their name in the scope of none, so nobody else could write it there.
FOLLOWING = """
CREATE FUNCTION organizations_fill_member() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT organizations_folded(p.name), coalesce(floor(extract(epoch FROM p.last_login))::bigint, 0)
    INTO NEW.sort_name, NEW.seen_seconds FROM accounts_person p WHERE p.id = NEW.person_id;
    RETURN NEW;
END $$;
CREATE FUNCTION organizations_follow_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE organizations_membership m SET sort_name = organizations_folded(NEW.name),
        seen_seconds = coalesce(floor(extract(epoch FROM NEW.last_login))::bigint, 0)
    WHERE m.person_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER fill_member BEFORE INSERT OR UPDATE OF person_id ON organizations_membership
    FOR EACH ROW EXECUTE FUNCTION organizations_fill_member();
CREATE TRIGGER follow_person AFTER UPDATE OF name, last_login ON accounts_person
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.last_login IS DISTINCT FROM NEW.last_login)
    EXECUTE FUNCTION organizations_follow_person();
UPDATE organizations_membership SET person_id = person_id;
"""
FORWARD = FOLDED + FOLLOWING + only_for_app("organizations_follow_person")
REVERSE = """
DROP TRIGGER follow_person ON accounts_person;
DROP TRIGGER fill_member ON organizations_membership;
DROP FUNCTION organizations_follow_person; DROP FUNCTION organizations_fill_member;
DROP FUNCTION organizations_folded;
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0009_work_accounts")]
    operations = [
        migrations.AddField(
            model_name="membership",
            name="sort_name",
            field=models.CharField(db_collation="C", db_default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="membership",
            name="seen_seconds",
            field=models.BigIntegerField(db_default=0, editable=False),
        ),
        RunRoleSQL(FORWARD, REVERSE),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["workspace", "sort_name", "person"], include=("customer",), name="member_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["workspace", "seen_seconds", "person"], include=("customer",), name="member_by_seen"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["customer", "person"], include=("workspace",), name="member_of_customer"),
        ),
        migrations.AddIndex(
            model_name="accessgrant",
            index=models.Index(fields=["customer", "role", "workspace"], name="grant_by_role"),
        ),
    ]
