"""What a partner does with its support plan: write the draft of the next version, publish it, or throw it away."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ObjectDoesNotExist

from tallyhub.agreements.queries import list_products
from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.errors import Conflict, Invalid
from tallyhub.kernel.scope import command
from tallyhub.organizations.queries import get_seller
from tallyhub.partners.models import SupportPlan
from tallyhub.partners.plans import queries
from tallyhub.partners.plans.rules import CURRENCIES, Around, Method, Problem, Typed, check_kept, check_plan
from tallyhub.partners.profiles.queries import find_profile
from tallyhub.partners.profiles.rules import SUPPORT_LANGUAGES
from tallyhub.partners.queries import list_related
from tallyhub.partners.steps import note_acceptance


class PlanRefused(Invalid):
    """Fields of a plan are wrong. ``problems``: which, each with why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("plan_incomplete")
        self.problems = list(problems)


@command
def save_draft(access: Access, typed: Typed, version: int) -> int:
    """Keep what is typed, whether or not it can be published; returns the draft's new version.

    ``version``: of the draft that the form was made from, 0 for none. Raises Conflict where somebody else has written
    meanwhile, PlanRefused for texts that nothing keeps.
    """
    access.require_serving(Right.MANAGE_SUPPORT)
    if wrong := check_kept(typed):
        raise PlanRefused(wrong)
    draft = _lock_draft(access)
    _check_version(draft, version)
    draft = draft or SupportPlan(organization_id=access.organization_id or 0, version=0)
    draft.content, draft.changed_at, draft.version = typed.stored(), clock.now(), draft.version + 1
    draft.save()
    return draft.version


def _lock_draft(access: Access) -> SupportPlan | None:
    found = SupportPlan.objects.select_for_update().filter(organization_id=access.organization_id or 0, number=None)
    draft: SupportPlan | None = found.first()
    return draft


def _check_version(draft: SupportPlan | None, version: int) -> None:
    if (draft.version if draft else 0) != version:
        raise Conflict("plan_changed_meanwhile")


@command
def publish_plan(access: Access, version: int) -> int:
    """The draft becomes the next version, which nothing changes any more; returns its number.

    Raises PlanRefused with each field that hinders it, Conflict where the draft is another one by now.
    """
    access.require_serving(Right.MANAGE_SUPPORT)
    draft = _lock_draft(access)
    _check_version(draft, version)
    if draft is None:
        raise Conflict("plan_changed_meanwhile")
    typed = Typed.of(draft.content)
    published = SupportPlan.objects.filter(organization_id=draft.organization_id, number__isnull=False)
    newest = published.order_by("-number").first()
    if wrong := check_plan(typed, around(access, is_first=newest is None)):
        raise PlanRefused(wrong)
    draft.number = newest.number + 1 if newest and newest.number else 1
    draft.valid_from = date.fromisoformat(typed.valid_from.strip())
    draft.published_at, draft.published_by_id = clock.now(), access.person_id
    draft.save()
    details = {"number": draft.number, "valid_from": typed.valid_from.strip()}
    record_many(access, [News("partners.plan_published", None, draft.organization_id, details=details)])
    return draft.number


def around(access: Access, *, is_first: bool) -> Around:
    """What the plan of the organisation that is acted for is held against."""
    own = get_seller(access.organization_id or 0)
    profile = find_profile(own.pk)
    reachable = {
        Method.PORTAL.value: True,
        Method.PHONE.value: bool(profile and profile.telephone),
        Method.MAIL.value: bool(profile and profile.email),
        Method.CHAT.value: bool(profile and profile.chat),
    }
    return Around(
        products=[one.code for one in list_products()],
        languages=SUPPORT_LANGUAGES,
        currencies=CURRENCIES,
        reachable=[name for name, is_there in reachable.items() if is_there],
        today=clock.today(own.zone),
        is_first=is_first,
    )


@command
def accept_plan(access: Access, organization_id: int, number: int) -> None:
    """By whoever decides for a customer, of a partner of its own: a version that is in force, or announced. Again is no
    error, and the first day stays.
    """
    access.require(Right.MANAGE_PARTNERS)
    if organization_id not in list_related(access):
        raise ObjectDoesNotExist
    found = queries.list_versions(access, organization_id)
    if number not in {one.number for one in found}:
        raise ObjectDoesNotExist
    if not queries.is_open(number, found, get_seller(organization_id).zone):
        raise Conflict("plan_version_over")
    if note_acceptance(access, organization_id, number):
        details = {"number": number, "partner": organization_id}
        record_many(access, [News("partners.plan_accepted", access.customer_id, organization_id, details=details)])


@command
def discard_draft(access: Access) -> None:
    """Again is no error."""
    access.require_serving(Right.MANAGE_SUPPORT)
    if draft := _lock_draft(access):
        draft.delete()
        record_many(access, [News("partners.plan_draft_discarded", None, draft.organization_id)])
