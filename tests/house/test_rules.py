"""Our own small lint: what ruff, mypy and import-linter cannot know. Each exception is listed with its reason.

docs/style.md says the rules in words.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

CODE = Path(__file__).parents[2] / "tallyhub"
Finding = tuple[str, str]  # file below tallyhub/, and what it does there
Rule = Callable[[str, ast.AST], Iterator[str]]


def _files(pattern: str) -> list[str]:
    found = (path.relative_to(CODE).as_posix() for path in CODE.rglob(pattern))
    return sorted(path for path in found if "/migrations/" not in path and "/static/" not in path)


TREES = {path: ast.parse((CODE / path).read_text()) for path in _files("*.py")}


def _named(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


# --- the rules ---------------------------------------------------------------------------------------------


def _holds_models(path: str) -> bool:
    return path.endswith("/models.py") or "/models/" in path


OWNERS = {  # two packages may have a model of one name
    (path.partition("/")[0], node.name)
    for path, tree in TREES.items()
    if _holds_models(path)
    for node in ast.walk(tree)
    if isinstance(node, ast.ClassDef)
}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
MAY_READ_MODELS = {"models.py", "queries.py", "steps.py", "commands.py", "doctor.py"}


def foreign_models(path: str, tree: ast.AST) -> Iterator[str]:
    """A table is read and written by its own package, in the files that are for it."""
    package, name = path.partition("/")[0], path.rpartition("/")[2]
    if path.startswith("site/demo/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            model = _named(node.value)
            is_for_it = name in MAY_READ_MODELS or _holds_models(path)
            if not is_for_it or (package, model) not in OWNERS:
                yield f"{model}.{node.attr}"


QUERYING = {
    *("filter", "exclude", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("save", "delete", "select_for_update", "select_related", "prefetch_related", "raw", "cursor"),
}


def thin_views(path: str, tree: ast.AST) -> Iterator[str]:
    """A view parses, calls and renders; what it reads and writes has a name in queries or commands."""
    if path.rpartition("/")[2] not in ("web.py", "api.py"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERYING:
            yield node.func.attr


def exact_amounts(path: str, tree: ast.AST) -> Iterator[str]:
    """Amounts are whole numbers of the smallest step; a float would lose one sooner or later."""
    if path.partition("/")[0] not in ("kernel", "ledger"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield str(node.value)
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield "/"
        elif _named(node) in ("float", "FloatField"):
            yield _named(node)


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CLOCKS |= {("timezone", "now"), ("timezone", "localdate"), ("time", "time")}


def one_clock(path: str, tree: ast.AST) -> Iterator[str]:
    """Only kernel.clock asks the machine for the time, so that a test can set it."""
    if path == "kernel/clock.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (_named(node.value), node.attr) in CLOCKS:
            yield f"{_named(node.value)}.{node.attr}"
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.arg


SIGNALS = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals"}


def no_hidden_effects(path: str, tree: ast.AST) -> Iterator[str]:
    """What a change brings about stands in its command: no signal, no save() that does more than save."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in SIGNALS:
            yield node.module
        elif isinstance(node, ast.FunctionDef) and _holds_models(path) and node.name in ("save", "delete"):
            yield f"{node.name}()"


RULES: list[Rule] = [foreign_models, thin_views, exact_amounts, one_clock, no_hidden_effects]
# By the beginning of the path, so that code may move inside its package.
EXCEPTIONS: dict[tuple[Rule, str, str], str] = {
    (foreign_models, "kernel/bulk.py", "model._default_manager"): "works for whatever model its caller owns",
    (foreign_models, "ledger/models.py", "Mapping.objects"): "who may read an entitlement hangs on its mapping",
    (foreign_models, "ledger/queries.py", "Entitlement.objects"): "an entitlement and its allotments in one statement",
    (foreign_models, "organizations/steps.py", "Person.objects"): "a person is known by the customer's key or address",
    (foreign_models, "organizations/queries.py", "Person.objects"): "a customer's people are found through its rows",
    (
        foreign_models,
        "people/sign_in/commands.py",
        "SocialAccount.objects",
    ): "allauth’s own; whose they are is ours",
    (exact_amounts, "kernel/outbound.py", "float"): "seconds of a clock, and no amount",
    (exact_amounts, "kernel/formatting.py", "/"): "the last step before a text; nothing reckons with it",
    (exact_amounts, "kernel/formatting.py", "float"): "the last step before a text; nothing reckons with it",
    (one_clock, "accounts/models.py", "auto_now_add"): "when an account was made; no rule and no screen reads it",
}


