"""Invitations are for whoever manages a workspace's people; groups are known in it; sign-in is the customer's."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    MANAGED,
    PERSON,
    RunRoleSQL,
    managed_wall,
    no_managed_wall,
    no_same_customer,
    no_wall,
    same_customer,
    wall,
    workspace_wall,
)

KEYS = (
    ("people_invitation", "workspace_id", "organizations_workspace"),
    ("people_group", "workspace_id", "organizations_workspace"),
    ("people_groupmember", "workspace_id", "organizations_workspace"),
    ("people_groupmember", "group_id", "people_group"),
    ("people_directorygroup", "workspace_id", "organizations_workspace"),
    ("people_directorygroup", "provider_id", "people_identityprovider"),
)
MANAGED_TABLES = ("people_invitation", "people_group", "people_groupmember")
OF_CUSTOMER = ("people_identityprovider", "people_directorygroup")

FORWARD = "".join(
    [
        wall("people_invitation", f"workspace_id = ANY ({MANAGED}) OR person_id = {PERSON}"),
        workspace_wall("people_group"),
        workspace_wall("people_groupmember"),
        *map(managed_wall, MANAGED_TABLES),
        *(wall(table, f"customer_id = ANY ({CUSTOMERS})") for table in OF_CUSTOMER),
        *(same_customer(*key) for key in KEYS),
    ]
)
REVERSE = "".join(
    [
        *(no_same_customer(table, column) for table, column, _ in KEYS),
        *map(no_managed_wall, MANAGED_TABLES),
        *map(no_wall, (*MANAGED_TABLES, *OF_CUSTOMER)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("organizations", "0008_managed_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
