"""From an error to problem details (RFC 9457): the same sentences as on the pages, with a code for programs."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import responses
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from ninja import Field
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from tallyhub.kernel.access import Right
from tallyhub.kernel.errors import Conflict, Forbidden, HubError, Invalid
from tallyhub.kernel.sentences import sentence

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 100  # listed in one answer
RETRY_SECONDS = "10"
_CHALLENGE = 'Bearer realm="Tallyhub"'


class ProblemError(BaseModel):
    """One of the things that are wrong."""

    pointer: str | None = Field(None, description="JSON pointer into the body, such as /entries/3/amount.")
    parameter: str | None = Field(None, description="Name of a parameter of the address.")
    code: str = Field(description="Stable.")
    detail: str = Field(description="A sentence in the language of Accept-Language.")


class PartnerContact(BaseModel):
    """Whom to ask instead of the provider. What is empty was not said yet."""

    code: str
    name: str
    email: str
    telephone: str
    website: str


class Problem(BaseModel):
    """Problem details after RFC 9457."""

    type: str = Field(description="Stable; ends with the code.")
    title: str
    status: int
    detail: str = Field(description="A sentence in the language of Accept-Language.")
    errors: list[ProblemError] = []
    partners: list[PartnerContact] | None = Field(
        None, description="Where a partner supports what is asked for: how to reach it."
    )
    findings: dict[str, list[str]] | None = Field(
        None, description="Of an escalation, by item: what nobody else should read and was found there."
    )
    looked: str | None = Field(None, description="Names these findings, for the one who has looked at them.")
    wish_id: int | None = Field(None, description="The wish that says what was tried, where one was asked or is open.")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with which part of the body."""

    pointer: str
    error: HubError


class Refused(HubError):
    """Several things are wrong with one body; nothing of it was kept."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(flaws[0].error.code, **flaws[0].error.params)
        self.flaws = flaws

    @property
    def status(self) -> int:
        """What the caller can mend weighs more than what is there already."""
        return 409 if all(isinstance(flaw.error, Conflict) for flaw in self.flaws) else 422


class Stop(HubError):
    """The request ends here, with a status of its own."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.status = status
        self.headers = headers or {}


def answer_error(error: BaseException) -> HttpResponse | None:
    """The answer to an error of the caller; None for a fault of ours."""
    if isinstance(error, Stop):
        return problem(error.status, error, headers=error.headers)
    if isinstance(error, AuthenticationError):
        return problem(401, HubError("token_needed"), headers={"WWW-Authenticate": _CHALLENGE})
    if isinstance(error, HttpError) and error.__cause__:  # the framework hides what was wrong with a body
        return answer_error(error.__cause__)
    if isinstance(error, ObjectDoesNotExist | Http404):
        return problem(404, HubError("nothing_here"))  # the same bytes for what is hidden and for what is not there
    if isinstance(error, RequestDataTooBig):
        return problem(413, too_large())
    if isinstance(error, ValidationError):
        return problem(422, HubError("request_invalid"), [_of_schema(one) for one in error.errors])
    if isinstance(error, Refused):
        return problem(error.status, error, [_of_flaw(one) for one in error.flaws])
    if isinstance(error, OperationalError | InterfaceError):  # the database is away, busy or full
        log.error("database", exc_info=error)
        return problem(503, HubError("database_away"), headers={"Retry-After": RETRY_SECONDS})
    return problem(_status_of(error), error) if isinstance(error, HubError) else None


def too_large() -> Stop:
    return Stop(413, "body_too_large", bytes_max=settings.TALLYHUB.api_body_max)


def unknown_token() -> Stop:
    """Also for one that has expired, was revoked, or whose person has no role left: a stranger learns nothing."""
    return Stop(401, "token_unknown", {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})


def scope_missing(scope: str) -> Stop:
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    return Stop(403, "scope_missing", {"WWW-Authenticate": challenge}, scope=scope)


def problem(
    status: int,
    error: HubError,
    errors: Sequence[ProblemError] = (),
    *,
    headers: dict[str, str] | None = None,
    partners: list[PartnerContact] | None = None,
    wish_id: int | None = None,
    findings: dict[str, list[str]] | None = None,
    looked: str | None = None,
) -> HttpResponse:
    is_of_right = isinstance(error, Forbidden) and error.code in set(Right)
    code = "right_missing" if is_of_right else error.code
    told = Problem(
        type=f"/api/v1/docs#{code}",
        title=responses[status],
        status=status,
        detail=sentence(HubError(code, **error.params)),
        errors=list(errors[:ERRORS_MAX]),
        partners=partners,
        wish_id=wish_id,
        findings=findings,
        looked=looked,
    )
    body = json.dumps(told.model_dump(exclude_none=True), ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def _status_of(error: HubError) -> int:
    if isinstance(error, Forbidden):
        return 403
    if isinstance(error, Conflict):
        return 409
    return 422 if isinstance(error, Invalid) else 400


def _of_flaw(flaw: Flaw) -> ProblemError:
    return ProblemError(pointer=flaw.pointer, parameter=None, code=flaw.error.code, detail=sentence(flaw.error))


def _of_schema(error: dict[str, Any]) -> ProblemError:
    """Of pydantic's: its location begins with where it was found and, in a body, with the name of our argument."""
    source, *place = error["loc"]
    if source != "body":
        return ProblemError(pointer=None, parameter=".".join(map(str, place)), code=error["type"], detail=error["msg"])
    pointer = "".join(f"/{_escaped(str(part))}" for part in place[1:])
    return ProblemError(pointer=pointer, parameter=None, code=error["type"], detail=error["msg"])


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
