"""Background work: what time brings to delegations and consents."""

from procrastinate.contrib.django import app

from tallyhub.kernel.access import Access
from tallyhub.kernel.scope import scope
from tallyhub.partners.consents import commands as consents
from tallyhub.partners.consents import queries as consent_queries
from tallyhub.partners.delegations import commands as delegations
from tallyhub.partners.delegations import queries as delegation_queries
from tallyhub.support.queries import is_open


@app.periodic(cron="11 * * * *")
@app.task(name="partners.settle_time", queueing_lock="partners.settle_time", pass_context=False)
def settle_time(timestamp: int) -> None:
    """Every hour. Rights end by themselves to the moment; this tells of it, and extends. Safe to repeat."""
    with scope(Access()):
        due, over = delegation_queries.list_due(), consent_queries.list_due()
    for one in due:
        delegations.settle_time(_hub(one), one.id)
    for each in over:
        consents.end_consent(_hub(each), each.id)


def _hub(one: "delegation_queries.Due | consent_queries.Due") -> Access:
    return Access.of_system([one.customer_id], organizations=[one.organization_id])


@app.task(name="partners.end_consents", pass_context=False)
def end_consents(subject_id: int, customer_id: int, **_about: object) -> None:
    """After a change of a request's status: one that is closed needs nobody of a partner any more."""
    hub = Access.of_system([customer_id])
    with scope(hub):
        is_closed = not is_open(hub, subject_id)
    if is_closed:
        consents.end_consents_of(hub, subject_id)
