"""What a partner types about its support, and a customer that holds two products: one resold, one bought directly."""

from types import SimpleNamespace
from typing import Any

from tests.make import grant, make_agreement, make_package, make_person, make_product

PROFILE = {
    "email": "help@lakeside.test",
    "telephone": "+44 20 7946 0000",
    "website": "https://lakeside.test/help",
    "languages": ["en", "de"],
}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "9:00-12:00, 13:00-17:30")
PLAN: dict[str, Any] = {
    "version": "0",
    "name": "Lakeside care",
    "languages": ["en"],
    "types": ["how_to", "break_fix"],
    "excluded": "Code that customers wrote themselves.",
    "zone": "Europe/London",
    **WEEK,
    "holidays": "2026-12-25 Christmas Day",
    "method_0": "phone",
    "method_1": "mail",
    "target_a": "1",
    "target_b": "4",
    "target_c": "16",
    "measured": "Until somebody answers who has looked at it.",
    "price": "per_incident",
    "amount": "120.50",
    "currency": "EUR",
    "price_note": "Taxes are added.",
    "escalation": "What the provider must mend is escalated within a day.",
    "duties": "Say what happened, and since when.",
    "valid_from": "2026-11-21",
    "line_0_mode": "own",
    "line_0_when": "always",
}


def supporting(firm: SimpleNamespace, as_: Any, **over: Any) -> None:
    """Lakeside says how it is reached, and publishes its first plan."""
    assert as_(firm.agent).post("/support-profile/", PROFILE).status_code == 302
    published(firm.agent, as_, **over)


def published(agent: Any, as_: Any, **over: Any) -> None:
    answer = as_(agent).post("/support-plan/draft/publish/", PLAN | over)
    assert answer.status_code == 302, answer.content.decode()


def mixed(firm: SimpleNamespace) -> SimpleNamespace:
    """Birch has bought the database from lakeside, and messaging from the provider itself."""
    firm.database, firm.messaging = make_product("database"), make_product("messaging")
    resold = make_agreement(firm.birch, firm.partner, number="BIR-DB")
    cover(make_package(resold, firm.birch_main, code="DB", scope="addon"), firm.database)
    direct = make_agreement(firm.birch, firm.provider, number="BIR-MSG")
    cover(make_package(direct, firm.birch_main, code="MSG", scope="addon"), firm.messaging)
    firm.asker = make_person("asker", email="asker@birch.test")
    grant(firm.asker, "support_contact", firm.birch_main)
    return firm


def cover(package: Any, *products: Any) -> None:
    from tallyhub.agreements.models import Coverage

    for one in products:
        fields = {"customer_id": package.customer_id, "package_id": package.pk, "product_id": one.pk}
        Coverage.objects.using("owner").create(**fields)
