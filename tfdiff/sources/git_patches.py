"""The lines that commits changed, read with git's own diff."""

import re
from collections.abc import Iterator, Sequence

from tfdiff.sources.git_command import GitCommand
from tfdiff.sources.touch import Patch, PatchHunk, Touch

_SECONDS = 120.0
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?(.*)")
_RAW = re.compile(r":\d+ \d+ ([0-9a-f]{40}) ([0-9a-f]{40}) \w+\t")
_NOTHING = "0" * 40
_DIFF_TREE = ("diff-tree", "--stdin", "-r", "--no-renames", "--no-ext-diff", "--no-textconv")


def blobs(git: GitCommand, shas: Sequence[str], paths: Sequence[str]) -> dict[str, frozenset[str]]:
    """Commit -> the blobs before and after it, for the paths. No file content is needed."""
    found: dict[str, frozenset[str]] = {}
    output = git.run(
        *_DIFF_TREE, "--raw", "--no-abbrev", "--", *paths, lines=tuple(shas), timeout=_SECONDS
    )
    sha = ""
    for line in output.decode("utf-8", "replace").splitlines():
        raw = _RAW.match(line)
        if raw:
            found[sha] = found[sha] | (frozenset(raw.groups()) - {_NOTHING})
        elif _COMMIT.fullmatch(line):
            sha = line
            found[sha] = frozenset()
    return found


def patches(git: GitCommand, touches: Sequence[Touch], paths: Sequence[str]) -> tuple[Patch, ...]:
    """What the commits changed in the paths, in the commits' order."""
    by_sha = {touch.sha: touch for touch in touches}
    output = git.run(
        *_DIFF_TREE,
        "--patch",
        "--unified=0",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        "--no-color",
        "--",
        *paths,
        lines=tuple(by_sha),
        timeout=_SECONDS,
    )
    return tuple(_parsed(output.decode("utf-8", "replace").split("\n"), by_sha))


def _parsed(lines: Sequence[str], by_sha: dict[str, Touch]) -> Iterator[Patch]:
    touch: Touch | None = None
    path = ""
    hunks: list[PatchHunk] = []
    scope, removed, added = "", list[str](), list[str]()
    inside = False

    def close() -> None:
        if removed or added:
            hunks.append(PatchHunk(scope, tuple(removed), tuple(added)))
        removed.clear()
        added.clear()

    for line in (*lines, _NOTHING):
        head = line.startswith("diff --git ") or _COMMIT.fullmatch(line)
        if head:
            close()
            if touch and hunks:
                yield Patch(touch, path, tuple(hunks))
            hunks, inside = [], False
            touch = touch if line.startswith("diff") else by_sha.get(line)
        elif match := _HUNK.match(line):
            close()
            scope, inside = match[1], True
        elif inside and line.startswith("-"):
            removed.append(line[1:])
        elif inside and line.startswith("+"):
            added.append(line[1:])
        elif not inside and line[:4] in {"--- ", "+++ "} and line[4:] != "/dev/null":
            path = line[6:].rstrip("\t")
