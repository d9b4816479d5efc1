"""How the files of an import name things: the codes of the customer that is worked in, and of the catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Service
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import harmless
from tallyhub.organizations.queries import list_own_workspaces

COLUMNS = ("kind", "agreement", "package", "code", "service", "unit", "name")  # of the CSV; they stay


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that a file can name. What does not apply is empty."""

    kind: str  # the word of the import: workspaces, agreements, packages, entitlements, services
    code: str
    name: str
    agreement: str = ""
    package: str = ""
    service: str = ""
    unit: str = ""


def list_codes(access: Access) -> list[Code]:
    """In the order in which files need each other; five statements, whatever there is."""
    found = [
        Code("workspaces", one.code, one.name) for one in sorted(list_own_workspaces(access), key=lambda one: one.code)
    ]
    found += [Code("services", one.code, _name(one), unit=one.unit) for one in agreements.list_services()]
    found += [Code("agreements", one.number, one.name) for one in agreements.list_agreements(access).order_by("number")]
    found += [
        Code("packages", one.code, one.name, agreement=one.agreement.number)
        for one in agreements.list_packages_by_code(access)
    ]
    found += [
        Code(
            "entitlements",
            one.code,
            _name(one.service),
            agreement=one.package.agreement.number,
            package=one.package.code,
            service=one.service.code,
            unit=one.service.unit,
        )
        for one in agreements.list_entitlements_by_code(access)
    ]
    return found


def _name(service: Service) -> str:
    return str(service.names.get(get_language() or "en") or service.names["en"])


def groups(found: list[Code]) -> list[dict[str, object]]:
    """For the page: a table for each kind, with the columns that apply to it."""
    titles = {
        "entitlements": (_("Entitlements"), ("agreement", "package", "code", "unit", "service", "name")),
        "workspaces": (_("Workspaces"), ("code", "name")),
        "packages": (_("Packages"), ("agreement", "code", "name")),
        "agreements": (_("Agreements"), ("code", "name")),
        "services": (_("Services"), ("code", "unit", "name")),
    }
    labels = {
        "agreement": _("Agreement"),
        "package": _("Package"),
        "code": _("Code"),
        "service": _("Service"),
        "unit": _("Unit"),
        "name": pgettext("of a thing", "Name"),
    }
    return [
        {
            "kind": kind,
            "title": title,
            "labels": [labels[column] for column in columns],
            "rows": [[getattr(one, column) for column in columns] for one in found if one.kind == kind],
        }
        for kind, (title, columns) in titles.items()
    ]


def csv_rows(found: list[Code]) -> Iterator[list[str]]:
    for one in found:
        yield [harmless(getattr(one, column)) for column in COLUMNS]
