"""What a tree's own files say about the version they are."""

import re
from collections.abc import Callable

_NUMBER = re.compile(rb"^#define\s+TF_(MAJOR|MINOR|PATCH)_VERSION\s+(\d[\w.-]*)", re.MULTILINE)
_SUFFIX = re.compile(rb'^#define\s+TF_VERSION_SUFFIX\s+"([^"]*)"', re.MULTILINE)
_ASSIGNED = re.compile(
    rb"""^_?(?:TF_)?_*(?:VERSION|version)_* *= *['"](\d[^'"]*)['"]""", re.MULTILINE
)


def version_in_header(content: bytes) -> str | None:
    """The version that ``tensorflow/core/public/version.h`` defines, such as ``1.4.0-rc1``.

    Until 1.0 the suffix stood in the patch number (``0rc1``). None where the header defines
    no numbers, as in releases whose build sets them.
    """
    numbers = dict(_NUMBER.findall(content))
    if set(numbers) != {b"MAJOR", b"MINOR", b"PATCH"}:
        return None
    suffix = _SUFFIX.search(content)
    parts = b".".join((numbers[b"MAJOR"], numbers[b"MINOR"], numbers[b"PATCH"]))
    return (parts + (suffix.group(1) if suffix else b"")).decode("utf-8", "replace")


def version_assigned(content: bytes) -> str | None:
    """The version that a Python or Starlark file assigns (``_VERSION = '1.4.0'``), if any."""
    found = _ASSIGNED.search(content)
    return found.group(1).decode("utf-8", "replace") if found else None


# Where a release says what it requires.
SETUP_FILES = (
    "tensorflow/tools/pip_package/setup.py",
    "tensorflow/tools/pip_package/setup.py.tpl",
)
# Asked in this order: the header is compiled into the release, the others describe it.
VERSION_FILES: tuple[tuple[str, Callable[[bytes], str | None]], ...] = (
    ("tensorflow/core/public/version.h", version_in_header),
    ("tensorflow/tf_version.bzl", version_assigned),
    ("tensorflow/tools/pip_package/setup.py", version_assigned),
    ("keras/version.py", version_assigned),
    ("keras/src/version.py", version_assigned),
    ("keras/__init__.py", version_assigned),
    ("tf_keras/__init__.py", version_assigned),
)


def version_paths(has: Callable[[str], bool]) -> tuple[str, ...]:
    """Those of the files that may state the version which the tree has."""
    return tuple(path for path, _ in VERSION_FILES if has(path))


def stated_version(has: Callable[[str], bool], read: Callable[[str], bytes]) -> str | None:
    """What the tree says it is, by the first of its files that says anything."""
    for path, version in VERSION_FILES:
        if has(path) and (stated := version(read(path))):
            return stated
    return None
