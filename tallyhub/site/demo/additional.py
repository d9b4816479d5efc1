"""Support requests of the demo that are placed under no entitlement, one for each reason that can be mended or not."""

from datetime import timedelta

from tallyhub.agreements.models import Agreement
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Workspace
from tallyhub.support import steps
from tallyhub.support.models import Request
from tallyhub.support.rules import Kind, RequestClass, Source, Status, number_of

CUSTOMER = "halden"
# Workspace, title, kind, class, the agreement that is named, how many days ago.
CASES = (
    ("group", "Plan for the move of the plant network", Kind.ADVICE, RequestClass.X85, "", 5),
    ("group", "Sign-in to the Americas portal is slow from Oslo", Kind.PROBLEM, RequestClass.STANDARD, "P-31255", 4),
    (
        "group",
        "Old backup agent still reports to the former console",
        Kind.PROBLEM,
        RequestClass.STANDARD,
        "P-22960",
        3,
    ),
    ("paper", "Label printer of the roll store loses its queue", Kind.PROBLEM, RequestClass.STANDARD, "P-22960", 7),
)


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system(), writing=True):
        (customer_id,) = organizations.find_customers([CUSTOMER]).values()
    with scope(Access.of_system([customer_id]), writing=True):
        if Request.objects.filter(external_id="demo-0", source=Source.IMPORT).exists():
            return
        places = {one.code: one for one in Workspace.objects.filter(customer_id=customer_id)}
        for n, (workspace, title, kind, request_class, number, days) in enumerate(CASES):
            serial, at = steps.next_serial(), clock.now() - timedelta(days=days)
            Request(
                id=serial,
                number=number_of(serial),
                customer_id=customer_id,
                workspace=places[workspace],
                kind=kind,
                request_class=request_class,
                title=title,
                severity="C",
                status=Status.IN_PROGRESS,
                agreement=Agreement.objects.get(number=number) if number else None,
                opened_at=at,
                changed_at=at,
                source=Source.IMPORT,
                external_id=f"demo-{n}",
            ).save(force_insert=True)
