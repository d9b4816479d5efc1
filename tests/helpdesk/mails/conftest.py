"""The world of tests/helpdesk/intake, with a mailbox that the hub reads."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpdesk.intake.conftest import as_, sold

__all__ = ["as_", "sold"]


@pytest.fixture
def imap() -> Iterator[Any]:
    from django.conf import settings
    from django.test import override_settings

    from tests.helpdesk.mails.arriving import REPLY_TO
    from tests.support.imap import serving

    with serving() as box:
        config = settings.TALLYHUB.model_copy(update={"imap_url": box.url, "reply_address": REPLY_TO})
        with override_settings(TALLYHUB=config):
            yield box
