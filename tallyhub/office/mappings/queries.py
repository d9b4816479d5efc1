"""Packages and workspaces of the customer, and which reaches which."""

from collections.abc import Collection
from dataclasses import dataclass

from tallyhub.agreements import queries as agreements
from tallyhub.agreements.models import Package
from tallyhub.kernel.access import Access
from tallyhub.organizations import queries as organizations
from tallyhub.organizations.models import Workspace


@dataclass(frozen=True, slots=True)
class Board:
    packages: dict[int, Package]
    workspaces: dict[int, Workspace]
    mapped: set[tuple[int, int]]  # (package, workspace), of all packages


def read_board(access: Access, asked: Collection[tuple[int, int]] = ()) -> Board:
    """All of it. Raises DoesNotExist where a pair that is asked about is not of this customer."""
    packages = {one.pk: one for one in agreements.list_packages(access)}
    workspaces = {one.pk: one for one in organizations.list_workspaces(access)}
    for package, place in asked:
        if package not in packages:
            raise Package.DoesNotExist
        if place not in workspaces:
            raise Workspace.DoesNotExist
    mapped = {(one.pk, each.workspace_id) for one in packages.values() for each in one.mappings.all()}
    return Board(packages, workspaces, mapped)
