"""Which commits brought what a finding speaks of, decided by content.

A commit that touches the file is not enough: it has to add words that the new lines have and the
old ones have not, or take away words that only the old lines had. Words are taken three at a time
and without layout, so that a commit which reflows a line brings nothing, and one whose line was
reflowed later still did.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tfdiff.findings import Commit, ComparedRegion, Finding, Place, Report
from tfdiff.sources.touch import Patch, PatchHunk, Touch

_WORDS = re.compile(
    r"(?:\#|//)[^\n]*|(\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|\d[\w.]*|[^\s\w])"
)
_DEFINED = re.compile(r"^(?:class|struct|def|async def)\s+([A-Za-z_]\w*)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*")
_LENGTH = 3  # words at a time

Shingles = frozenset[tuple[str, ...]]


@dataclass(slots=True)
class _Wanted:
    """What a finding's lines gained and lost, per file, and the definitions that they stand in."""

    added: dict[str, Shingles]
    removed: dict[str, Shingles]
    names: frozenset[str]


def paths_of(report: Report) -> tuple[str, ...]:
    """The files that the findings of a report speak of, at either release."""
    wanted = _all_wanted(report)
    found = {path for one in wanted.values() for path in (*one.added, *one.removed)}
    return tuple(sorted(found))


def attributed(report: Report, patches: Sequence[Patch]) -> Report:
    """The report with the commits that brought each finding, oldest first."""
    wanted = _all_wanted(report)
    by_path: dict[str, list[Patch]] = defaultdict(list)
    for patch in patches:
        by_path[patch.path].append(patch)
    order = {sha: place for place, sha in enumerate(dict.fromkeys(p.touch.sha for p in patches))}
    return replace(
        report,
        optimizers=tuple(
            replace(
                one,
                findings=tuple(
                    replace(finding, commits=_commits(wanted[finding.id], by_path, order))
                    for finding in one.findings
                ),
            )
            for one in report.optimizers
        ),
    )


def _commits(
    wanted: _Wanted, by_path: dict[str, list[Patch]], order: dict[str, int]
) -> tuple[Commit, ...]:
    found: dict[str, Touch] = {}
    for path in {*wanted.added, *wanted.removed}:
        added = wanted.added.get(path, frozenset())
        removed = wanted.removed.get(path, frozenset())
        for patch in by_path.get(path, ()):
            if any(_brings(hunk, added, removed, wanted.names) for hunk in patch.hunks):
                found[patch.touch.sha] = patch.touch
    touches = sorted(found.values(), key=lambda touch: order[touch.sha])
    return tuple(
        Commit(touch.sha, touch.subject, touch.date, touch.pull_request, touch.url)
        for touch in touches
    )


def _brings(hunk: PatchHunk, added: Shingles, removed: Shingles, names: frozenset[str]) -> bool:
    gained, lost, defined = _of_hunk(hunk)
    if names and defined and not defined & names:
        return False  # the same words in another class
    return not gained.isdisjoint(added) or not lost.isdisjoint(removed)


@lru_cache(maxsize=65536)
def _of_hunk(hunk: PatchHunk) -> tuple[Shingles, Shingles, frozenset[str]]:
    before, after = _shingles("\n".join(hunk.removed)), _shingles("\n".join(hunk.added))
    inside = "\n".join((hunk.scope, *hunk.removed, *hunk.added))
    return after - before, before - after, frozenset(_DEFINED.findall(inside))


@lru_cache(maxsize=65536)
def _shingles(text: str) -> Shingles:
    words = [word for word in _WORDS.findall(text) if word]
    if len(words) < _LENGTH:
        return frozenset({tuple(words)}) if words else frozenset()
    triples = zip(words, words[1:], words[2:], strict=False)
    return frozenset(one for one in triples if any(_NAME.match(word) for word in one))


def _all_wanted(report: Report) -> dict[str, _Wanted]:
    lines: dict[str, list[tuple[ComparedRegion, str, str]]] = defaultdict(list)
    regions = {id(region): region for one in report.optimizers for region in one.regions}
    for region in dict.fromkeys(regions.values()):
        for hunk in region.hunks:
            if hunk.finding:
                old, new = _lines(region.old, hunk.old), _lines(region.new, hunk.new)
                lines[hunk.finding].append((region, old, new))
    return {
        finding.id: _wanted(finding, lines.get(finding.id, ()))
        for one in report.optimizers
        for finding in one.findings
    }


def _lines(place: Place | None, lines: tuple[int, int]) -> str:
    if place is None or lines[1] < lines[0]:
        return ""
    text = place.text.split("\n")
    return "\n".join(text[max(0, lines[0] - place.start) : lines[1] - place.start + 1])


def _wanted(finding: Finding, lines: Iterable[tuple[ComparedRegion, str, str]]) -> _Wanted:
    """From the hunks that the finding accounts for; without any, from its own two places."""
    added: dict[str, Shingles] = defaultdict(frozenset)
    removed: dict[str, Shingles] = defaultdict(frozenset)
    names: set[str] = set()
    parts = list(lines)
    for region, old, new in parts:
        _note(added, removed, (region.old, region.new), (old, new))
        names |= set(_NAME.findall(region.symbol))
    if not parts:
        old_text, new_text = (place.text if place else "" for place in (finding.old, finding.new))
        _note(added, removed, (finding.old, finding.new), (old_text, new_text))
    return _Wanted(dict(added), dict(removed), frozenset(names))


def _note(
    added: dict[str, Shingles],
    removed: dict[str, Shingles],
    places: tuple[Place | None, Place | None],
    texts: tuple[str, str],
) -> None:
    old, new = map(_shingles, texts)
    # Code that moved between files is looked for in both.
    for place in places:
        if place:
            added[place.path] |= new - old
            removed[place.path] |= old - new
