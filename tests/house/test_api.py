"""The API's contract changes on purpose only: a change of it is a change of a committed file."""

from pathlib import Path

from tallyhub.integrations.api.service import contract_text

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_contract_is_the_committed_one() -> None:  # R8.2
    """`make contract` writes it anew; programs of others hang on what it says."""
    assert COMMITTED.read_text() == contract_text()
