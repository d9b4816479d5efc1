"""A job and a token act with what their person may do now, and inside their customer only."""

from datetime import UTC, datetime
from types import SimpleNamespace

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access, Right
from tallyhub.organizations import sign_on
from tallyhub.organizations.models import AccessGrant


def test_an_actor_has_the_rights_of_the_person(world: SimpleNamespace) -> None:
    found = sign_on.act_for(world.admin.pk, world.cedar.pk)
    assert found.person == world.admin
    assert found.access.has(Right.ADMINISTER)
    assert set(found.access.workspaces) == {world.north.pk, world.south.pk}


def test_an_actor_is_nobody_inside_a_customer_that_is_not_theirs(world: SimpleNamespace) -> None:
    assert sign_on.act_for(world.stranger.pk, world.cedar.pk).access == Access()


def test_an_actor_whose_role_has_ended_is_nobody(world: SimpleNamespace) -> None:
    AccessGrant.objects.using("owner").filter(person=world.admin).update(ends_at=datetime(2021, 1, 1, tzinfo=UTC))
    assert sign_on.act_for(world.admin.pk, world.cedar.pk).access == Access()


def test_an_actor_who_may_not_sign_in_is_nobody(world: SimpleNamespace) -> None:
    Person.objects.using("owner").filter(pk=world.admin.pk).update(is_active=False)
    assert sign_on.act_for(world.admin.pk, world.cedar.pk).access == Access()
