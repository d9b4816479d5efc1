"""Who had to do with a service is found for export and erasure, and goes as a name, not as a number (R10.4)."""

from tallyhub.privacy.queries import access_to
from tests.engagements.making import log, planned, proactive


def test_who_delivered_somewhere_is_found_there_after_every_role_is_gone(world, owner):
    proactive(world)
    log(world, planned(world), 4)
    owner.execute("DELETE FROM organizations_accessgrant WHERE person_id = %s", [world.engineer.pk])
    assert world.cedar.pk in access_to(world.engineer.pk).customers
