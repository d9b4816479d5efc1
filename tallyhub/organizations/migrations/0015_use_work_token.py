"""From a token's digest to who may do what, also where it is for somebody's work and acts inside no customer."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

_BEFORE = import_module("tallyhub.organizations.migrations.0009_work_accounts")
_EVER = _BEFORE.VOUCHED_EVER.format(person="p.id")
_DROP = "DROP FUNCTION organizations_use_token(bytea, timestamptz);"
# Whoever works there no more, or for somebody else now, has a token of nobody.
FORWARD = f"""
{_DROP}
CREATE FUNCTION organizations_use_token(the_digest bytea, instant timestamptz)
RETURNS TABLE (token_id bigint, scopes varchar[], rights varchar[], requests int, customer_id bigint,
               person_id bigint, grants jsonb, places jsonb, staff jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    t accounts_token;
    counted int;
BEGIN
    SELECT * INTO t FROM accounts_token
    WHERE digest = the_digest AND expires_at > instant AND revoked_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO accounts_tokenuse AS u (token_id, minute, requests) VALUES (t.id, date_trunc('minute', instant), 1)
    ON CONFLICT (token_id) DO UPDATE SET minute = excluded.minute,
        requests = CASE WHEN u.minute = excluded.minute THEN u.requests + 1 ELSE 1 END
    RETURNING u.requests INTO counted;
    IF counted = 1 THEN
        UPDATE accounts_token SET last_used_at = date_trunc('minute', instant) WHERE id = t.id;
    END IF;
    IF t.organization_id IS NOT NULL THEN
        RETURN QUERY SELECT t.id, t.scopes, t.rights, counted, NULL::bigint, p.id, NULL::jsonb, NULL::jsonb, w.staff
        FROM accounts_person p
        CROSS JOIN LATERAL (SELECT organizations_staff_of(p.id, NULL, instant) AS staff) w
        WHERE p.id = t.person_id AND p.is_active AND (w.staff ->> 0)::bigint = t.organization_id;
    ELSIF t.person_id IS NULL THEN
        RETURN QUERY SELECT t.id, t.scopes, t.rights, counted, t.customer_id, NULL::bigint, NULL::jsonb,
            (SELECT jsonb_agg(jsonb_build_array(w.id, w.name) ORDER BY w.is_default DESC, w.name, w.id)
             FROM organizations_workspace w WHERE w.customer_id = t.customer_id), NULL::jsonb;
    ELSE
        RETURN QUERY SELECT t.id, t.scopes, t.rights, counted, t.customer_id, p.id, i.grants, i.places, NULL::jsonb
        FROM accounts_person p
        CROSS JOIN LATERAL organizations_person_in(p.id, t.customer_id, {_EVER}, NULL, instant) i
        WHERE p.id = t.person_id AND p.is_active AND i.customer_id = t.customer_id;
    END IF;
END $$;
""" + only_for_app("organizations_use_token")
_OLD = _BEFORE._callers().partition("CREATE OR REPLACE FUNCTION organizations_use_token")
REVERSE = _DROP + "CREATE FUNCTION organizations_use_token" + _OLD[2] + only_for_app("organizations_use_token")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0014_at_work"), ("accounts", "0014_work_tokens")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
