"""Whatever changes a customer's agreements, workspaces or enquiries takes the customer's turn first: no ring."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace
from typing import Any

import pytest

from tallyhub.agreements.models import Agreement, Mapping
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.office.amendments import commands as amendments
from tallyhub.office.enquiries import commands as enquiries
from tallyhub.office.enquiries import steps as enquiry_steps
from tallyhub.office.mappings import commands as mappings
from tallyhub.office.models import Enquiry
from tallyhub.office.workspaces import commands as workspaces
from tallyhub.organizations.sign_on import act_for
from tests.ledger.test_concurrency import together
from tests.office.agreed import approve


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``gate((module, "lock"), …)``: whoever has taken one of these locks waits until the other one has taken theirs.

    Where the order is right nobody else can have one: then they go on after a second.
    """
    barrier = Barrier(2, timeout=1)

    def meet(lock: Callable[..., Any]) -> Callable[..., Any]:
        def take(*args: Any, **more: Any) -> Any:
            taken = lock(*args, **more)
            with suppress(BrokenBarrierError):
                barrier.wait()
            return taken

        return take

    def close(*locks: tuple[Any, str]) -> None:
        for module, name in locks:
            monkeypatch.setattr(module, name, meet(getattr(module, name)))

    return close


def acting(world: SimpleNamespace, who: str = "csam") -> Access:
    return act_for(getattr(world, who).pk, world.cedar.pk).access


def test_a_mapping_and_the_answer_to_who_asked_for_it(world: SimpleNamespace, gate: Callable[..., None]) -> None:
    pair = (world.unmapped.pk, world.north.pk)
    asked = enquiries.ask_for_package(acting(world, "admin"), package_id=pair[0], workspace_id=pair[1])
    gate((enquiry_steps, "lock_open"), (mappings, "touch_customer"))
    done = together(
        lambda: enquiries.decline(acting(world), asked.pk, note="No"),
        lambda: mappings.change_mappings(acting(world, "coordinator"), added=[pair], removed=[]),
    )
    assert done[1] is None
    assert isinstance(done[0], Enquiry | Conflict), done[0]
    assert Mapping.objects.using("owner").filter(package_id=pair[0], workspace_id=pair[1]).exists()


def test_a_mapping_and_granting_what_was_asked_for(world: SimpleNamespace, gate: Callable[..., None]) -> None:
    pair = (world.unmapped.pk, world.north.pk)
    asked = enquiries.ask_for_package(acting(world, "admin"), package_id=pair[0], workspace_id=pair[1])
    gate((enquiry_steps, "lock_open"), (mappings, "touch_customer"))
    done = together(
        lambda: enquiries.grant_package(acting(world), asked.pk),
        lambda: mappings.change_mappings(acting(world, "coordinator"), added=[pair], removed=[]),
    )
    assert done[1] is None
    assert isinstance(done[0], Enquiry | Conflict), done[0]


def test_an_activation_and_another_name(world: SimpleNamespace, gate: Callable[..., None]) -> None:
    agreed = approve(world)
    gate((workspaces, "lock_agreement"), (amendments, "touch_customer"))
    done = together(
        lambda: workspaces.activate_agreement(agreed.access, agreed.agreement.pk),
        lambda: amendments.rename_agreement(agreed.access, agreed.agreement.pk, "Maple again"),
    )
    assert done[1] is None
    assert isinstance(done[0], workspaces.Activated), done[0]
    stored = Agreement.objects.using("owner").get(pk=agreed.agreement.pk)
    assert stored.name == "Maple again"
    assert stored.activated_at is not None
