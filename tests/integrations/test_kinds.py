"""Everything but consumption: what each kind makes, that twice changes nothing, and what is refused."""

import pytest

from tallyhub.integrations.importing import KINDS, import_file, import_records
from tests.integrations.files import counts, past, write

# A new customer from nothing, with one row of every kind.
STORY: dict[str, list[dict[str, str]]] = {
    "sellers": [{"code": "shore", "name": "Shore", "kind": "partner", "zone": "Europe/Oslo"}],
    "services": [
        {"code": "hours", "kind": "advisory", "unit": "minutes", "name_en": "Advice", "name_de": "Beratung",
         "description_en": "Ask us.", "action_url": "https://services.example/advice"},
        {"code": "review", "kind": "benefit", "unit": "cases", "names": '{"en": "Review"}'},
    ],
    "customers": [{"code": "maple", "name": "Maple", "zone": "Europe/Rome", "domains": "maple.example;MAPLE.test"}],
    "workspaces": [
        {"customer": "maple", "code": "main", "name": "Main", "is_default": "yes"},
        {"customer": "maple", "code": "lab", "name": "Lab"},
    ],
    "people": [
        {"customer": "maple", "key": "m1", "name": "Mia Rossi", "email": "Mia@maple.example", "language": "it",
         "workspaces": "main;lab"},
        {"customer": "maple", "key": "m2", "name": "Nobody Else"},
        {"customer": "", "key": "eva@provider.example", "name": "Eva", "email": "eva@provider.example"},
    ],
    "grants": [
        {"customer": "maple", "person": "m1", "role": "workspace_administrator", "workspace": "lab"},
        {"customer": "maple", "person": "eva@provider.example", "role": "csam"},
    ],
    "staff": [
        {"organization": "shore", "person": "eva@provider.example", "roles": "admin_agent;organization_administrator"},
    ],
    "agreements": [
        {"customer": "maple", "number": "M-1", "name": "Maple", "plan": "unified", "seller": "shore",
         "zone": "Europe/Rome", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "terminated_on": "2026-11-30"},
    ],
    "packages": [
        {"agreement": "M-1", "code": "BASE", "name": "Base", "scope": "enterprise"},
        {"agreement": "M-1", "code": "ADD", "name": "Add", "scope": "addon", "starts_on": "2026-03-01"},
    ],
    "entitlements": [
        {"agreement": "M-1", "package": "BASE", "code": "advice", "service": "hours", "is_as_needed": "no",
         "rounding_step": "15"},
        {"agreement": "M-1", "package": "ADD", "code": "review", "service": "review", "is_as_needed": "no"},
    ],
    "allotments": [
        {"agreement": "M-1", "package": "BASE", "entitlement": "advice", "external_id": "B-1", "kind": "purchase",
         "amount": "20", "unit": "hours"},
    ],
    "mappings": [{"agreement": "M-1", "package": "BASE", "workspace": "lab"}],
    "consumption": [
        {"agreement": "M-1", "package": "BASE", "entitlement": "advice", "workspace": "lab",
         "occurred_on": "2026-05-05", "amount": "0:20", "unit": "hours", "external_id": "C-1", "person": "m1"},
    ],
    "requests": [
        {"customer": "maple", "workspace": "lab", "external_id": "C-1", "kind": "problem", "title": "It is dark",
         "severity": "B", "status": "closed", "opened_at": "2026-05-05T09:00+02:00",
         "closed_at": "2026-05-06T09:00+02:00", "primary_contact": "m1", "agreement": "M-1", "package": "BASE"},
    ],
    "request_changes": [
        {"customer": "maple", "request": "C-1", "at": "2026-05-05T10:00+02:00", "status": "in_progress"},
    ],
    "request_messages": [
        {"customer": "maple", "request": "C-1", "external_id": "1", "at": "2026-05-05T10:00+02:00",
         "is_by_staff": "no", "author": "m1", "body": "Still dark"},
    ],
    "products": [
        {"code": "lamp", "name_en": "Lamp", "name_it": "Lampada", "publisher": "Lamps United",
         "publisher_url": "https://lamps.example/help", "is_offered": "no"},
    ],
    "offerings": [
        {"code": "health", "kind": "workshop", "category": "maintain", "name_en": "Health check",
         "name_it": "Controllo", "planned_hours": "16", "credit_rate": "4.5",
         "data_sheet": "# What you get", "is_offered": "yes"},
    ],
    "engagements": [
        {"customer": "maple", "workspace": "lab", "external_id": "O-1", "offering": "health", "state": "in_delivery",
         "requested_at": "2026-05-05T09:00+02:00", "requested_by": "m1", "planned_hours": "12:30"},
    ],
    "engagement_deliveries": [
        {"customer": "maple", "engagement": "O-1", "external_id": "O-1/1", "delivered_on": "2026-05-12", "hours": "4",
         "acceptance": "accepted"},
    ],
    "activities": [
        {"code": "first-aid", "format": "course", "level": "beginner", "language": "en", "minutes": "45",
         "name_en": "First aid", "name_it": "Primo soccorso", "url": "https://learn.example/first-aid",
         "added_on": "2026-01-05"},
    ],
    "learning_records": [
        {"customer": "maple", "workspace": "lab", "person": "m1", "activity": "first-aid", "external_id": "L-1",
         "started_on": "2026-05-05", "completed_on": "2026-05-07"},
    ],
    "assessment_checks": [
        {"assessment": "cables", "version": "1", "check": "CAB-1", "focus_area": "security", "priority": "high",
         "name_en": "Cables", "title_en": "Labels", "question_en": "Is each cable labelled?"},
        {"assessment": "cables", "version": "1", "check": "CAB-2", "focus_area": "operation", "priority": "low",
         "name_en": "Cables", "title_en": "Ties"},
    ],
    "assessment_results": [
        {"customer": "maple", "workspace": "lab", "assessment": "cables", "version": "1", "external_id": "R-1",
         "collected_at": "2026-05-05T10:00+02:00", "check": "CAB-1", "result": "failed", "affected": "3"},
    ],
}  # fmt: skip


