-- The two roles and the database, once, as the administrator of a PostgreSQL 15 or newer:
--   psql -v owner_password=… -v app_password=… -f deploy/roles.sql "postgresql://administrator@db.example.org/postgres"
-- Again changes the two passwords and nothing else. Why two roles: docs/managed-postgresql.md.
\set ON_ERROR_STOP on

SELECT 'CREATE ROLE tallyhub_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallyhub_owner') \gexec
SELECT 'CREATE ROLE tallyhub_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallyhub_app') \gexec
ALTER ROLE tallyhub_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE tallyhub_app LOGIN PASSWORD :'app_password';

-- A managed server's administrator is no superuser, and may give a database to a role only as its member.
GRANT tallyhub_owner TO CURRENT_USER;
SELECT 'CREATE DATABASE tallyhub OWNER tallyhub_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tallyhub') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE tallyhub FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE tallyhub TO tallyhub_app;  -- imports stage in temporary tables
REVOKE tallyhub_owner FROM CURRENT_USER;
