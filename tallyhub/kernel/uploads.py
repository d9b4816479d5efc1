"""The bound of every upload: whatever a request sends beyond it, in one file or in many, is not kept anywhere."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep the bytes. A file that is too large is missing from the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # one for each request
        self._left = settings.TALLYHUB.import_megabytes * 1024 * 1024

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
