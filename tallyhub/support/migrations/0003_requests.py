"""Search: which requests hold these words. The operator behind the index is not leakproof, so that no plan uses the
index below a policy; this function uses it, and asks the same as the policy of each row that it found (design 5.1).

``words`` is the query; every word of it may be the beginning of one. Newest first, ``at_most`` of them.
"""

from importlib import import_module

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

SEEN = import_module("tallyhub.support.migrations.0002_walls").SEEN

FORWARD = f"""
-- ERR-4711 is found by 4711: to the parser it would be a word and a negative number.
CREATE FUNCTION support_parted(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(said, '-_/\\', '    ');
CREATE FUNCTION support_find(the_words text, customers bigint[], at_most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM support_request
    WHERE words @@ regexp_replace(
        plainto_tsquery('simple', support_parted(the_words))::text, '''( |$)', ''':*\\1', 'g')::tsquery
      AND customer_id = ANY (customers) AND ({SEEN})
    ORDER BY opened_at DESC, id DESC LIMIT at_most;
$$;
""" + only_for_app("support_find")
REVERSE = "DROP FUNCTION support_find; DROP FUNCTION support_parted;"


class Migration(migrations.Migration):
    dependencies = [("support", "0002_walls")]
    operations = [
        migrations.RemoveIndex("requestviewer", "viewer_of_person"),
        migrations.AddIndex(  # a list is read one workspace at a time
            "requestviewer",
            models.Index(fields=["person", "workspace", "-opened_at", "-request"], name="viewer_of_person"),
        ),
        RunRoleSQL(FORWARD, REVERSE),
    ]
