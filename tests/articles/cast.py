"""The world with three products: cedar holds the database, birch the search, and nobody the printer. Lakeside sold
birch what it has; editor writes for the provider, agent works for lakeside and rival for another partner.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tallyhub.agreements.models import Coverage, Package
from tallyhub.articles.editing import commands
from tallyhub.articles.models import Sent
from tallyhub.articles.rules import Written
from tallyhub.articles.steps import send_article, sent_news
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command
from tallyhub.partners.steps import tell
from tests.make import employ, make_organization, make_party, make_person, make_product


def desk(world: SimpleNamespace) -> SimpleNamespace:
    world.database, world.search, world.printer = (make_product(one) for one in ("database", "search", "printer"))
    for customer, product in ((world.cedar, world.database), (world.birch, world.search)):
        for package in Package.objects.using("owner").filter(customer=customer):
            Package.objects.using("owner").filter(pk=package.pk).update(covers_every_product=False)
            Coverage.objects.using("owner").create(customer=customer, package=package, product=product)
    make_party(world.partner)
    world.editor = _hired(world.provider, "editor", "editor")
    world.warden = _hired(world.provider, "warden", "partner_manager")
    world.agent = _hired(world.partner, "agent", "admin_agent")
    world.other = make_organization("fernway", kind="partner")
    world.rival = _hired(world.other, "rival", "admin_agent")
    world.editing = Access(
        person_id=world.editor.pk,
        organization_id=world.provider.pk,
        organization_rights=frozenset({Right.EDIT_GUIDES}),
    )
    world.helping = acting(world.partner, world.agent)
    world.competing = acting(world.other, world.rival)
    return world


def _hired(house: Any, name: str, role: str) -> Any:
    person = make_person(name, email=f"{name}@house.test")
    employ(person, house, role)
    return person


def acting(house: Any, person: Any) -> Access:
    return Access(person_id=person.pk, organization_id=house.pk, organization_rights=frozenset({Right.SERVE_CUSTOMERS}))


def written(
    title: str = "Restore a backup", body: str = "Open the **console**.", *products: Any, **texts: Any
) -> Written:
    """In English; ``texts``: title and body of another language, ``de=("…", "…")``."""
    said = {"en": (title, body), **texts}
    return Written(
        {language: one[0] for language, one in said.items()},
        {language: one[1] for language, one in said.items()},
        frozenset(one.pk for one in products),
    )


def writer(desk: SimpleNamespace) -> Callable[..., int]:
    """Publishes what ``written`` says, unless it is to stay a draft."""

    def make(*args: Any, is_published: bool = True, **texts: Any) -> int:
        return commands.write(desk.editing, written(*args, **texts), is_published=is_published)

    return make


@command
def send(access: Access, article_id: int, customer: Any, request_id: int, *people: Any) -> int:
    """As a package above does it, whose request that is."""
    sent: Sent = send_article(access, article_id, customer.pk, request_id, [one.pk for one in people])
    tell(access, [sent_news(sent)])
    return sent.pk
