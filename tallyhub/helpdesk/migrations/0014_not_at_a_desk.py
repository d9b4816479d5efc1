"""What a partner's people do not read of a customer while they work on a request of its at their desk, by the database.

They are inside its workspace for that request alone: what the customer bought, used and learned is none of it.
"""

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL, not_at_a_desk

TABLES = (
    *(
        f"agreements_{one}"
        for one in ("agreement", "agreementcontact", "coverage", "entitlement", "mapping", "package")
    ),
    *(f"agreements_{one}" for one in ("responsegoal", "timerule", "workcalendar")),
    *(f"ledger_{one}" for one in ("allotment", "customerledger", "dailytotal", "entitlementday", "entitlementtotal")),
    *(f"ledger_{one}" for one in ("entry", "entrydetail", "hold", "ledgerversion", "snapshot", "workspacetotal")),
    *(f"learning_{one}" for one in ("assignment", "fact", "record", "source", "statement")),
    *(f"assessments_{one}" for one in ("affectedobject", "answerdraft", "finding", "intake", "prerequisite", "run")),
    "assessments_setup",
    *(f"engagements_{one}" for one in ("engagement", "engagementbooking", "engagementchange", "engagementdelivery")),
    "engagements_slot",
    "office_enquiry",
    "organizations_membership",
    *(f"people_{one}" for one in ("group", "groupmember", "invitation", "naming")),
    "messages_postcustomer",
    "messages_promotionchoice",
)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0013_allowance_walls"),
        ("agreements", "0017_publisher"),
        ("assessments", "0002_walls"),
        ("engagements", "0004_round"),
        ("learning", "0005_taken_back"),
        ("ledger", "0007_hold_walls"),
        ("message_centre", "0002_walls"),
        ("office", "0006_round_without_what_goes_along"),
        ("organizations", "0015_use_work_token"),
        ("people", "0008_naming"),
    ]
    operations = [
        RunRoleSQL(
            "".join(map(not_at_a_desk, TABLES)),
            "".join(f"DROP POLICY not_at_a_desk ON {one};" for one in TABLES),
        )
    ]
