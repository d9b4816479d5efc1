"""The bound of every upload: whatever a request sends beyond it, in one file or in many, is not kept anywhere."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

_MEGABYTE = 1024 * 1024


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep the bytes. A file that is too large is missing from the form.

    Where an address takes several files, each is bounded by itself; ``request.lost_file`` is the name of one that is
    missing. Their number is the view's to bound, and all of them together what the address takes (``site.bodies``).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # one for each request
        path = getattr(self.request, "path_info", "")
        self._takes_several = settings.TALLYHUB_TAKES_SEVERAL_FILES.fullmatch(path) is not None
        self._left = settings.TALLYHUB.import_megabytes * _MEGABYTE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._takes_several:
            self._left = settings.TALLYHUB.file_megabytes * _MEGABYTE

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            self.request.lost_file = self.file_name  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
