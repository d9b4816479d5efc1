"""What people make of their activity: statements, exports, saved views; and what the hub does about exports."""

from datetime import date, timedelta

from procrastinate.contrib.django import app

from tallyhub.activity import export_files, queries
from tallyhub.activity.filters import NoSuchChoice
from tallyhub.activity.models import Export, SavedView, Statement
from tallyhub.activity.queries import AgreementLines, data_state, list_agreements
from tallyhub.activity.rules import check_period, digest_of, read_view_name, stated_workspaces
from tallyhub.activity.statements import Asked, read_figures
from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access
from tallyhub.kernel.errors import Conflict
from tallyhub.kernel.progress import Stage
from tallyhub.kernel.scope import command

VIEWS_MAX = 50  # per person and customer
EXPORTS_MAX = 10  # of one person at the same time; each takes a worker and room on the disk


@command
def make_statement(
    access: Access, *, agreement_id: int, first_day: date | None, last_day: date | None, language: str
) -> Statement:
    """Store what the ledger says now. Without days: from the agreement's first day, to today in its zone.

    Raises Forbidden, NoSuchChoice for an agreement that is not offered, Invalid for a period it cannot have.
    """
    stated = stated_workspaces(access)
    state = data_state(access)  # before the facts: what is posted meanwhile has a later version
    agreement = _agreement(access, agreement_id, access.workspaces if stated is None else stated)
    first_day, last_day = first_day or agreement.starts_on, last_day or agreement.today
    check_period(first_day, last_day, starts_on=agreement.starts_on, today=agreement.today)
    asked = Asked(
        tuple((line.id, package.ends_on) for package in agreement.packages for line in package.lines),
        access.workspaces if stated is None else stated,
        first_day,
        last_day,
        state.ledger_version,
    )
    figures = read_figures(asked)
    made = Statement.objects.create(
        customer_id=access.customer_id or 0,
        agreement_id=agreement.id,
        workspaces=None if stated is None else list(stated),
        first_day=first_day,
        last_day=last_day,
        ledger_version=asked.version,
        entitlements=[[one, ends_on.isoformat()] for one, ends_on in asked.entitlements],
        language=language,
        lines=sum(one.lines for one in figures),
        digest=digest_of(figures),
        made_at=clock.now(),
        made_by_id=access.person_id or 0,
    )
    record(access, "activity.statement_made", made.pk, agreement_id=agreement.id, version=asked.version)
    return made


def _agreement(access: Access, agreement_id: int, workspaces: tuple[int, ...]) -> AgreementLines:
    for one in list_agreements(access, workspaces):
        if one.id == agreement_id and any(package.lines for package in one.packages):
            return one
    raise NoSuchChoice


@command
def record_download(access: Access, statement_id: int, *, form: str) -> None:
    """A statement left the hub as a file; ``form`` is ``pdf`` or ``xlsx``."""
    statement = queries.get_statement(access, statement_id)
    record(access, "activity.statement_downloaded", statement.pk, form=form)


@command
def ask_for_export(
    access: Access, *, address: str, name: str, total: int, workspaces: tuple[int, ...], names_people: bool
) -> Export:
    """Let a job make the file. The caller has found out what there is at the address, and how many rows."""
    if Export.objects.visible_to(access).exclude(stage__in=[Stage.DONE, Stage.FAILED]).count() >= EXPORTS_MAX:
        raise Conflict("exports_waiting", count=EXPORTS_MAX)
    export = Export.objects.create(
        customer_id=access.customer_id or 0,
        person_id=access.person_id or 0,
        address=address,
        name=name,
        total=total,
        workspaces=list(workspaces),
        names_people=names_people,
        asked_at=clock.now(),
    )
    record(access, "activity.export_asked", export.pk, rows=total)
    # By name: jobs.py stands above this file. In this transaction, so that neither is there without the other.
    job = app.configure_task("tallyhub.activity.jobs.make_export")
    job.defer(export_id=export.pk, person_id=access.person_id, customer_id=access.customer_id)
    return export


@command
def record_export_download(access: Access, export_id: int) -> None:
    record(access, "activity.export_downloaded", queries.get_export(access, export_id).pk)


@command
def report_export(access: Access, export_id: int, *, stage: Stage, done: int = 0, problem: str = "") -> None:
    """By the hub: how far the job is. Nothing where the export was removed meanwhile."""
    Export.objects.filter(pk=export_id).update(stage=stage, done=done, problem=problem)


@command
def remove_exports(access: Access, *, older_than: timedelta) -> None:
    """By the hub: old exports of the customers in scope. Files first, or nobody would know of one that was left."""
    old = Export.objects.filter(customer_id__in=access.customers, asked_at__lt=clock.now() - older_than)
    export_files.remove(old.values_list("pk", flat=True))
    old.delete()


@command
def save_view(access: Access, *, name: str, address: str) -> SavedView:
    """Under a name that one has already, the new address takes the place of the old one."""
    name = read_view_name(name)
    mine = SavedView.objects.visible_to(access)
    if not mine.filter(name=name).exists() and mine.count() >= VIEWS_MAX:
        raise Conflict("views_full", count=VIEWS_MAX)
    saved, _is_new = SavedView.objects.update_or_create(
        customer_id=access.customer_id or 0, person_id=access.person_id or 0, name=name, defaults={"address": address}
    )
    record(access, "activity.view_saved", saved.pk)
    return saved


@command
def rename_view(access: Access, view_id: int, *, name: str) -> None:
    view = SavedView.objects.visible_to(access).select_for_update().get(pk=view_id)
    name = read_view_name(name)
    if SavedView.objects.visible_to(access).filter(name=name).exclude(pk=view_id).exists():
        raise Conflict("view_name_taken", name=name)
    view.name = name
    view.save(update_fields=["name"])
    record(access, "activity.view_renamed", view_id)


@command
def delete_view(access: Access, view_id: int) -> None:
    SavedView.objects.visible_to(access).get(pk=view_id).delete()
    record(access, "activity.view_deleted", view_id)


@command
def note_export(access: Access, what: str, subject_id: int | None = None, *, workspace_id: int | None = None) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    record(access, "activity.exported", subject_id, workspace_id=workspace_id, what=what)
