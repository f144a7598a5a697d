"""An upload is streamed onto the slide volume as it arrives, and refused before or while it grows too large."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from webapp.core.errors import TooLarge
from webapp.slides import services

#: What a multipart body has besides the file.
ENVELOPE_BYTES = 2**20


class IncomingFile(TemporaryUploadedFile):
    """A file being received; it vanishes with the request unless it is moved away."""

    def __init__(self, name: str, content_type: str, charset: str | None, extra: Any) -> None:
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=services.incoming_folder())  # noqa: SIM115 - Django closes it
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


class SlideUploadHandler(FileUploadHandler):
    """Takes files of at most ``UPLOAD_MAX_BYTES`` while the volume has room."""

    file: IncomingFile

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        services.check_upload_size(max(0, content_length - ENVELOPE_BYTES))

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.file = IncomingFile(
            self.file_name or "unnamed", self.content_type or "", self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_BYTES:
            self.file.close()
            raise TooLarge("The upload is larger than it said, and than is taken.", code="too_large")
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
