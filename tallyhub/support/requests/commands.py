"""What people do: write a draft and send it, share a request, choose their default group."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from tallyhub.journal.steps import record
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Forbidden, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.models import Workspace
from tallyhub.organizations.queries import get_workspace, list_members
from tallyhub.people.groups import queries as groups
from tallyhub.support.conversation.rules import FILES_MAX
from tallyhub.support.conversation.steps import attach, rows_of
from tallyhub.support.conversation.storage import Kept, kept_of
from tallyhub.support.models import DefaultGroup, Draft, DraftFile, RequestViewer
from tallyhub.support.requests import queries
from tallyhub.support.requests.rules import (
    DRAFTS_MAX,
    Typed,
    check_sharing,
    check_typed,
    may_be_taken,
    may_take_away,
    require_sharing,
)
from tallyhub.support.requests.steps import Opening, open_request
from tallyhub.support.rules import Why
from tallyhub.support.steps import Line, Viewer, about, give, lock_request, tell


@command
def begin_draft(access: Access, workspace_id: int) -> Draft:
    """The default group is ticked. Raises DoesNotExist for a workspace that one does not read, Forbidden without the
    right there and where all of it is a partner's, Conflict where it is archived or has too many drafts already.
    """
    workspace = _open_workspace(access, workspace_id)
    queries.list_direct_products(access, workspace.pk)
    # What was sent only kept a second click from opening a second request.
    Draft.objects.visible_to(access).filter(workspace_id=workspace.pk, typed__sent__gt="").delete()
    if Draft.objects.visible_to(access).filter(workspace_id=workspace.pk).count() >= DRAFTS_MAX:
        raise Conflict("request_drafts_full", drafts_max=DRAFTS_MAX)
    default = queries.default_groups(access).get(workspace.pk)
    ticked = (default,) if default in _own_groups(access, workspace.pk) else ()
    return Draft.objects.create(
        customer_id=workspace.customer_id,
        workspace_id=workspace.pk,
        person_id=access.person_id or 0,
        typed=Typed(groups=ticked).stored(),
        changed_at=clock.now(),
    )


def _open_workspace(access: Access, workspace_id: int) -> Workspace:
    """One in which one may open requests now."""
    workspace = get_workspace(access, workspace_id)
    access.require(Right.OPEN_REQUESTS, workspace_id=workspace.pk)
    if workspace.archived_at:
        raise Conflict("workspace_archived", name=workspace.name)
    return workspace


def _own_groups(access: Access, workspace_id: int) -> set[int]:
    return {group for workspace, group, _name in groups.list_own(access) if workspace == workspace_id}


@command
def save_draft(access: Access, /, draft_id: int, **typed: Any) -> None:
    """Put these fields of ``Typed`` in the place of what is there; as typed, whether or not it can be sent.

    Raises HeldThroughPartner for a product that a partner supports.
    """
    draft = _lock_draft(access, draft_id)
    if typed.get("product") is not None:
        queries.require_direct(access, typed["product"])
    draft.typed = replace(Typed.of(draft.typed), **typed).stored()
    draft.changed_at = clock.now()
    draft.save(update_fields=["typed", "changed_at"])


def _lock_draft(access: Access, draft_id: int) -> Draft:
    """One's own that was not sent yet. Raises DoesNotExist for any other."""
    draft = queries.lock_draft(access, draft_id)
    if Typed.of(draft.typed).sent:
        raise Draft.DoesNotExist
    access.require(Right.OPEN_REQUESTS, workspace_id=draft.workspace_id)
    return draft


@command
def add_draft_files(access: Access, draft_id: int, files: Sequence[Kept]) -> None:
    """Rows for bytes that ``storage.keeping`` keeps. Raises Invalid where they would be more than a request takes."""
    draft = _lock_draft(access, draft_id)
    if len(queries.list_draft_files(access, draft)) + len(files) > FILES_MAX:
        raise Invalid("draft_files_full", files_max=FILES_MAX)
    of = {"customer_id": draft.customer_id, "workspace_id": draft.workspace_id, "draft": draft}
    DraftFile.objects.bulk_create(rows_of(DraftFile, access, files, **of))


@command
def remove_draft_file(access: Access, draft_id: int, file_id: int) -> list[str]:
    """Returns the keys of the bytes that nobody needs any more. Again is no error."""
    draft = _lock_draft(access, draft_id)
    return _remove_files(one for one in queries.list_draft_files(access, draft) if one.pk == file_id)


def _remove_files(files: Iterable[DraftFile]) -> list[str]:
    found = list(files)
    for one in found:
        one.delete()
    return [one.key for one in found]


@command
def delete_draft(access: Access, draft_id: int) -> list[str]:
    """With its files; returns the keys of their bytes, which nobody needs any more."""
    draft = _lock_draft(access, draft_id)
    keys = _remove_files(queries.list_draft_files(access, draft))
    draft.delete()
    return keys


