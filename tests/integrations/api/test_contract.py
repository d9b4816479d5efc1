"""The contract is committed, and the API keeps it whatever is sent (R8.2)."""

import importlib
import pkgutil
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as chance
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from tallyhub.integrations import api
from tallyhub.site.wsgi import application
from tests.helpdesk.escalating import chain
from tests.integrations.api.program import ALL, make_token, make_work_token

# Schemathesis itself draws from ``random`` inside its strategies.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
EXAMPLES = 15  # per operation, once of what the contract allows and once of what it forbids
HURRIED = {"deadline": None, "derandomize": True, "database": None, "phases": [Phase.generate]}
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}


def test_no_two_lists_of_values_have_one_name() -> None:
    """The contract would say of the one what holds of the other."""
    named: dict[str, set[type]] = {}
    modules = [one.name for one in pkgutil.iter_modules(api.__path__, f"{api.__name__}.")]
    for module in (one for one in modules if not one.endswith("commands")):  # those are not in the contract
        for one in vars(importlib.import_module(module)).values():
            if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum:
                named.setdefault(one.__name__, set()).add(one)
    assert [name for name, classes in named.items() if len(classes) > 1] == []


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_whatever_is_sent_the_answer_is_one_of_the_contract(
    world: SimpleNamespace, label: str, mode: GenerationMode
) -> None:
    roomy = settings.TALLYHUB.model_copy(update={"api_rate": 100_000})
    is_at_work = "/helpdesk/" in label
    secret = make_work_token(chain(world).agent) if is_at_work else make_token(world.csam, world.cedar, *ALL)

    @chance(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), **HURRIED)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        # What a cursor or a code means no schema can tell, so one that fits may still be refused; and 1.0 is an integer
        # to a schema, but none to us.
        said = "cursor" in (case.query or {}) or case.method in {"POST", "PATCH", "PUT"}
        # What is wrong with an empty list in a query, or with the header that is put in its place, is never sent; and
        # whatever is no text in a query becomes one that may be right.
        is_unsent = any(not isinstance(value, str) or not value for value in (case.query or {}).values())
        excluded = ["positive_data_acceptance"] * said + ["negative_data_rejection"] * is_unsent
        case.call_and_validate(
            headers={"Authorization": f"Bearer {secret}"},
            excluded_checks=CHECKS.get_by_names(excluded),
        )

    with override_settings(TALLYHUB=roomy):
        run()
