"""Every address of the hub, for every member of the cast: who gets in. An address that is missing here fails."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

# The people of tests/world.py; `nobody` is not signed in.
ADMINS = {"admin", "north_admin"}
READERS = ADMINS | {"reader", "learning", "csam", "coordinator"}
NO_ACTIVITY = {"contact", "viewer", "member", "engineer", "newcomer"}
EVERYBODY = READERS | NO_ACTIVITY | {"stranger"}

SIGN_IN = 302


# A browser's session opens nothing of it: tests/integrations/api says who does.
LISTS = ("workspaces", "all_agreements", "packages", "entitlements", "allotments", "entries")
API: dict[tuple[str, str], list[Any]] = {("GET", f"api:list_{name}"): [] for name in LISTS}
API |= {("GET", f"api:get_{name}"): [1] for name in ("agreement", "entitlement", "entry")}
API |= {("POST", "api:post_entries"): [], ("POST", "api:reverse_entry"): [1]}


def for_all(status: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, status)


def for_customers(status: int) -> dict[str, int]:
    """Whoever acts for a whole customer as its administrator or account team."""
    return for_all(403) | dict.fromkeys(["admin", "csam", "coordinator", "stranger"], status)


def activity(stranger: int = 200, **over: int) -> dict[str, int]:
    """Open to readers; members without the right get 403; ``stranger`` reads another customer's activity."""
    return dict.fromkeys(READERS, 200) | dict.fromkeys(NO_ACTIVITY, 403) | {"stranger": stranger} | over


def doors(world: SimpleNamespace) -> dict[tuple[str, str], tuple[list[Any], dict[str, int]]]:
    """(method, name) -> (arguments, who gets what). 404 is for what one may not know of, 403 for a missing right."""
    credit, education = world.cedar_credits.pk, world.cedar_education.pk
    only_learning = activity(404, **dict.fromkeys(READERS - {"learning"}, 403))
    return {
        ("GET", "activity:home"): ([], for_all(200)),
        ("GET", "activity:management"): ([], for_all(200)),
        ("GET", "activity:customer_activity"): ([], activity()),
        ("GET", "activity:group"): (["as_needed"], activity()),
        ("GET", "activity:group_rows"): (["as_needed"], activity()),
        ("GET", "activity:group_csv"): (["as_needed"], activity()),
        ("GET", "activity:entitlement"): ([credit], activity(404)),
        ("GET", "activity:entitlement_rows"): ([education], only_learning),
        ("GET", "activity:entitlement_csv"): ([education], only_learning),
        ("GET", "activity:agreement_details"): ([], for_all(301)),
        ("GET", "organizations:switch"): ([], for_all(200)),
        ("POST", "organizations:switch_workspace"): ([], for_all(404)),  # without a workspace of one's own
        ("POST", "organizations:switch_customer"): ([], for_all(404)),
        ("GET", "accounts:profile"): ([], for_all(200)),
        ("GET", "accounts:tokens"): ([], for_all(200)),
        ("GET", "accounts:customer_tokens"): ([], for_customers(200)),
        ("POST", "accounts:revoke_token"): ([1], for_all(404)),
        ("GET", "api_contract"): ([], for_all(200)),
        ("GET", "api_reference"): ([], for_all(200)),
        ("GET", "api:api-root"): ([], for_all(404)),
        **{door: (arguments, for_all(401)) for door, arguments in API.items()},
        ("GET", "account_login"): ([], for_all(302)),
        ("GET", "account_logout"): ([], for_all(200)),
        ("GET", "account_change_password"): ([], for_all(200)),
        ("GET", "account_reauthenticate"): ([], for_all(200)),
    }


NOBODY = {"activity:agreement_details": 301, "account_login": 200, "api_contract": 200, "api_reference": 200}
NOBODY |= {"api:api-root": 404, **{name: 401 for _method, name in API}}  # everything else asks to sign in


def names(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_is_in_the_table(world: SimpleNamespace) -> None:
    assert set(names()) == {name for _method, name in doors(world)}


@pytest.mark.parametrize("who", ["nobody", *sorted(EVERYBODY)])
def test_each_member_of_the_cast_gets_in_where_they_should(world: SimpleNamespace, client: Any, who: str) -> None:
    """R1.4, R1.5, R2.2, R3.3: one row per address and person."""
    if who != "nobody":
        client.force_login(getattr(world, who))
    found, expected = {}, {}
    for (method, name), (arguments, statuses) in doors(world).items():
        address = reverse(name, args=arguments)
        found[method, address] = client.generic(method, address).status_code
        expected[method, address] = statuses[who] if who != "nobody" else NOBODY.get(name, SIGN_IN)
    assert found == expected


def test_the_table_names_the_whole_cast(world: SimpleNamespace) -> None:
    assert set(world.cast) == EVERYBODY