@command
def send_draft(access: Access, draft_id: int) -> str:
    """Open the request; returns its number, and of a draft that was sent already the number of what it became.

    The draft is locked first, so two clicks open one request. Raises Conflict where something is missing, or where
    somebody who was chosen belongs to the workspace no more.
    """
    draft = queries.lock_draft(access, draft_id)
    typed = Typed.of(draft.typed)
    if typed.sent:
        return typed.sent
    workspace = _open_workspace(access, draft.workspace_id)
    queries.require_direct(access, typed.product)  # perhaps it was bought otherwise when the draft was begun
    if check_typed(typed, queries.offered(access, workspace.pk, typed)):
        raise Conflict("request_incomplete")
    check_sharing(typed.people, typed.groups)
    request = open_request(access, _opening(access, workspace, typed))
    files = queries.list_draft_files(access, draft)
    attach(access, request, kept_of(files))
    _remove_files(files)
    draft.typed = Typed(sent=request.number).stored()
    draft.changed_at = clock.now()
    draft.save(update_fields=["typed", "changed_at"])
    return request.number


def _opening(access: Access, workspace: Workspace, typed: Typed) -> Opening:
    default = queries.default_groups(access).get(workspace.pk)
    shared = [
        *(Viewer(Why.SHARED, person_id=one) for one in typed.people),
        *(Viewer(Why.DEFAULT_GROUP if one == default else Why.SHARED, group_id=one) for one in typed.groups),
    ]
    return Opening.of(workspace, typed, typed.primary_contact or access.person_id or 0, shared)


@command
def share_request(access: Access, number: str, *, people: Collection[int], groups: Collection[int]) -> None:
    """Give it to members and groups of its workspace; whoever sees it may, but for a partner's desk.

    Raises DoesNotExist for anybody else.
    """
    check_sharing(people, groups)
    request = lock_request(access, number)
    require_sharing(access)
    _require_there(access, request.workspace_id, people, groups)
    readers = queries.list_readers(access, request)
    new_people = sorted(set(people) - {one.person_id for one in readers})
    new_groups = sorted(set(groups) - {one.group_id for one in readers})
    if not new_people and not new_groups:
        return
    give(access, request, [Viewer(Why.SHARED, person_id=one) for one in new_people])
    give(access, request, [Viewer(Why.SHARED, group_id=one) for one in new_groups])
    added = [{"person": one} for one in new_people] + [{"group": one} for one in new_groups]
    tell(request, *(Line("shared", one, actor_id=access.person_id) for one in added))
    counted = {"people": len(new_people), "groups": len(new_groups)}
    record(access, "support.request_shared", request.pk, **about(request), **counted)


def _require_there(access: Access, workspace_id: int, people: Collection[int], wanted: Collection[int]) -> None:
    if list_members(access, workspace_id, people) != set(people):
        raise Workspace.DoesNotExist
    known = {group for group, _name in groups.list_in_workspace(access, workspace_id)}
    if not set(wanted) <= known:
        raise Workspace.DoesNotExist


@command
def unshare_request(access: Access, number: str, viewer_id: int) -> None:
    """Take a request away from a person or group it was given to: by its opener, its primary contact, or whoever
    administers the workspace. Raises Forbidden for others, and Conflict for the primary contact's own.

    What somebody sees by a role is no share, and stays.
    """
    request = lock_request(access, number)
    if not may_take_away(access, request.workspace_id, (request.opened_by_id, request.primary_contact_id)):
        raise Forbidden(Right.ADMINISTER)
    viewer = RequestViewer.objects.visible_to(access).select_for_update().get(pk=viewer_id, request=request)
    if not may_be_taken(viewer.why):
        raise Conflict("request_primary_stays")
    taken = {"group": viewer.group_id} if viewer.group_id else {"person": viewer.person_id}
    tell(request, Line("unshared", taken, actor_id=access.person_id))
    ((what, subject),) = taken.items()
    record(access, "support.request_unshared", request.pk, **about(request), what=what, id=subject)
    viewer.delete()  # last: it may be what oneself sees it by


@command
def choose_default_group(access: Access, workspace_id: int, group_id: int | None) -> None:
    """Of those that one is in, or none. Raises DoesNotExist for any other."""
    workspace = get_workspace(access, workspace_id)
    access.require(Right.OPEN_REQUESTS, workspace_id=workspace.pk)
    mine = DefaultGroup.objects.visible_to(access).filter(workspace_id=workspace.pk)
    if group_id is None:
        mine.delete()
    elif group_id in _own_groups(access, workspace.pk):
        DefaultGroup.objects.update_or_create(
            customer_id=workspace.customer_id,
            workspace_id=workspace.pk,
            person_id=access.person_id or 0,
            defaults={"group_id": group_id},
        )
    else:
        raise DefaultGroup.DoesNotExist
    record(access, "support.default_group_changed")


@command
def note_refusal(access: Access, product_id: int | None) -> None:
    """Somebody tried to ask the provider for what a partner supports: the attempt is all that is kept of it."""
    record(access, "support.opening_refused", product_id)


@command
def note_export(access: Access) -> None:
    """Before the first byte: an export that breaks off was begun all the same."""
    record(access, "support.exported")
