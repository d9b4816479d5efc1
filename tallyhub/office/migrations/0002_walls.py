"""A draft is the account team's alone; an enquiry is read by whoever asked and by the workspace it is about."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    PERSON,
    WORKSPACES,
    RunRoleSQL,
    managed_wall,
    no_managed_wall,
    no_same_customer,
    no_wall,
    same_customer,
    wall,
)

# Not ``wall``: a customer's administrator has the customer in whole, and must not read what is not agreed.
DRAFTS = f"""
ALTER TABLE office_agreementdraft ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON office_agreementdraft FOR SELECT
    USING (customer_id = ANY ((SELECT organizations_served())::bigint[]));
CREATE POLICY writable ON office_agreementdraft FOR ALL
    USING (customer_id = ANY ({CUSTOMERS})
           AND ({PERSON} IS NULL OR customer_id = ANY ((SELECT organizations_served())::bigint[])))
    WITH CHECK (customer_id = ANY ({CUSTOMERS})
           AND ({PERSON} IS NULL OR customer_id = ANY ((SELECT organizations_served())::bigint[])));
"""
KEYS = (
    ("office_agreementdraft", "follows_id", "agreements_agreement"),
    ("office_enquiry", "workspace_id", "organizations_workspace"),
    ("office_enquiry", "package_id", "agreements_package"),
)
FORWARD = (
    DRAFTS
    + wall("office_enquiry", f"workspace_id = ANY ({WORKSPACES}) OR asked_by_id = {PERSON}")
    + managed_wall("office_enquiry")
    + "".join(same_customer(*key) for key in KEYS)
)
REVERSE = (
    "".join(no_same_customer(table, column) for table, column, _ in KEYS)
    + no_managed_wall("office_enquiry")
    + no_wall("office_enquiry")
    + no_wall("office_agreementdraft")
)


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0001_initial"),
        ("organizations", "0008_managed_walls"),
        ("agreements", "0005_contact_walls"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
