"""Uploads that no comment mentions yet, remembered on this machine.

GitLab gives an upload's address once, when it is made. When the comment then fails, the next run
takes the address from here instead of uploading the same bytes again.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from filelock import FileLock
from platformdirs import user_state_path

_NAME: Final = "uploads.json"


class Memory:
    """What was uploaded, by project and content; a folder that cannot be written is no error."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_state_path("tfdiff")

    def recall(self, key: str) -> str | None:
        """What was remembered under a key."""
        return self._load().get(key)

    def remember(self, key: str, value: str) -> None:
        """Keep a value until it is forgotten."""
        self._change({key: value})

    def forget(self, keys: tuple[str, ...]) -> None:
        """Drop what a comment mentions by now."""
        self._change(dict.fromkeys(keys))

    def _load(self) -> dict[str, str]:
        try:
            said = json.loads((self._folder / _NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        kept = said.items() if isinstance(said, dict) else ()
        return {str(key): str(value) for key, value in kept}

    def _change(self, changes: Mapping[str, str | None]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / f"{_NAME}.lock", timeout=10):
                merged = {**self._load(), **changes}
                kept = {key: value for key, value in merged.items() if value is not None}
                # The addresses open files of private projects: for this user's eyes only, which
                # is what a temporary file is made as.
                with NamedTemporaryFile("w", dir=self._folder, delete=False) as file:
                    json.dump(kept, file, indent=1, sort_keys=True)
                Path(file.name).replace(self._folder / _NAME)
        except (OSError, TimeoutError):
            return
