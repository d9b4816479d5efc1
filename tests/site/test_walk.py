"""Behind every tile of the demo are rows that add up to it, to the digit (R1.13, R2.1–R2.6).

Walks as a customer administrator over home and Customer activity: every agreement, in force or not, every add-on. What
a tile says was used is read from its words, what is behind it from the CSV of its drill-down, by column keys. Where a
unit has a grid of its own, its file must say ``charged`` and ``unit``, or ``named_by`` where it is of people.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tallyhub.accounts.models import Person
from tests.site.demo_day import NOW, TODAY

# What a tile says was used: in the chosen workspaces where that is less than all, whose rows are behind it then.
_USED = re.compile(
    r"^(?P<needed>As needed: )?(?P<figure>−?[\d,.:]+) (?P<unit>[\w-]+) "
    r"(?:used|named)(?P<here> here)?(?: in the agreement| over the whole term)?$"
)
_UNITS = {
    "h": "minutes", "case": "cases", "cases": "cases", "credit": "credits", "credits": "credits",
    "activity": "activities", "activities": "activities", "set-up": "setups", "set-ups": "setups",
    "person": "people", "people": "people",
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    href: str
    title: str
    texts: tuple[str, ...]

    @property
    def is_counted(self) -> bool:
        """An additional benefit has no numbers."""
        return any(self.used)

    @property
    def used(self) -> Counter[str]:
        """In smallest steps, by unit."""
        found: list[tuple[str, int]] = []
        before: re.Match[str] | None = None
        for said in filter(None, map(_USED.match, self.texts)):
            if said["here"] and before and before["needed"]:
                found.pop()  # the headline says what the whole agreement used
            if said["here"] or not (before and before["here"]) or said["needed"]:
                found.append((_UNITS[said["unit"]], steps(said["figure"], _UNITS[said["unit"]])))
            before = said
        return sum((Counter({unit: used}) for unit, used in found), Counter())


def steps(figure: str, unit: str) -> int:
    """``1:30`` hours, ``2.5`` credits, ``1,000`` cases, as page and file write them."""
    plain = figure.replace(",", "").replace("−", "-")
    if unit == "minutes":
        sign, (hours, _, minutes) = -1 if plain.startswith("-") else 1, plain.lstrip("-").partition(":")
        return sign * (int(hours) * 60 + int(minutes or 0))
    if unit == "credits":
        whole, _, part = plain.lstrip("-").partition(".")
        return (-1 if plain.startswith("-") else 1) * (int(whole) * 100 + int(f"{part}00"[:2]))
    return int(plain)


def tiles_of(page: str) -> list[Tile]:
    found = []
    for item in re.findall(r"<li\b[^>]*>(?:(?!<li\b).)*?</li>", page, re.DOTALL):
        link = re.search(r'<a href="([^"]+)" class="tile-link">(.*?)</a>', item, re.DOTALL)
        if link:
            words = [" ".join(unescape(one).split()) for one in re.sub(r"<[^>]+>", "\n", item).splitlines()]
            title = " ".join(unescape(re.sub(r"<[^>]+>", "", link[2])).split())
            found.append(Tile(unescape(link[1]), title, tuple(filter(None, words))))
    return found


def behind(client: Client, tile: Tile) -> Counter[str] | None:
    """What the rows of its file add up to, by unit; None where there is no file."""
    path, _, query = tile.href.partition("?")
    address = f"{path}entries.csv?{query}&header=keys"
    answer: Any = client.get(address)
    if answer.status_code == 404:
        return None
    keys, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    if "named_by" in keys:
        return Counter(people=named_today(client, address))
    found: Counter[str] = Counter()
    for row in (dict(zip(keys, cells, strict=True)) for cells in rows):
        for figure, unit in zip(row["charged"].split("; "), row["unit"].split(", "), strict=True):
            found[unit] += steps(figure, unit)
    return found


def named_today(client: Client, address: str) -> int:
    """People, each once in each agreement that counts them."""
    answer: Any = client.get(f"{address}&on={TODAY}")
    rows = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    return len({(number, row["email"]) for row in rows for number in row["agreement"].split(", ")})


def pages(client: Client) -> Iterator[str]:
    """Home, and Customer activity in all workspaces with each choice of an agreement."""
    base = "/customer-activity/?workspace=all&status=any"
    yield "/"
    yield base
    page = client.get(base).content.decode()
    for name in ("agreement", "addon_agreement"):
        select = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
        for chosen in re.findall(r'<option value="(\d+)"', select[0] if select else ""):
            yield f"{base}&{name}={chosen}"


def differences(client: Client, seen: Counter[str]) -> list[str]:
    """Tiles whose rows do not add up to them. ``seen`` counts what was looked at."""
    known: dict[str, Counter[str] | None] = {}
    wrong = []
    for address in pages(client):
        answer = client.get(address)
        assert answer.status_code == 200, address
        for tile in tiles_of(answer.content.decode()):
            if tile.href not in known:
                known[tile.href] = behind(client, tile)
                seen["counted" if known[tile.href] is not None else "benefits"] += 1
            rows = known[tile.href]
            if (rows is None and not tile.used) or (rows is not None and +rows == +tile.used and tile.texts):
                seen.update(tile.used.keys())
                continue
            wrong.append(f"{tile.title} ({tile.href}): the tile says {dict(tile.used)}, its rows {rows and dict(rows)}")
    return wrong


_ADMINISTRATORS = """
SELECT DISTINCT ON (g.customer_id) g.person_id, g.customer_id
FROM organizations_accessgrant g WHERE g.role = 'customer_administrator' ORDER BY g.customer_id, g.person_id
"""
# Named people's learning is hidden from administrators (R2.2); whoever walks may see all.
_LEARNING = """
INSERT INTO organizations_accessgrant (customer_id, workspace_id, person_id, role, source, starts_at)
SELECT customer_id, id, %s, 'learning_manager', 'membership', %s FROM organizations_workspace WHERE customer_id = %s
ON CONFLICT DO NOTHING
"""


def walkers(owner: Any) -> dict[int, Client]:
    """By customer: an administrator's browser."""
    found = {}
    for person_id, customer_id in owner.execute(_ADMINISTRATORS).fetchall():
        owner.execute("UPDATE accounts_person SET confirmed_at = %s, language = 'en' WHERE id = %s", [NOW, person_id])
        owner.execute(_LEARNING, [person_id, NOW, customer_id])
        found[customer_id] = Client()
        found[customer_id].force_login(Person.objects.get(pk=person_id))
    return found


def test_the_rows_behind_every_tile_of_the_demo_add_up_to_it(loaded: None, owner: Any) -> None:
    found = walkers(owner)
    assert len(found) >= 8
    seen: Counter[str] = Counter()
    for customer_id, client in found.items():
        assert "\n".join(differences(client, seen)) == "", customer_id
    assert seen["counted"] > 60, seen
    assert seen["benefits"] > 5, seen
    assert set(seen) >= set(_UNITS.values()), seen  # something of each unit was read


LOSSES = {
    "an entry": "UPDATE ledger_entry SET charged = charged + 1 WHERE id = (SELECT max(id) FROM ledger_entry {})",
    "a contact": "UPDATE people_naming SET ended_at = named_at WHERE id = (SELECT max(id) FROM people_naming {})",
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_a_row_that_is_lost_is_noticed(loaded: None, owner: Any, loss: str) -> None:
    customer_id, client = next(iter(walkers(owner).items()))
    assert "\n".join(differences(client, Counter())) == ""
    owner.execute(loss.format("WHERE customer_id = %s"), [customer_id])
    assert differences(client, Counter())
