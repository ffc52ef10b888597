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

from tfdiff.findings import Commit, ComparedRegion, Finding, Hunk, Place, Report
from tfdiff.sources.touch import Patch, PatchHunk, Touch

_WORDS = re.compile(
    r"(?:\#\s|//)[^\n]*|(\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|\d[\w.]*|[^\s\w])"
)
_DEFINED = re.compile(r"(?:class|struct|def|async def)\s+([A-Za-z_]\w*)(?:<([^{]*)>)?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_LENGTH = 3  # words at a time
_AROUND = 2  # lines, as many as patches have around their changes

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
    wanted, in_order = _all_wanted(report), _all_wanted(report, context=_AROUND)
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
                    replace(
                        finding,
                        commits=_commits(wanted[finding.id], by_path, order)
                        or _commits(in_order[finding.id], by_path, order),
                    )
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
    return any(
        _stands_in(scope, names, shared)
        for scope, gained, lost in _of_hunk(hunk)
        if (shared := (gained & added) | (lost & removed))
    )


def _stands_in(scope: str, names: frozenset[str], shared: Shingles) -> bool:
    """Whether words belong to one of the definitions named, and not to the same words elsewhere.

    A functor goes by its device too. Between C++ definitions the words have to name one.
    """
    defined = _DEFINED.match(scope)
    if not names:
        return True
    if defined is None:
        between = scope.startswith(("template", "namespace", "}")) or scope.endswith((";", ")"))
        said = {word.strip("\"'") for words in shared for word in words}
        return not between or not names.isdisjoint(said)
    devices = {name for name in _NAME.findall(defined[2] or "") if name.endswith("Device")}
    named = {name for name in names if name.endswith("Device")}
    return defined[1] in names and not (devices and named and not devices & named)


@lru_cache(maxsize=65536)
def _of_hunk(hunk: PatchHunk) -> tuple[tuple[str, Shingles, Shingles], ...]:
    """What each definition in a hunk gains and loses."""
    removed, added = _by_scope(hunk.scope, hunk.before), _by_scope(hunk.scope, hunk.after)
    return tuple(
        (scope, after - before, before - after)
        for scope in dict.fromkeys((*removed, *added))
        for before, after in [
            (_shingles("\n".join(side.get(scope, ()))) for side in (removed, added))
        ]
    )


def _by_scope(scope: str, lines: Iterable[str]) -> dict[str, list[str]]:
    """Lines under the definition that they stand in: the one before them, or one among them."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if _DEFINED.match(line):
            scope = line
        found.setdefault(scope, []).append(line)
    return found


@lru_cache(maxsize=65536)
def _shingles(text: str) -> Shingles:
    words = [word for word in _WORDS.findall(text) if word]
    if len(words) < _LENGTH:
        return frozenset({tuple(words)}) if words else frozenset()
    triples = zip(words, words[1:], words[2:], strict=False)
    return frozenset(one for one in triples if any(_NAME.match(word) for word in one))


def _all_wanted(report: Report, context: int = 0) -> dict[str, _Wanted]:
    """What each finding's lines gained and lost.

    Args:
        report: the comparison.
        context: lines around each hunk that are read with it; where lines only changed places,
            what they stand beside is all that they gained and lost.
    """
    lines: dict[str, list[tuple[ComparedRegion, str, str]]] = defaultdict(list)
    for region in dict.fromkeys(region for one in report.optimizers for region in one.regions):
        hunks: dict[str, list[Hunk]] = defaultdict(list)
        for hunk in region.hunks:
            if hunk.finding:
                hunks[hunk.finding].append(hunk)
        for finding, own in hunks.items():
            for part in [own] if context else [[hunk] for hunk in own]:
                old = _lines(region.old, [hunk.old for hunk in part], context)
                new = _lines(region.new, [hunk.new for hunk in part], context)
                lines[finding].append((region, old, new))
    return {
        finding.id: _wanted(finding, lines.get(finding.id, ()))
        for one in report.optimizers
        for finding in one.findings
    }


def _lines(place: Place | None, spans: Iterable[tuple[int, int]], context: int) -> str:
    if place is None:
        return ""
    text = place.text.split("\n")
    wanted = {
        line
        for start, end in spans
        if context or start <= end
        for line in range(start - context, end + context + 1)
    }
    first = place.start
    return "\n".join(text[line - first] for line in sorted(wanted) if 0 <= line - first < len(text))


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
