"""What the tests of conversations say and send."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tallyhub.accounts.models import Person
from tallyhub.kernel.access import Access
from tallyhub.organizations import sign_on
from tallyhub.support.models import Request

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def inside(person: Person, customer: Any) -> Access:
    return sign_on.act_for(person.pk, customer.pk).access


def address(name: str, request: Request, *more: Any) -> str:
    return reverse(f"support:{name}", args=[request.number, *more])


def upload(name: str, content: bytes = b"hello", said: str = "text/plain") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=said)


def say(client: Any, request: Request, body: str = "Hello", *files: SimpleUploadedFile, to: str = "say") -> Any:
    return client.post(address(to, request), {"body": body, "files": list(files)})


def bare(content: bytes) -> bytes:
    """Without the token of its forms, which is another one each time."""
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", content)


def text_of(client: Any, request: Request, query: str = "") -> str:
    answer = client.get(address("conversation", request) + query)
    assert answer.status_code == 200, answer.status_code
    found: str = answer.content.decode()
    return found
