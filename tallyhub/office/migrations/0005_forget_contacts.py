"""Somebody who is erased is named in no draft either. Who erases need not be of the account team, nor see a draft."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, RunRoleSQL, only_for_app

# Takes a contact out, inside the customers that are in scope in whole, and shows nothing of the draft.
FORWARD = (
    f"""
CREATE FUNCTION office_customers_naming(address text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT d.customer_id FROM office_agreementdraft d, jsonb_array_elements(d.content -> 'contacts') c
    WHERE lower(c ->> 'email') = lower(address);
$$;
CREATE FUNCTION office_forget_contact(address text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE office_agreementdraft d SET version = version + 1, content = jsonb_set(content, '{{contacts}}', coalesce((
        SELECT jsonb_agg(c) FROM jsonb_array_elements(d.content -> 'contacts') c
        WHERE lower(c ->> 'email') <> lower(address)), '[]'))
    WHERE d.customer_id = ANY ({CUSTOMERS}) AND EXISTS (
        SELECT FROM jsonb_array_elements(d.content -> 'contacts') c WHERE lower(c ->> 'email') = lower(address));
$$;
"""
    + only_for_app("office_customers_naming")
    + only_for_app("office_forget_contact")
)
REVERSE = "DROP FUNCTION office_forget_contact; DROP FUNCTION office_customers_naming;"


class Migration(migrations.Migration):
    dependencies = [("office", "0004_account_teams_round")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
