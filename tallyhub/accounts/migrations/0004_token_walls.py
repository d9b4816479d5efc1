"""Who reads which token, and the counter of their requests."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, PERSON, WORKSPACES, RunRoleSQL

# A customer's own tokens are for who has it in whole; a person's are theirs alone, made where they have a workspace.
OWN = f"person_id = {PERSON}"
OF_CUSTOMER = f"(person_id IS NULL AND customer_id = ANY ({CUSTOMERS}))"
WORKS_THERE = f"""(customer_id = ANY ({CUSTOMERS}) OR EXISTS (
    SELECT FROM organizations_workspace w
    WHERE w.customer_id = accounts_token.customer_id AND w.id = ANY ({WORKSPACES})))"""

FORWARD = f"""
ALTER TABLE accounts_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON accounts_token FOR SELECT USING ({OWN} OR {OF_CUSTOMER});
CREATE POLICY writable ON accounts_token FOR ALL USING ({OWN} OR {OF_CUSTOMER})
    WITH CHECK (({OWN} AND {WORKS_THERE}) OR {OF_CUSTOMER});
ALTER TABLE accounts_token ADD FOREIGN KEY (customer_id) REFERENCES organizations_organization (id);
-- Counts the requests of a token's present minute. Unlogged: nothing is lost with it, no request waits for a disk.
CREATE UNLOGGED TABLE accounts_tokenuse (
    token_id bigint PRIMARY KEY REFERENCES accounts_token (id) ON DELETE CASCADE,
    minute timestamptz NOT NULL, requests int NOT NULL);
REVOKE ALL ON accounts_tokenuse FROM {{app}};
"""
REVERSE = """
DROP TABLE accounts_tokenuse;
DROP POLICY readable ON accounts_token; DROP POLICY writable ON accounts_token;
ALTER TABLE accounts_token DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_token"), ("organizations", "0003_person_in")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
