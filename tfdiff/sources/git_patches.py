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
        "--unified=2",  # what a line joins on to shows whether it was merely broken elsewhere
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
    """Patches of a stream in which a line with a commit's id stands before its files."""
    touch: Touch | None = None
    file: list[str] = []
    for line in (*lines, _NOTHING):
        if line.startswith("diff --git ") or _COMMIT.fullmatch(line):
            if touch and (patch := _of_file(touch, file)):
                yield patch
            file = []
            touch = touch if line.startswith("diff") else by_sha.get(line)
        else:
            file.append(line)


def _of_file(touch: Touch, lines: Sequence[str]) -> Patch | None:
    """What one commit changed in one file; None where no line of it is text."""
    starts = [place for place, line in enumerate(lines) if line.startswith("@@ ")]
    if not starts:
        return None
    sides = (line for line in lines[: starts[0]] if line[:4] in {"--- ", "+++ "})
    named = [line[6:].rstrip("\t") for line in sides if line[4:] != "/dev/null"]
    ends = (*starts[1:], len(lines))
    hunks = (_hunk(lines[start:end]) for start, end in zip(starts, ends, strict=True))
    return Patch(touch, named[-1], tuple(hunks))


def _hunk(lines: Sequence[str]) -> PatchHunk:
    head = _HUNK.match(lines[0])
    before = tuple(line[1:] for line in lines[1:] if line[:1] in {"-", " "})
    after = tuple(line[1:] for line in lines[1:] if line[:1] in {"+", " "})
    return PatchHunk(head[1] if head else "", before, after)
