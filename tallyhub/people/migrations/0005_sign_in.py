"""Before anybody is signed in: whose identity provider it is, and whom the hub knows by an answer of it."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, only_for_app

FORWARD = (
    f"""
CREATE FUNCTION people_identity_provider(the_slug text)
RETURNS TABLE (id bigint, customer_id bigint, slug varchar, name varchar, issuer varchar, client_id varchar,
               client_secret varchar, groups_claim varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.customer_id, i.slug, i.name, i.issuer, i.client_id, i.client_secret, i.groups_claim
    FROM people_identityprovider i WHERE i.slug = the_slug AND i.is_active;
$$;
CREATE FUNCTION people_provider_of_domain(the_domain text) RETURNS TABLE (slug varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.slug FROM organizations_proveddomain d
    JOIN people_identityprovider i ON i.customer_id = d.customer_id AND i.is_active
    WHERE d.domain = the_domain AND d.proved_at IS NOT NULL;
$$;
CREATE FUNCTION people_claimed(the_customer bigint, the_provider text, the_account text, address text,
                               instant timestamptz)
RETURNS TABLE (person_id bigint, is_linked boolean, is_active boolean, is_staff boolean, is_known boolean,
               is_elsewhere boolean, has_other_way boolean, is_at_provider boolean, is_proved boolean,
               is_proved_elsewhere boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH linked AS (
        SELECT s.user_id FROM socialaccount_socialaccount s WHERE s.provider = the_provider AND s.uid = the_account
    ), p AS (
        SELECT p.* FROM accounts_person p
        WHERE p.id = (SELECT user_id FROM linked)
           OR NOT EXISTS (SELECT FROM linked) AND address <> '' AND p.email_folded = lower(address)
    ), places AS (
        SELECT m.customer_id FROM organizations_membership m WHERE m.person_id = (SELECT id FROM p)
        UNION ALL
        SELECT k.customer_id FROM organizations_personkey k WHERE k.person_id = (SELECT id FROM p)
        UNION ALL
        SELECT g.customer_id FROM organizations_accessgrant g
        WHERE g.person_id = (SELECT id FROM p) AND (g.ends_at IS NULL OR g.ends_at > instant)
        UNION ALL
        SELECT i.customer_id FROM people_invitation i
        WHERE i.person_id = (SELECT id FROM p) AND i.accepted_at IS NULL AND i.voided_at IS NULL
          AND i.expires_at > instant
    ), proof AS (
        SELECT d.customer_id FROM organizations_proveddomain d
        WHERE d.domain = split_part(lower(address), '@', -1) AND d.proved_at IS NOT NULL
    )
    SELECT (SELECT id FROM p), EXISTS (SELECT FROM linked), coalesce((SELECT is_active FROM p), true),
           EXISTS (SELECT FROM organizations_accessgrant g WHERE g.person_id = (SELECT id FROM p)
                   AND g.role IN ('csam', 'account_coordinator', 'engineer')),
           EXISTS (SELECT FROM places WHERE customer_id = the_customer),
           EXISTS (SELECT FROM places WHERE customer_id <> the_customer)
           OR EXISTS (SELECT FROM organizations_accessgrant g
                      WHERE g.person_id = (SELECT id FROM p) AND g.customer_id <> the_customer),
           EXISTS (SELECT FROM p WHERE left(p.password, 1) <> '!')
           OR EXISTS (SELECT FROM socialaccount_socialaccount s WHERE s.user_id = (SELECT id FROM p)),
           EXISTS (SELECT FROM socialaccount_socialaccount s
                   WHERE s.user_id = (SELECT id FROM p) AND s.provider = the_provider),
           EXISTS (SELECT FROM proof WHERE customer_id = the_customer),
           EXISTS (SELECT FROM proof WHERE customer_id <> the_customer)
    WHERE the_customer = ANY ({CUSTOMERS});
$$;
"""
    + only_for_app("people_identity_provider")
    + only_for_app("people_provider_of_domain")
    + only_for_app("people_claimed")
)
REVERSE = (
    "DROP FUNCTION people_claimed; DROP FUNCTION people_provider_of_domain; DROP FUNCTION people_identity_provider;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_list_of_people"),
        ("organizations", "0009_work_accounts"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
