"""A release's own account of what changed: its notes, parsed into entries.

TensorFlow keeps them in ``RELEASE.md``, newest first, with the patch releases of older lines in
between; other projects call the file otherwise. Entries are lists in Markdown, often nested:
an entry says little without the entries above it, so it carries their text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.version import InvalidVersion, Version

from tfdiff.extract.store import FactStore
from tfdiff.facts import NoteEntry, Span
from tfdiff.sources.tree import Release, SourceTree
from tfdiff.sources.versions import release_version

__all__ = ["Notes", "candidates", "read_notes"]

_FILE = re.compile(
    r"(release|releases|release[_-]?notes|changelog|changes|history)\.md", re.IGNORECASE
)
_HEADING = re.compile(r"(#{1,6})\s*(.*?)[\s#]*$")
_VERSION = re.compile(
    r"(?P<since>changes\s+since\s+)?(?:(?:release|version|tensorflow|keras|tf-keras)\s+)*"
    r"\[?v?(?P<version>\d+(?:\.\d+)+(?:[-._]?(?:a|b|rc|alpha|beta|post|dev)[-._]?\d*)?)\]?"
    r"(?=$|[\s(:,-])",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(\s*)(?:[*+-]|\d+[.)])\s+(.*)")
_THANKS = re.compile(r"\bthank|\bcontributors?\b|\backnowledge", re.IGNORECASE)  # as a heading
_NAMES = re.compile(r"\bcontributions? from (many|our|the)\b|\bthank.*\bcontribut", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\s?\((?:https?:|#|/|\.)[^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")  # underscores are more often Python's
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~-])")


@dataclass(frozen=True, slots=True)
class Notes:
    """The entries between two releases, or why there are none to speak of.

    Attributes:
        entries: None where the notes could not be read, which is not the same as saying nothing.
        missing: why they were not read, "" where they were.
    """

    entries: tuple[NoteEntry, ...] | None
    missing: str = ""


def candidates(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a tree that may hold its release notes: Markdown at the top, by their names."""
    return tuple(path for path in paths if "/" not in path and _FILE.fullmatch(path))


def read_notes(old: SourceTree, new: SourceTree, store: FactStore) -> Notes:
    """What the release notes say about the way from one release to another.

    They are read at the later of the two, whichever comes first, and only the sections after
    the earlier one count. Tags are no line: the versions decide and not the order of the text.

    Args:
        old: one release.
        new: the other.
        store: where parsed files are kept.
    """
    before, after = _version(old.release), _version(new.release)
    for tree, version in ((old, before), (new, after)):
        if version is None:
            return Notes(None, f"release notes: which version {tree.release.ref} is, is not known")
    if before is None or after is None:  # for the type checker: both were told above
        raise ValueError("both versions are known here")
    earlier, (later, tree) = sorted(((before, old), (after, new)), key=lambda one: one[0])
    files = candidates(tree.paths())
    if not files:
        return Notes(None, f"release notes: {tree.release.ref} carries none")
    entries = tuple(entry for path in files for entry in _entries(tree, path, store))
    span = (earlier[0], later)
    chosen = tuple(entry for entry in entries if _between(entry, *span))
    if not chosen:
        return Notes(
            None,
            f"release notes: {', '.join(files)} at {tree.release.ref} has no section after "
            f"{earlier[0]} up to {later}",
        )
    return Notes(chosen)


def _version(release: Release) -> Version | None:
    """What the release is called, where that is a version; else what its sources say."""
    named = release_version(release.ref)
    return named or (release_version(release.version) if release.version else None)


def _between(entry: NoteEntry, earlier: Version, later: Version) -> bool:
    try:
        version = Version(entry.version)
    except InvalidVersion:  # the heading matched what a version may look like, and is none
        return False
    if entry.since:
        return earlier <= version < later
    # A candidate has the section of the release that it leads to.
    return earlier < version and version.release <= later.release


def _entries(tree: SourceTree, path: str, store: FactStore) -> tuple[NoteEntry, ...]:
    blob = tree.blob_id(path)
    if blob is None:
        return ()
    parsed = store.get(
        "release-notes", blob, lambda: parse(tree.read(path).decode("utf-8", "replace"))
    )
    return tuple(replace(entry, span=replace(entry.span, path=path)) for entry in parsed)


@dataclass(slots=True)
class _Item:
    """A bullet or a paragraph while its lines are being read."""

    indent: int
    first: int
    last: int
    lines: list[str]
    above: tuple[str, ...]


def parse(text: str) -> tuple[NoteEntry, ...]:
    """All entries of a file, in order, each with the version whose section it stands in."""
    version, since, heading, skipped = "", False, "", False
    found: list[NoteEntry] = []
    for first, title, body in _sections(text):
        stated = _VERSION.match(title)
        if stated:
            version, since, heading = stated["version"], bool(stated["since"]), ""
            skipped = False
        else:
            heading, skipped = title, bool(_THANKS.search(title))
        if version and not skipped:
            found.extend(_of_section(body, first, version, heading, since=since))
    return tuple(found)


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(line of the first line, heading, lines) for every stretch under one heading."""
    title, first, body = "", 1, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        match = _HEADING.fullmatch(line)
        if match:
            yield first, title, body
            title, first, body = _plain(match[2]), number + 1, []
        else:
            body.append(line)
    yield first, title, body


def _of_section(
    lines: list[str], first: int, version: str, heading: str, *, since: bool
) -> Iterator[NoteEntry]:
    names = False  # a paragraph that thanks people is followed by their names
    for item in _items(lines, first):
        own = _plain(" ".join(item.lines))
        if names or _NAMES.search(own):
            names = True
        elif own:
            above = tuple(map(_plain, item.above))
            span = Span("", item.first, item.last)
            yield NoteEntry(version, heading, above, own, since=since, span=span)


def _items(lines: list[str], first: int) -> Iterator[_Item]:
    """Bullets and paragraphs, each with the texts of the bullets that it stands under."""
    open_items: list[_Item] = []
    done: list[_Item] = []
    blank = True
    for number, line in enumerate(lines, first):
        bullet = _BULLET.fullmatch(line)
        stripped = line.strip()
        if bullet:
            indent = len(bullet[1].expandtabs(4))
            open_items = [item for item in open_items if item.indent < indent]
            above = tuple(" ".join(item.lines) for item in open_items)
            item = _Item(indent, number, number, [bullet[2].strip()], above)
            open_items.append(item)
            done.append(item)
        elif stripped and (open_items and (not blank or line[:1].isspace())):
            open_items[-1].lines.append(stripped)
            open_items[-1].last = number
        elif stripped and done and not blank:
            done[-1].lines.append(stripped)
            done[-1].last = number
        elif stripped:
            open_items = []
            done.append(_Item(0, number, number, [stripped], ()))
        blank = not stripped
    return iter(done)


def _plain(text: str) -> str:
    """The words, without Markdown's marks; code keeps its text."""
    text = _LINK.sub(r"\1", text)
    text = _BOLD.sub(r"\1", text)
    return " ".join(_ESCAPE.sub(r"\1", text.replace("`", "")).split())
