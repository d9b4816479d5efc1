"""The document of a draft: what was typed, right or wrong, so that nothing is lost. ``check`` says what it means."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tallyhub.agreements.rules import ContactKind, Plan, Scope

TEXT_MAX = 500  # more than any field may hold
PACKAGES_MAX = 50
# Each is a form of its own; together they stay below the thousand fields that a form may send.
ENTITLEMENTS_MAX = 40  # of one package
PURCHASES_IN_PACKAGE_MAX = 200
CONTACTS_MAX = 100


def _typed(text: object) -> str:
    """In one line, bounded, and without what the database cannot hold."""
    return " ".join(str(text).replace("\0", "").split())[:TEXT_MAX]


Typed = Annotated[str, BeforeValidator(_typed)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Purchase(Part):
    """A quantity in the unit's own words. Without days of its own it runs as long as its package."""

    amount: Typed = ""
    starts_on: Typed = ""
    ends_on: Typed = ""


class EntitlementPart(Part):
    service: Typed = ""  # its code
    code: Typed = ""
    is_as_needed: bool = False
    rounding_step: Typed = "1"
    purchases: list[Purchase] = Field(default_factory=list, max_length=PURCHASES_IN_PACKAGE_MAX)


class PackagePart(Part):
    """``key`` names it while it is written. Without days of its own it runs as long as the agreement."""

    key: int = 0
    code: Typed = ""
    name: Typed = ""
    scope: Typed = Scope.ENTERPRISE.value
    starts_on: Typed = ""
    ends_on: Typed = ""
    entitlements: list[EntitlementPart] = Field(default_factory=list, max_length=ENTITLEMENTS_MAX)


class Terms(Part):
    number: Typed = ""
    name: Typed = ""
    plan: Typed = Plan.UNIFIED.value
    seller: Typed = ""  # its code
    zone: Typed = ""
    starts_on: Typed = ""
    ends_on: Typed = ""


class ContactPart(Part):
    name: Typed = ""
    email: Typed = ""
    kind: Typed = ContactKind.SUPPORT_CONTACT.value
    language: Typed = "en"


class Draft(Part):
    """``amends``: the approved agreement that gets these packages; terms and contacts are its own then."""

    amends: int | None = None
    terms: Terms = Field(default_factory=Terms)
    packages: list[PackagePart] = Field(default_factory=list, max_length=PACKAGES_MAX)
    contacts: list[ContactPart] = Field(default_factory=list, max_length=CONTACTS_MAX)
    next_key: int = 1

    def package(self, key: int) -> PackagePart | None:
        return next((one for one in self.packages if one.key == key), None)

    def add_package(self, package: PackagePart) -> PackagePart:
        """Under a key of its own."""
        added = package.model_copy(update={"key": self.next_key})
        self.next_key += 1
        self.packages.append(added)
        return added

    def put_package(self, package: PackagePart) -> None:
        """In place of the one with its key; one that was removed meanwhile comes back."""
        places = [place for place, one in enumerate(self.packages) if one.key == package.key]
        if places:
            self.packages[places[0]] = package
        else:
            self.packages.append(package)
