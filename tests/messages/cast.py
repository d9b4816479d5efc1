"""The world with two products. Cedar bought the database from the provider itself, birch both through the partner;
maple bought the database directly and the search through the partner.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tallyhub.agreements.models import Coverage, Package
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.messages import steps
from tallyhub.messages.composing import commands
from tallyhub.messages.rules import (
    Audience,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Said,
    Text,
    fingerprint,
)
from tests.make import (
    employ,
    grant,
    make_agreement,
    make_organization,
    make_package,
    make_person,
    make_product,
    make_workspace,
    prove_domain,
)


def centre(world: SimpleNamespace) -> SimpleNamespace:
    world.database, world.search = make_product("database"), make_product("search")
    for package in Package.objects.using("owner").filter(customer=world.cedar):
        Package.objects.using("owner").filter(pk=package.pk).update(covers_every_product=False)
        Coverage.objects.using("owner").create(customer=world.cedar, package=package, product=world.database)
    world.maple = make_organization("maple")
    world.maple_main = make_workspace(world.maple, "main", is_default=True)
    prove_domain(world.maple, "maple.test")
    world.maple_admin = make_person("maple_admin", email="admin@maple.test")
    grant(world.maple_admin, "customer_administrator", world.maple)
    for seller, product in ((world.provider, world.database), (world.partner, world.search)):
        package = make_package(
            make_agreement(world.maple, seller), world.maple_main, scope="addon", covers_every_product=False
        )
        Coverage.objects.using("owner").create(customer=world.maple, package=package, product=product)
    world.editor = make_person("editor")
    employ(world.editor, world.provider, "editor")
    world.agent = make_person("agent")
    employ(world.agent, world.partner, "admin_agent")
    world.other = make_organization("fernway", kind="partner")
    world.rival = make_person("rival")
    employ(world.rival, world.other, "admin_agent")
    world.editing = Access(
        person_id=world.editor.pk,
        organization_id=world.provider.pk,
        organization_rights=frozenset({Right.EDIT_MESSAGES, Right.EDIT_GUIDES}),
    )
    world.hub = Access.of_system(organizations=[world.provider.pk])
    return world


def said(about: str = "operational", *products: Any, customers: tuple[Any, ...] = (), **over: Any) -> Said:
    """A message about these products for whoever holds them, or for these customers. ``over``: of the text."""
    fields: dict[str, Any] = {
        "category": MessageCategory.INFORM,
        "severity": MessageSeverity.NORMAL,
        "titles": {"en": "The console changes"},
        "bodies": {"en": "It looks **different**."},
    }
    starts_at = over.pop("starts_at", None)
    return Said(
        about=MessageClass(about),
        text=Text(**fields | over),
        audience=Audience.NAMED if customers else Audience.HOLDERS,
        products=frozenset(one.pk for one in products),
        customers=frozenset(one.pk for one in customers),
        starts_at=starts_at,
    )


def seen(access: Access, message: Said) -> str:
    with scope(access):
        return fingerprint(steps.plan(commands.about_of(message)))


def publisher(centre: SimpleNamespace) -> Callable[..., int]:
    """Sends as ``said`` says, whatever is refused."""

    def make(*args: Any, **over: Any) -> int:
        message = said(*args, **over)
        done = commands.publish(centre.editing, message, seen=seen(centre.editing, message), is_confirmed=True)
        assert done.post_id is not None, "refused for everybody"
        return done.post_id

    return make
