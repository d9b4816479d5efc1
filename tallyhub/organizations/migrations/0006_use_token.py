"""From a token's digest to who may do what: before that is known no policy could let anybody read it."""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

# Counts the request, too, so that a request costs one statement; what it may do is the same rule as a session's.
FORWARD = """
CREATE FUNCTION organizations_use_token(the_digest bytea, instant timestamptz)
RETURNS TABLE (token_id bigint, scopes varchar[], rights varchar[], requests int, customer_id bigint,
               person_id bigint, grants jsonb, places jsonb)
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
    IF t.person_id IS NULL THEN
        RETURN QUERY SELECT t.id, t.scopes, t.rights, counted, t.customer_id, NULL::bigint, NULL::jsonb,
            (SELECT jsonb_agg(jsonb_build_array(w.id, w.name) ORDER BY w.is_default DESC, w.name, w.id)
             FROM organizations_workspace w WHERE w.customer_id = t.customer_id);
    ELSE
        RETURN QUERY SELECT t.id, t.scopes, t.rights, counted, t.customer_id, p.id, i.grants, i.places
        FROM accounts_person p CROSS JOIN LATERAL organizations_person_in(p.id, t.customer_id, instant) i
        WHERE p.id = t.person_id AND p.is_active AND i.customer_id = t.customer_id;
    END IF;
END $$;
""" + only_for_app("organizations_use_token")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_people_of_customer"), ("accounts", "0004_token_walls")]
    operations = [RunRoleSQL(FORWARD, "DROP FUNCTION organizations_use_token;")]
