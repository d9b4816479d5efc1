-- What the ratios of the pages are measured against: pgbench, prepared, as the app's role. One transaction that sets
-- the scope as a page does and reads exactly 40 rows by one index: what a page with 40 tiles has to read at least.
-- The ids are those of a fresh database: the first customer, its six workspaces, its first entitlement.
BEGIN;
SELECT set_config('tallyhub.person', '1', true), set_config('tallyhub.customers', '1', true),
       set_config('tallyhub.workspaces', '1,2,3,4,5,6', true), set_config('transaction_read_only', 'on', true);
SELECT day, customer_id, entitlement_id, charged, entries FROM ledger_dailytotal
WHERE entitlement_id = 1 AND workspace_id = 1 ORDER BY day LIMIT 40;
COMMIT;
