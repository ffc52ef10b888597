"""The account of every hunk of the files that were read, whether an optimizer reaches it or not."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tfdiff.comparison.hunks import overlaps
from tfdiff.comparison.lines import stretches
from tfdiff.comparison.tokens import tokens
from tfdiff.facts import Region, Span
from tfdiff.findings import ComparedFile, ComparedRegion, FileHunk, Hunk, OptimizerReport

Range = tuple[int, int]

_LAYOUT = "comments, docstrings or layout"
_IMPORT = re.compile(r"\s*(import\b|from\s+[\w.]+\s+import\b|#\s*include\b|using\s+[\w:]+;)")
_MEMBER = re.compile(r"\s*[\w.]+(\s+as\s+\w+)?,?\s*\)?\s*(#.*)?|\s*\)\s*")
_DEFINED = re.compile(
    r"(?:@.*)?(?:class|struct|def|async def)\s+([A-Za-z_]\w*)|([A-Z][A-Z0-9_]+\(\s*\"?\w*)"
)


@dataclass(frozen=True)
class Text:
    """One release's version of a file."""

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines, without their ends."""
        return tuple(self.text.replace("\r\n", "\n").split("\n"))

    @cached_property
    def words(self) -> Mapping[int, tuple[str, ...]]:
        """Line -> its tokens without comments and docstrings."""
        span = Span(self.path, 1, len(self.lines))
        region = Region("module", "", None, "", "", text=self.text, span=span)
        found: dict[int, list[str]] = defaultdict(list)
        for word, line in tokens(region):
            if word not in {"INDENT", "DEDENT"}:
                found[line].append(word)
        return {line: tuple(words) for line, words in found.items()}

    def said(self, lines: Iterable[int]) -> tuple[str, ...]:
        """The tokens of some lines."""
        return tuple(word for line in lines for word in self.words.get(line, ()))

    def around(self, first: int, last: int) -> str:
        """The definition that begins in these lines, or that they stand in, "" for none."""
        for place in (*range(first, last + 1), *range(first - 1, 0, -1)):
            found = _DEFINED.match(self.lines[place - 1])
            if found:
                return (found[1] or found[2]).replace('"', "")
        return ""


@dataclass(frozen=True, slots=True)
class _Reached:
    """A region on one side: its lines, and its hunks with their lines there."""

    lines: Range
    hunks: tuple[tuple[Range, Hunk], ...]


class Reach:
    """What the optimizers of a report reach, by side and file."""

    def __init__(self, optimizers: Iterable[OptimizerReport]) -> None:
        self._old: dict[str, list[_Reached]] = defaultdict(list)
        self._new: dict[str, list[_Reached]] = defaultdict(list)
        self._moves: dict[str, Counter[str]] = defaultdict(Counter)
        regions = dict.fromkeys(region for one in optimizers for region in one.regions)
        for region in regions:
            self._add(region)

    def _add(self, region: ComparedRegion) -> None:
        for places, place, side in (
            (self._old, region.old, "old"),
            (self._new, region.new, "new"),
        ):
            if place:
                lines = [(hunk.old if side == "old" else hunk.new, hunk) for hunk in region.hunks]
                reached = _Reached((place.start, place.end), tuple(lines))
                places[place.path].append(reached)
        if region.old and region.new:
            self._moves[region.new.path][region.old.path] += 1

    def old(self, path: str) -> Sequence[_Reached]:
        """What is reached in a file of the old release."""
        return self._old.get(path, ())

    def new(self, path: str) -> Sequence[_Reached]:
        """What is reached in a file of the new release."""
        return self._new.get(path, ())

    def came_from(self, path: str) -> tuple[str, ...]:
        """The old files that regions of a new one stood in, the likeliest first."""
        return tuple(source for source, _ in self._moves[path].most_common())


def compared_files(
    optimizers: Iterable[OptimizerReport], old: Sequence[Text], new: Sequence[Text]
) -> tuple[ComparedFile, ...]:
    """Every hunk of the files that differ, each with what accounts for it.

    Args:
        optimizers: the reports, with their regions.
        old: the files of the old release that the new one has otherwise or not at all.
        new: likewise of the new release.
    """
    reach = Reach(optimizers)
    before = {text.path: text for text in old}
    after = {text.path: text for text in new}
    pairs = [(before.get(path), after.get(path)) for path in sorted(before.keys() & after.keys())]
    gone = {path: text for path, text in before.items() if path not in after}
    for path, text in sorted(after.items()):
        if path not in before:
            source = next((one for one in reach.came_from(path) if one in gone), None)
            pairs.append((gone.pop(source) if source else None, text))
    pairs.extend((text, None) for text in gone.values())
    files = (_file(left, right, reach) for left, right in pairs)
    return tuple(sorted(files, key=lambda one: one.new_path or one.old_path or ""))


def _file(old: Text | None, new: Text | None, reach: Reach) -> ComparedFile:
    sides = _Sides(old, new, reach)
    left = old.lines if old else ()
    right = new.lines if new else ()
    hunks = tuple(
        sides.hunk((start + 1, end), (new_start + 1, new_end))
        for start, end, new_start, new_end in _cut(stretches(left, right), sides)
    )
    return ComparedFile(old.path if old else None, new.path if new else None, hunks)


def _cut(
    found: Iterable[tuple[int, int, int, int]], sides: "_Sides"
) -> Iterator[tuple[int, int, int, int]]:
    """The stretches; one that only adds or only removes is cut where a reached region begins."""
    for start, end, new_start, new_end in found:
        if start == end:
            for first, last in _parts((new_start, new_end), sides.edges_new):
                yield start, end, first, last
        elif new_start == new_end:
            for first, last in _parts((start, end), sides.edges_old):
                yield first, last, new_start, new_end
        else:
            yield start, end, new_start, new_end


def _parts(lines: Range, edges: Sequence[int]) -> Iterator[Range]:
    inside = [edge for edge in edges if lines[0] < edge < lines[1]]
    yield from zip((lines[0], *inside), (*inside, lines[1]), strict=True)


class _Sides:
    """Both versions of a file, and what accounts for their lines."""

    def __init__(self, old: Text | None, new: Text | None, reach: Reach) -> None:
        self._old, self._new = old, new
        self._reached_old = reach.old(old.path) if old else ()
        self._reached_new = reach.new(new.path) if new else ()
        self.edges_old = _edges(self._reached_old)
        self.edges_new = _edges(self._reached_new)

    def hunk(self, old: Range, new: Range) -> FileHunk:
        """One stretch with its account: the gravest of those of its lines."""
        inside = [*_inside(self._reached_old, old), *_inside(self._reached_new, new)]
        plain = FileHunk(old, new, "no effect", reason=_LAYOUT)
        open_hunk = next((one for one in inside if one.account == "not classified"), None)
        if open_hunk:
            removed = self._old.lines[old[0] - 1 : old[1]] if self._old else ()
            added = self._new.lines[new[0] - 1 : new[1]] if self._new else ()
            return replace(plain, account="not classified", reason="", removed=removed, added=added)
        told = next((one.finding for one in inside if one.account == "finding"), None)
        if told:
            return replace(plain, account="finding", finding=told, reason="")
        outside = self._outside(old, new)
        if outside:
            return replace(plain, account="not reached", reason=outside)
        return replace(plain, reason=self._harmless(inside, old, new))

    def _outside(self, old: Range, new: Range) -> str:
        """Where the code outside of every region stands; nothing where there is none."""
        left = _beyond(self._reached_old, old)
        right = _beyond(self._reached_new, new)
        said_old = self._old.said(left) if self._old else ()
        said_new = self._new.said(right) if self._new else ()
        if said_old == said_new:
            return ""
        if self._imports(left, right):
            return ""
        text, lines = (self._new, right) if self._new and said_new else (self._old, left)
        around = text.around(lines[0], lines[-1]) if text else ""
        return f"in {around}" if around else "outside of any definition"

    def _imports(self, old: Sequence[int], new: Sequence[int]) -> bool:
        """Whether nothing but imports stands in these lines."""
        lines = [
            text.lines[line - 1]
            for text, numbers in ((self._old, old), (self._new, new))
            if text
            for line in numbers
            if text.words.get(line)
        ]
        return any(map(_IMPORT.match, lines)) and all(
            _IMPORT.match(line) or _MEMBER.fullmatch(line) for line in lines
        )

    def _harmless(self, inside: Sequence[Hunk], old: Range, new: Range) -> str:
        reason = next((one.reason for one in inside if one.reason), "")
        if reason:
            return reason
        before = self._old.said(range(old[0], old[1] + 1)) if self._old else ()
        after = self._new.said(range(new[0], new[1] + 1)) if self._new else ()
        if before == after:
            return _LAYOUT
        lines = list(range(old[0], old[1] + 1)), list(range(new[0], new[1] + 1))
        return "imports" if self._imports(*lines) else "the same code stands elsewhere"


def _edges(reached: Iterable[_Reached]) -> tuple[int, ...]:
    """Where regions begin and end, as places between lines."""
    return tuple(sorted({edge for one in reached for edge in (one.lines[0] - 1, one.lines[1])}))


def _inside(reached: Iterable[_Reached], lines: Range) -> Iterator[Hunk]:
    for one in reached:
        if overlaps(one.lines, lines):
            yield from (hunk for place, hunk in one.hunks if overlaps(place, lines))


def _beyond(reached: Iterable[_Reached], lines: Range) -> tuple[int, ...]:
    """The lines in no region."""
    near = [one.lines for one in reached if overlaps(one.lines, lines)]
    return tuple(
        line
        for line in range(lines[0], lines[1] + 1)
        if not any(first <= line <= last for first, last in near)
    )