def told(**replaced: list[dict[str, str]]) -> list[tuple[str, list[dict[str, str]]]]:
    return [(kind, replaced.get(kind, rows)) for kind, rows in STORY.items()]


WRONG = {
    "agreements": (
        {"customer": "none", "seller": "none", "plan": "gold", "starts_on": "2026-12-31", "ends_on": "2026-01-01"},
        {"customer", "seller", "plan", "ends_on"},
    ),
    "packages": (
        {"agreement": "none", "scope": "none", "starts_on": "2026-12-31", "ends_on": "2026-01-01"},
        {"agreement", "scope", "ends_on"},
    ),
    "entitlements": (
        {"package": "none", "service": "none", "is_as_needed": "perhaps"},
        {"package", "service", "is_as_needed"},
    ),
    "allotments": (
        {"entitlement": "none", "kind": "gift", "amount": "1.001", "ends_on": "2026-13-01"},
        {"entitlement", "kind", "amount", "ends_on"},
    ),
    "mappings": ({"package": "none", "workspace": "none"}, {"package", "workspace"}),
    "people": ({"customer": "none", "email": "not one", "zone": "Moon"}, {"customer", "email", "zone"}),
    "grants": ({"person": "none", "workspace": "none", "role": "king"}, {"person", "workspace", "role"}),
    "staff": (
        {"organization": "none", "person": "nobody@none.example", "roles": "king", "ends_at": "soon"},
        {"organization", "person", "roles", "ends_at"},
    ),
    "requests": (
        {"workspace": "none", "severity": "D", "agreement": "none", "closed_at": "2026-05-04T09:00+02:00"},
        {"workspace", "severity", "agreement", "closed_at"},
    ),
    "request_changes": ({"request": "none", "at": "yesterday", "status": "odd"}, {"request", "at", "status"}),
    "products": (
        {"name_en": "x" * 201, "publisher_url": "javascript:alert(1)", "is_offered": "perhaps"},
        {"name_en", "publisher_url", "is_offered"},
    ),
    "activities": (
        {
            "format": "book",
            "level": "odd",
            "language": "English",
            "minutes": "0",
            "url": "http://learn.example/",
            "product": "none",
        },
        {"format", "level", "language", "minutes", "url", "product"},
    ),
    "learning_records": (
        {"person": "none", "workspace": "none", "activity": "none", "completed_on": "2026-05-04"},
        {"person", "workspace", "activity", "completed_on"},
    ),
    "assessment_checks": (
        {"focus_area": "odd", "priority": "odd", "version": "0", "product": "none"},
        {"focus_area", "priority", "version", "product"},
    ),
    "assessment_results": (
        {"workspace": "none", "assessment": "none", "result": "odd", "collected_at": "2027-01-01T00:00Z"},
        {"workspace", "assessment", "result", "collected_at"},
    ),
    "request_messages": (
        {"request": "none", "author": "none", "is_by_staff": "odd"},
        {"request", "author", "is_by_staff"},
    ),
    "engagements": (
        {"workspace": "none", "offering": "none", "state": "odd", "agreement": "none", "requested_at": "yesterday"},
        {"workspace", "offering", "state", "agreement", "package", "entitlement", "requested_at"},
    ),
    "engagement_deliveries": (
        {"engagement": "none", "delivered_on": "tomorrow", "hours": "25", "acceptance": "odd"},
        {"engagement", "delivered_on", "hours", "acceptance"},
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_all_that_is_wrong_with_a_row_is_said_at_once(world, tmp_path, kind):  # R8.1
    over, columns = WRONG[kind]
    for earlier, rows in told():
        if earlier == kind:
            break
        assert not import_file(write(tmp_path, f"{earlier}.csv", rows)).problems
    report = import_file(write(tmp_path, f"{kind}.csv", [STORY[kind][0] | over]))
    assert {problem.column for problem in report.problems} == columns
    assert len(report.problems) == len(columns)


def refusals(path):
    return [(problem.line, problem.column, problem.code) for problem in import_file(path).problems]


def test_every_kind_has_its_place_in_the_story():
    assert set(STORY) == set(KINDS)


def test_a_customer_is_made_from_nothing(world, owner):  # R8.1
    import_records(told())
    maple = owner.execute("SELECT id, kind, zone FROM organizations_organization WHERE code = 'maple'").fetchone()
    assert maple[1:] == ("customer", "Europe/Rome")
    one = owner.execute(
        """SELECT a.number, upper(p.term)::text, t.rounding_step, e.real_amount, e.charged, m.name, w.code
        FROM ledger_entry e JOIN agreements_entitlement t ON t.id = e.entitlement_id
        JOIN agreements_package p ON p.id = t.package_id JOIN agreements_agreement a ON a.id = p.agreement_id
        JOIN accounts_person m ON m.id = e.person_id JOIN organizations_workspace w ON w.id = e.workspace_id
        WHERE e.customer_id = %s""",
        [maple[0]],
    ).fetchone()
    assert one == ("M-1", "2027-01-01", 15, 20, 30, "Mia Rossi", "lab")
    texts = owner.execute("SELECT names, descriptions FROM agreements_service WHERE code = 'hours'").fetchone()
    assert texts == ({"en": "Advice", "de": "Beratung"}, {"en": "Ask us."})
    proved = "SELECT domain, proved_by FROM organizations_proveddomain WHERE customer_id = %s ORDER BY 1"
    assert owner.execute(proved, [maple[0]]).fetchall() == [
        ("maple.example", "csam"),
        ("maple.test", "csam"),
    ]


def test_the_same_again_changes_nothing_at_all(world, owner):  # R8.1
    import_records(told())
    before = counts(owner), versions(owner)
    report = import_records(told())
    assert {tally.new for tally in report.tallies.values()} == {0}
    assert (counts(owner), versions(owner)) == before


def versions(owner):
    return owner.execute("SELECT code, data_version FROM organizations_organization ORDER BY code").fetchall()


def test_an_imported_person_cannot_sign_in_before_somebody_lets_them(world, owner):
    import_records(told())
    passwords = owner.execute(
        "SELECT password FROM accounts_person WHERE name IN ('Mia Rossi', 'Nobody Else')"
    ).fetchall()
    assert all(password.startswith("!") for (password,) in passwords)
    assert owner.execute("SELECT email FROM accounts_person WHERE name = 'Nobody Else'").fetchone() == (None,)


def test_pages_of_the_customers_that_changed_are_out_of_date_and_no_others(world, owner, tmp_path):
    before = dict(versions(owner))
    import_file(
        write(tmp_path, "workspaces.csv", [{"customer": "cedar", "code": f"w{n}", "name": "W"} for n in range(3)])
    )
    assert dict(versions(owner)) == before | {"cedar": before["cedar"] + 1}


@pytest.mark.parametrize(
    ("kind", "field", "other"),
    [
        ("sellers", "name", "Other"),
        ("services", "name_de", "Anders"),
        ("services", "unit", "cases"),
        ("customers", "zone", "Europe/Oslo"),
        ("workspaces", "name", "Other"),
        ("people", "name", "Other"),
        ("people", "email", "other@maple.example"),
        ("agreements", "ends_on", "2027-12-31"),
        ("agreements", "seller", "northgate"),
        ("packages", "name", "Other"),
        ("entitlements", "rounding_step", "30"),
        ("allotments", "amount", "21"),
        ("allotments", "priority", "3"),
        ("allotments", "starts_on", "2026-02-01"),
    ],
)
def test_an_import_never_changes_what_is_there_and_names_the_column(world, owner, tmp_path, kind, field, other):
    import_records(told())
    before = counts(owner)
    found = refusals(write(tmp_path, f"{kind}.csv", [STORY[kind][0] | {field: other}]))
    column = "names" if field.startswith("name_") else field
    assert found == [(2, column, "content_differs" if kind == "allotments" else "row_differs")]
    assert counts(owner) == before


def test_an_empty_cell_says_nothing(world, tmp_path):
    import_records(told())
    path = write(tmp_path, "customers.csv", [{"code": "maple", "name": "Maple", "zone": "", "domains": ""}])
    report = import_file(path)
    assert (report.problem_count, report.tallies["customers"].known) == (0, 1)


def test_workspaces_are_added_to_those_a_person_has(world, owner, tmp_path):
    import_records(told())
    person = {"customer": "maple", "key": "m2", "name": "Nobody Else", "workspaces": "lab"}
    assert import_file(write(tmp_path, "people.csv", [person])).tallies["people"].new == 1
    homes = owner.execute(
        "SELECT w.code FROM organizations_membership m JOIN accounts_person p ON p.id = m.person_id "
        "JOIN organizations_workspace w ON w.id = m.workspace_id WHERE p.name = 'Nobody Else'"
    ).fetchall()
    assert homes == [("lab",)]


def test_one_address_is_one_person(world, owner, tmp_path):
    import_records(told())
    same = {"customer": "cedar", "key": "c9", "name": "Mia Rossi", "email": "MIA@maple.example"}
    assert not import_file(write(tmp_path, "people.csv", [same])).is_refused
    assert owner.execute("SELECT count(*) FROM accounts_person WHERE name = 'Mia Rossi'").fetchone() == (1,)


@pytest.mark.parametrize("kind", [kind for kind in STORY if kind != "consumption"])
def test_a_row_that_comes_twice_is_refused_with_the_line_of_the_first(world, owner, tmp_path, kind):
    import_records(told())
    rows = [STORY[kind][-1], STORY[kind][-1]]
    report = import_file(write(tmp_path, f"{kind}.csv", rows))
    assert [(one.line, one.code, one.error.params["first"]) for one in report.problems] == [(3, "repeated", 2)]


@pytest.mark.parametrize(
    ("kind", "over", "column", "code"),
    [
        ("sellers", {"code": "maple"}, "code", "code_taken"),
        ("sellers", {"kind": "customer"}, "kind", "word_unknown"),
        ("services", {"code": "x", "name_en": ""}, "name_en", "value_missing"),
        ("services", {"code": "x", "action_url": "javascript:alert(1)"}, "action_url", "url_malformed"),
        ("customers", {"code": "shore"}, "code", "code_taken"),
        ("customers", {"domains": "elm.example"}, "domains", "domain_taken"),
        ("workspaces", {"code": "new"}, "is_default", "default_twice"),
        ("people", {"customer": "", "key": "x"}, "key", "staff_needs_address"),
        ("people", {"workspaces": "main;attic"}, "workspaces", "workspace_unknown"),
        ("people", {"workspaces": "north"}, "workspaces", "workspace_unknown"),  # cedar's
        ("grants", {"workspace": ""}, "workspace", "role_needs_workspace"),
        ("grants", {"role": "king"}, "role", "word_unknown"),
        ("grants", {"person": "m9"}, "person", "person_unknown"),
        ("agreements", {"customer": "cedar"}, "customer", "row_differs"),  # another's number
        ("agreements", {"number": "M-2", "seller": "nobody"}, "seller", "seller_unknown"),
        ("agreements", {"number": "M-2", "ends_on": "2025-12-31"}, "ends_on", "ends_before_start"),
        ("agreements", {"number": "M-2", "terminated_on": "2027-01-01"}, "terminated_on", "terminated_outside"),
        ("packages", {"code": "X", "starts_on": "2025-12-31"}, "starts_on", "starts_too_early"),
        ("packages", {"code": "X", "ends_on": "2027-01-01"}, "ends_on", "ends_too_late"),
        ("entitlements", {"code": "x", "service": "none"}, "service", "service_unknown"),
        ("entitlements", {"code": "x", "rounding_step": "0"}, "rounding_step", "number_out_of_bounds"),
        ("allotments", {"external_id": "X", "amount": "0"}, "amount", "allotment_amount"),
        ("allotments", {"external_id": "X", "amount": "-1"}, "amount", "allotment_amount"),
        ("allotments", {"external_id": "X", "amount": "99999999999"}, "amount", "amount_too_large"),
        ("allotments", {"external_id": "X", "unit": "cases"}, "unit", "unit_mismatch"),
        ("allotments", {"external_id": "X", "ends_on": "2027-01-01"}, "ends_on", "ends_too_late"),
        ("allotments", {"external_id": "X", "kind": "adjustment", "amount": "-21"}, "amount", "adjustment_too_large"),
        ("allotments", {"external_id": "X", "package": "ADD", "entitlement": "review", "unit": "cases"}, "entitlement",
         "benefit_not_counted"),
        ("mappings", {"workspace": "north"}, "workspace", "workspace_unknown"),  # cedar's
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_column(world, owner, tmp_path, kind, over, column, code):
    elm = {"code": "elm", "name": "Elm", "domains": "elm.example"}
    import_records(told(customers=[*STORY["customers"], elm]))
    before = counts(owner)
    assert refusals(write(tmp_path, f"{kind}.csv", [STORY[kind][0] | over])) == [(2, column, code)]
    assert counts(owner) == before


def test_a_quantity_of_what_is_used_as_needed_is_refused(world, tmp_path):
    import_records(past())
    row = {
        "agreement": "PAST",
        "package": "P",
        "entitlement": "E",
        "external_id": "A",
        "kind": "purchase",
        "amount": "1",
    }
    found = refusals(write(tmp_path, "allotments.csv", [row | {"unit": "hours"}]))
    assert found == [(2, "entitlement", "allotment_as_needed")]


def test_two_agreements_of_one_customer_share_the_names_of_allotments(world, tmp_path):
    place = {"entitlement": world.cedar_advisory.code, "kind": "purchase", "amount": "1", "unit": "hours"}
    old = place | {"agreement": "CED-2025", "package": "OLD", "entitlement": world.old_advisory.code}
    rows = [place | {"agreement": "CED-2026", "package": "BASE", "external_id": "A"}, old | {"external_id": "A"}]
    assert refusals(write(tmp_path, "allotments.csv", rows)) == [(3, "external_id", "repeated")]


def test_a_seller_that_is_not_named_is_the_provider(world, owner, tmp_path):
    row = {name: text for name, text in STORY["agreements"][0].items() if name != "seller"}
    path = write(tmp_path, "agreements.csv", [row | {"customer": "cedar"}])
    assert not import_file(path).is_refused
    assert owner.execute("SELECT seller_id FROM agreements_agreement WHERE number = 'M-1'").fetchone() == (
        world.provider.pk,
    )


@pytest.mark.parametrize(
    "name", ["customers.csv", "03-customers.csv", "Maple customers 2026-10.csv", "customers_final.csv", "CUSTOMERS.CSV"]
)
def test_the_files_name_tells_the_kind(world, tmp_path, name):
    assert import_file(write(tmp_path, name, STORY["customers"])).tallies["customers"].new == 1
