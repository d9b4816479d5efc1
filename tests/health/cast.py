"""The world with products, their components and an editor of the provider; and a partner who serves birch."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.test import override_settings

from tallyhub.agreements.models import Coverage, Package
from tallyhub.health.editing import commands
from tallyhub.health.rules import EventKind, EventStatus, Reach, Said, Visibility
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tests.make import employ, make_component, make_person, make_product, make_region


def health(world: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Cedar has the database alone; birch, which the partner sells to, has everything."""
    world.database, world.search = make_product("database"), make_product("search")
    for package in Package.objects.using("owner").filter(customer=world.cedar):
        Package.objects.using("owner").filter(pk=package.pk).update(covers_every_product=False)
        Coverage.objects.using("owner").create(customer=world.cedar, package=package, product=world.database)
    world.queries = make_component(world.database, world.provider, "queries", position=0)
    world.backup = make_component(world.database, world.provider, "backup", position=1)
    world.index = make_component(world.search, world.provider, "index")
    world.west = make_region(world.database, world.provider, "west")
    world.east = make_region(world.search, world.provider, "east")
    world.editor = make_person("editor")
    employ(world.editor, world.provider, "editor")
    world.agent = make_person("agent")
    employ(world.agent, world.partner, "admin_agent")
    world.editing = Access(
        person_id=world.editor.pk,
        organization_id=world.provider.pk,
        organization_rights=frozenset({Right.EDIT_HEALTH}),
    )
    with override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"data_dir": tmp_path})):
        yield world


def publisher(health: SimpleNamespace) -> Callable[..., int]:
    """Publishes an incident of the database for everybody; ``over``: what is different."""

    def make(text: str = "Queries fail.", **over: Any) -> int:
        fields: dict[str, Any] = {
            "kind": EventKind.INCIDENT,
            "title": "Queries fail",
            "status": EventStatus.INVESTIGATING,
            "visibility": Visibility.PUBLIC,
            "reach": Reach.EVERYBODY,
            "components": {health.queries.pk: "major_outage"},
            "occurred_at": clock.now(),
        }
        return commands.publish(health.editing, Said(**fields | over), text)

    return make
