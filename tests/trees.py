"""Miniature releases for tests: the base tree, changed by a patch.

``fixtures/rules/<id>/{old,new}.diff`` are patches of ``fixtures/base`` as ``diff -u`` writes them,
with paths from its root; a side without one is the base itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
_FILE = re.compile(r"^--- (\S+)\n\+\+\+ (\S+)\n", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@.*\n", re.MULTILINE)


def overlaid(side: Path, target: Path) -> Path:
    """The base tree with a side's patch (``.../old`` has ``old.diff``), unpacked; its path."""
    base = FIXTURES / "base"
    for source in sorted(base.rglob("*")):
        if source.is_file():
            copy = target / source.relative_to(base)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    patch = side.with_name(f"{side.name}.diff")
    if patch.exists():
        for path, hunks in _files(patch.read_text(encoding="utf-8")):
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(_patched(before, hunks, patch), encoding="utf-8")
    return target


def _files(patch: str) -> Iterator[tuple[str, str]]:
    """Each file's path, and its hunks."""
    _, *parts = _FILE.split(patch)
    return zip(parts[1::3], parts[2::3], strict=True)


def _patched(text: str, hunks: str, patch: Path) -> str:
    lines = text.splitlines(keepends=True)
    _, *parts = _HUNK.split(hunks)
    for start, body in reversed(list(zip(parts[::2], parts[1::2], strict=True))):
        marked = body.splitlines(keepends=True)
        gone = [line[1:] or line for line in marked if line[0] != "+"]
        come = [line[1:] or line for line in marked if line[0] != "-"]
        first = max(int(start) - 1, 0)
        if lines[first : first + len(gone)] != gone:
            raise ValueError(f"{patch} does not fit the base tree at line {start}")
        lines[first : first + len(gone)] = come
    return "".join(lines)
