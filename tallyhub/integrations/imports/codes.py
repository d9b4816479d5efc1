"""How the files of an import name things: the codes of the customer that is worked in, and of the catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallyhub.agreements.models import Agreement, Entitlement, Package, Service
from tallyhub.kernel.access import Access
from tallyhub.kernel.grid import harmless
from tallyhub.organizations.models import Workspace

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
    packages = Package.objects.visible_to(access).select_related("agreement")
    entitlements = Entitlement.objects.visible_to(access).select_related("package__agreement", "service")
    found = [Code("workspaces", one.code, one.name) for one in Workspace.objects.visible_to(access).order_by("code")]
    found += [Code("services", one.code, _name(one), unit=one.unit) for one in Service.objects.order_by("code")]
    found += [
        Code("agreements", one.number, one.name) for one in Agreement.objects.visible_to(access).order_by("number")
    ]
    found += [
        Code("packages", one.code, one.name, agreement=one.agreement.number)
        for one in packages.order_by("agreement__number", "code")
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
        for one in entitlements.order_by("package__agreement__number", "package__code", "code")
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
        "name": _("Name"),
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
