"""Files that are written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from tfdiff.errors import OutputError


def replace_file(path: Path, text: str) -> None:
    """Put a text at ``path`` in one step: readers see the old file or the new one.

    Something that is no regular file (``/dev/stdout``, a pipe) is written to as it is.

    Raises:
        OutputError: no such folder, no permission, a full disk.
    """
    content = text.encode("utf-8")
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise OutputError(
            f"Could not write the report to {path}: {error.strerror or error}. "
            f"Nothing was written there; make room, or name another file with -o."
        ) from error


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name[:80]}.{token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk may only say so now
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
