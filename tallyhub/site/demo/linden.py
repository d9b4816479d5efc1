"""A customer with partners: one product from each of two, another directly from the provider."""

from tallyhub.site.demo.plan import Agreement, Customer, Line, Lot, Months, Package, Use


def _package(code: str, name: str, *lines: Line) -> tuple[Package, ...]:
    return (Package(code, name, "addon", workspaces=("studio", "logistics"), lines=lines),)


LINDEN = Customer(
    code="linden",
    name="Linden Furniture Works",
    zone="Europe/Berlin",
    workspaces={"studio": "Design studio", "logistics": "Logistics"},
    cast="""
admin      | Henrike Lindqvister | en | Europe/Berlin | all       | customer_administrator
contact    | Jorin Ahlemeyer     | de | Europe/Berlin | all       | support_contact@studio+logistics
m.rosetto  | Marzia Rosettini    | it | Europe/Rome   | logistics |
""",
    agreements=(
        Agreement(
            "U-56010",
            "Database care by Brightline",
            "unified",
            "Europe/Berlin",
            Months(-7, 4),
            seller="brightline",
            packages=_package(
                "DATABASE",
                "Database",
                Line("advisory-support", lots=(Lot("60"),), uses=(Use(21, Months(-7, 0)),), step=15),
            ),
        ),
        Agreement(
            "U-56011",
            "Reporting by Fernway",
            "unified",
            "Europe/Berlin",
            Months(-5, 6),
            seller="fernway",
            packages=_package(
                "REPORTING", "Reporting", Line("reactive-support", uses=(Use(6, Months(-5, 0)),), step=15)
            ),
        ),
        Agreement(
            "U-56012",
            "Messaging",
            "unified",
            "Europe/Berlin",
            Months(-3, 8),
            packages=_package(
                "MESSAGING",
                "Messaging",
                Line("reactive-support", uses=(Use(18, Months(-3, 0)),), step=15),
                Line("service-review"),
            ),
        ),
    ),
)
