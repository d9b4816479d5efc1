"""Mail that comes in: by whom it was sent, as a digest; and the two look-ups that no scope can answer."""

from django.db import migrations, models

from tallyhub.kernel.walls import RunRoleSQL, only_for_app

FUNCTIONS = """
CREATE FUNCTION support_customer_of(the_request bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT customer_id FROM support_request WHERE id = the_request;
$$;
CREATE FUNCTION support_unnamed_files(keys text[]) RETURNS TABLE (key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k FROM unnest(keys) AS k
    WHERE NOT EXISTS (SELECT FROM support_file f WHERE f.key = k)
        AND NOT EXISTS (SELECT FROM support_notefile n WHERE n.key = k);
$$;
"""
NAMES = ("support_customer_of", "support_unnamed_files")


class Migration(migrations.Migration):
    dependencies = [("support", "0004_work")]
    operations = [
        migrations.AddField(
            "incoming", "sender", models.BinaryField(default=b"", max_length=32), preserve_default=False
        ),
        migrations.AddIndex("incoming", models.Index(fields=["sender", "at"], name="incoming_of_sender")),
        RunRoleSQL(FUNCTIONS + "".join(map(only_for_app, NAMES)), "".join(f"DROP FUNCTION {name};" for name in NAMES)),
    ]