def _findings(rule: Rule) -> set[Finding]:
    return {(path, what) for path, tree in TREES.items() for what in rule(path, tree)}


def _exceptions(rule: Rule, path: str, what: str) -> list[tuple[Rule, str, str]]:
    return [one for one in EXCEPTIONS if one[0] is rule and path.startswith(one[1]) and what == one[2]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_code_keeps_the_rule(rule: Rule) -> None:
    assert {finding for finding in _findings(rule) if not _exceptions(rule, *finding)} == set(), rule.__doc__


def test_no_exception_outlives_its_reason() -> None:
    used = {one for rule in RULES for finding in _findings(rule) for one in _exceptions(rule, *finding)}
    assert set(EXCEPTIONS) - used == set()


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        (foreign_models, "ledger/web.py", "Entry.objects.all()"),
        (foreign_models, "ledger/steps.py", "Person.objects.all()"),
        (thin_views, "activity/web.py", "rows.filter(pk=1)"),
        (thin_views, "accounts/api.py", "person.save()"),
        (exact_amounts, "ledger/rules.py", "left = 1.5"),
        (exact_amounts, "kernel/amounts.py", "half = amount / 2"),
        (exact_amounts, "ledger/models.py", "amount = models.FloatField()"),
        (one_clock, "ledger/steps.py", "timezone.now()"),
        (one_clock, "agreements/rules.py", "date.today()"),
        (one_clock, "ledger/models.py", "at = DateTimeField(auto_now=True)"),
        (no_hidden_effects, "ledger/apps.py", "from django.dispatch import receiver"),
        (no_hidden_effects, "ledger/models.py", "class Entry:\n    def save(self): ..."),
    ],
)
def test_rule_sees_what_breaks_it(rule: Rule, path: str, code: str) -> None:
    assert list(rule(path, ast.parse(code)))


# --- customer tables ---------------------------------------------------------------------------------------

UNREAD = "no page lists its rows"
WITHOUT_VISIBLE_TO = {
    "accounts.Session": "the customer is a wish; rights are read anew at every request",
    "agreements.Mapping": "the other querysets ask it what is visible",
    "journal.Answered": f"{UNREAD}; found by token and key",
    "ledger.CustomerLedger": f"{UNREAD}; it is a lock and a version",
    "ledger.LedgerVersion": f"{UNREAD}; it turns an instant into a version",
    "organizations.Membership": f"{UNREAD} yet",
    "organizations.PersonKey": f"{UNREAD}; imports know people by it",
}


def test_every_customer_table_offers_visible_to() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("tallyhub.")]
    blind = {model._meta.label for model in ours if _has_customer(model) and not _is_scoped(model)}
    assert blind == set(WITHOUT_VISIBLE_TO)


def _has_customer(model: type[models.Model]) -> bool:
    return any(getattr(field, "attname", "") == "customer_id" for field in model._meta.get_fields())


def _is_scoped(model: type[models.Model]) -> bool:
    return hasattr(model._default_manager.all(), "visible_to")


# --- templates ---------------------------------------------------------------------------------------------

COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
INLINE = {
    "style attribute": re.compile(r"""\sstyle\s*="""),
    "event handler": re.compile(r"""\s(on[a-z]+|hx-on[:a-z-]*)\s*=""", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script without src": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "script in an address": re.compile(r"""=\s*["']?\s*(javascript|js):""", re.IGNORECASE),
    "other host": re.compile(r"""<(script|link|img|iframe|use)\b[^>]*\s(src|href)=["'](https?:)?//""", re.IGNORECASE),
}


def _inline(template: str) -> list[str]:
    text = COMMENT.sub("", template)
    return [what for what, pattern in INLINE.items() if pattern.search(text)]


@pytest.mark.parametrize("path", _files("*.html"))
def test_template_needs_nothing_that_the_content_security_policy_forbids(path: str) -> None:
    assert _inline((CODE / path).read_text()) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color: red">',
        '<button onclick="go()">',
        '<div hx-on:click="go()">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<a href="javascript:go()">',
        '<script src="https://example.org/a.js"></script>',
    ],
)
def test_template_check_sees_what_breaks_it(bad: str) -> None:
    assert _inline(bad)
