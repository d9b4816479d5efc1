"""The search looks among the newest first, and asks whom a request was given to of no more than it takes."""

from importlib import import_module

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

SEEN = import_module("tallyhub.support.migrations.0002_walls").SEEN
_BEFORE = "".join(
    import_module("tallyhub.support.migrations.0003_requests").FORWARD.partition("CREATE FUNCTION support_find(")[1:]
)

# A word that many requests hold is found by walking the newest; the first thousand say whether that pays. Of one that
# few hold the index of words gives all. Who sees a request (SEEN) is asked last, and only until enough are found.
# A plan made without the values would sort all requests of the customer.
FORWARD = f"""
DROP FUNCTION support_find(text, bigint[], integer);
CREATE FUNCTION support_find(
    the_words text, customers bigint[], places bigint[], statuses text[], at_most integer
) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    wanted CONSTANT tsquery := regexp_replace(
        plainto_tsquery('simple', support_parted(the_words))::text, '''( |$)', ''':*\\1', 'g')::tsquery;
    deepest CONSTANT integer := 20000;
    depth integer;
    found bigint[];
BEGIN
    FOREACH depth IN ARRAY ARRAY[1000, deepest] LOOP
        found := ARRAY(
            SELECT id FROM (
                SELECT newest.* FROM unnest(customers) one CROSS JOIN LATERAL (
                    SELECT * FROM support_request WHERE customer_id = one
                    ORDER BY opened_at DESC, id DESC LIMIT depth) newest
            ) support_request
            WHERE words @@ wanted AND workspace_id = ANY (places) AND (statuses = '{{}}' OR status = ANY (statuses))
                AND ({SEEN})
            ORDER BY opened_at DESC, id DESC LIMIT at_most);
        EXIT WHEN cardinality(found) < at_most * depth / deepest;
    END LOOP;
    IF cardinality(found) < at_most THEN
        found := ARRAY(
            SELECT id FROM (
                SELECT id, customer_id, workspace_id, opened_at FROM support_request
                WHERE words @@ wanted AND customer_id = ANY (customers) AND workspace_id = ANY (places)
                    AND (statuses = '{{}}' OR status = ANY (statuses))
                ORDER BY opened_at DESC, id DESC OFFSET 0
            ) support_request
            WHERE {SEEN} ORDER BY opened_at DESC, id DESC LIMIT at_most);
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;
""" + only_for_app("support_find")
REVERSE = "DROP FUNCTION support_find(text, bigint[], bigint[], text[], integer);" + _BEFORE


class Migration(migrations.Migration):
    dependencies = [("support", "0012_silent")]
    operations = [
        migrations.AddIndex("request", models.Index(fields=["customer", "-opened_at", "-id"], name="request_by_age")),
        RunRoleSQL(FORWARD, REVERSE),
    ]
