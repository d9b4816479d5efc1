"""Where partner requests stand, from what all rooms know of them. Pages and lists ask here, and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallyhub.helpdesk.escalations.queries import list_states
from tallyhub.helpdesk.escalations.rules import Side
from tallyhub.helpdesk.gates.queries import read_facts
from tallyhub.helpdesk.gates.rules import Ball, Facts, Stage, ball_of, stage_of
from tallyhub.support.models import Request

_BALLS = {
    Side.PARTNER: Ball.PARTNER,
    Side.INDIRECT: Ball.INDIRECT_PROVIDER,
    Side.PROVIDER: Ball.PROVIDER,
}


@dataclass(frozen=True, slots=True)
class Standing:
    stage: Stage
    ball: Ball
    facts: Facts


def read_standings(requests: Sequence[Request]) -> dict[int, Standing]:
    """By request, of those that are a partner's and that the reader sees. The same number of statements for any."""
    states = list_states([one.pk for one in requests])
    escalated = {one: _BALLS[state.holder] for one, state in states.items() if state.holder is not None}
    return {one: _standing(facts.escalated(escalated.get(one))) for one, facts in read_facts(requests).items()}


def _standing(facts: Facts) -> Standing:
    return Standing(stage_of(facts), ball_of(facts), facts)
