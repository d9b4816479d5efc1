"""Two questions about people: their names, for whoever reads in a customer; and which customers know somebody."""

from django.db import migrations

from tallyhub.kernel.walls import CUSTOMERS, WORKSPACES, RunRoleSQL, only_for_app

# A name is shown only by a customer that knows the person now: another one's people, those who left and those who
# were erased stay numbers. Who asks must have the customer, or a workspace of it, in scope.
FORWARD = (
    f"""
CREATE FUNCTION organizations_names(the_customer bigint, people bigint[]) RETURNS TABLE (id bigint, name varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name FROM accounts_person p
    WHERE p.id = ANY (people)
      AND (the_customer = ANY ({CUSTOMERS}) OR EXISTS (
              SELECT FROM organizations_workspace w WHERE w.customer_id = the_customer AND w.id = ANY ({WORKSPACES})))
      AND (EXISTS (SELECT FROM organizations_membership m WHERE m.person_id = p.id AND m.customer_id = the_customer)
           OR EXISTS (SELECT FROM organizations_personkey k WHERE k.person_id = p.id AND k.customer_id = the_customer)
           OR EXISTS (SELECT FROM organizations_accessgrant g
                      WHERE g.person_id = p.id AND g.customer_id = the_customer));
$$;
CREATE FUNCTION organizations_customers_of(the_person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT customer_id FROM organizations_membership WHERE person_id = the_person
    UNION SELECT customer_id FROM organizations_personkey WHERE person_id = the_person
    UNION SELECT customer_id FROM organizations_accessgrant WHERE person_id = the_person;
$$;
"""
    + only_for_app("organizations_names")
    + only_for_app("organizations_customers_of")
)
REVERSE = "DROP FUNCTION organizations_customers_of; DROP FUNCTION organizations_names;"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_who_sees")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
