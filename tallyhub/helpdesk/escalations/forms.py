"""What a form of evidence holds, as it was typed; and its files, looked through before anybody else gets them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, QueryDict

from tallyhub.helpdesk.escalations.commands import Looked, Typed
from tallyhub.helpdesk.escalations.evidence import Form, items_of
from tallyhub.helpdesk.escalations.findings import SCANNED_MAX, Finding, find_in_bytes, is_executable
from tallyhub.helpdesk.escalations.rules import Category
from tallyhub.kernel.errors import Invalid
from tallyhub.kernel.ids import find_id
from tallyhub.support.conversation import media, storage
from tallyhub.support.conversation.rules import read_file_name
from tallyhub.support.conversation.storage import Kept, Sent

_APART = re.compile(r"[\s,;]+")


def read_typed(data: QueryDict, category: Category) -> Typed:
    values = {one.code: plain(data.get(one.code, "")) for one in items_of(category) if one.form is not Form.FILES}
    more = [one for one in _APART.split(data.get("more_tenants", "")) if one]
    return Typed(
        category=category,
        values=values,
        tenants=tuple(dict.fromkeys([*data.getlist("tenants"), *more])),
        via_id=find_id(data.get("via")),
    )


def plain(text: str) -> str:
    """Without what nobody types and no database holds."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")).strip()


@contextmanager
def keeping(request: HttpRequest, category: Category) -> Iterator[list[Looked]]:
    """Keep the files of a form for as long as the block does not fail. Raises Invalid for what is too large, and for
    what somebody could run.
    """
    if lost := getattr(request, "lost_file", ""):
        raise Invalid("file_too_large", name=read_file_name(lost), megabytes_max=storage.megabytes_max())
    sent, codes = [], []
    for item in items_of(category):
        files: list[Any] = request.FILES.getlist(item.code) if item.form is Form.FILES else []
        sent += [Sent(one.name or "", one.size or 0, one.chunks) for one in files]
        codes += [item.code] * len(files)
    with keeping_sent(list(zip(codes, sent, strict=True))) as kept:
        yield kept


@contextmanager
def keeping_sent(sent: Sequence[tuple[str, Sent]]) -> Iterator[list[Looked]]:
    """The same for what comes otherwise: each with the item that it is evidence of."""
    with storage.keeping([one for _code, one in sent]) as kept:
        yield [Looked(code, one, _look(one)) for (code, _sent), one in zip(sent, kept, strict=True)]


def _look(one: Kept) -> frozenset[Finding]:
    with storage.open_file(one.key) as file:
        content = file.read(SCANNED_MAX + 1)
    if is_executable(one.name, content[: media.HEAD_BYTES]):
        raise Invalid("escalation_file_executable", name=one.name)
    return find_in_bytes(content) if one.media_type in (media.TEXT, media.UNKNOWN) else frozenset()
