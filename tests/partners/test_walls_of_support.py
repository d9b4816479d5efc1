"""Who reads which profile, plan and change, by the database alone: Python asks nothing here (1.4, edge case 36)."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError

from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.partners.models import ConfigurationTask, ProfileChange, SupportPlan, SupportProfile


@pytest.fixture
def two(firm: Any) -> Any:
    """Lakeside and rivermouth each have a profile, a change of it, a draft and a published version."""
    for house in (firm.partner, firm.rival, firm.provider):
        SupportProfile.objects.using("owner").create(
            organization=house, email="help@firm.test", telephone="+44 1", languages=["en"], changed_at=clock.now()
        )
        ProfileChange.objects.using("owner").create(organization=house, changes={}, changed_at=clock.now())
        SupportPlan.objects.using("owner").create(organization=house, content={}, changed_at=clock.now())
        SupportPlan.objects.using("owner").create(
            organization=house,
            content={},
            number=1,
            valid_from=date(2026, 1, 1),
            published_at=clock.now(),
            changed_at=clock.now(),
        )
    return firm


def houses(access: Access, model: Any, **wanted: Any) -> set[int]:
    with scope(access):
        return set(model.objects.filter(**wanted).values_list("organization_id", flat=True))


def test_a_customer_reads_those_of_its_own_partners_and_the_providers(two: Any) -> None:
    birch = Access.of_system([two.birch.pk])
    assert houses(birch, SupportProfile) == {two.partner.pk, two.provider.pk}
    assert houses(birch, SupportPlan, number=1) == {two.partner.pk, two.provider.pk}
    assert houses(birch, SupportPlan, number=None) == set()
    assert houses(birch, ProfileChange) == set()


def test_a_partner_reads_its_own_and_no_other_partners(two: Any) -> None:
    rival = Access.of_system(organizations=[two.rival.pk])
    for model in (SupportProfile, SupportPlan, ProfileChange):
        assert houses(rival, model) == {two.rival.pk}


def test_the_provider_reads_what_is_published_and_no_drafts(two: Any) -> None:
    provider = Access.of_system(organizations=[two.provider.pk])
    every = {two.partner.pk, two.rival.pk, two.provider.pk}
    assert houses(provider, SupportProfile) == every
    assert houses(provider, SupportPlan, number=1) == every
    assert houses(provider, SupportPlan, number=None) == {two.provider.pk}


def test_nobody_at_all_reads_nothing(two: Any) -> None:
    for model in (SupportProfile, SupportPlan, ProfileChange):
        assert houses(Access(), model) == set()


def test_python_shows_no_more_than_the_database(two: Any) -> None:
    for access in (
        Access.of_system([two.birch.pk]),
        Access.of_system(organizations=[two.rival.pk]),
        Access.of_system(organizations=[two.provider.pk]),
        Access(),
    ):
        with scope(access):
            for model in (SupportProfile, SupportPlan, ProfileChange):
                managers: Any = model.objects
                assert set(managers.visible_to(access).values_list("pk")) <= set(managers.values_list("pk"))


@pytest.mark.parametrize("model", [SupportProfile, SupportPlan])
def test_nobody_writes_what_is_anothers(two: Any, model: Any) -> None:
    for access in (Access.of_system([two.birch.pk]), Access.of_system(organizations=[two.rival.pk])):
        with scope(access, writing=True):
            assert model.objects.filter(organization=two.partner).update(changed_at=clock.now()) == 0


def test_the_log_of_a_profile_is_not_written_over(two: Any) -> None:
    with pytest.raises(DatabaseError), scope(Access.of_system(organizations=[two.partner.pk]), writing=True):
        ProfileChange.objects.filter(organization=two.partner).update(changes={"email": ["", ""]})


def test_only_the_provider_writes_tasks(two: Any) -> None:
    with pytest.raises(DatabaseError), scope(Access.of_system(organizations=[two.partner.pk]), writing=True):
        ConfigurationTask.objects.create(organization=two.partner, code="x", titles={"en": "x"}, steps={"en": "x"})
