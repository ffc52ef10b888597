"""The changes between two versions of a C++ region, statement by statement."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from tfdiff.comparison.differing import differing
from tfdiff.extract.cxx.features import KINDS, features
from tfdiff.extract.cxx.statements import statements
from tfdiff.facts import Region, Statement
from tfdiff.rules.pair import Change

_CLASS = re.compile(r"\A\s*(template\s*<[^>]*>\s*)?(class|struct)\b")
_CONTROL = ("if ", "for ", "while ", "else", "switch ", "do", "{")
_RANK = {kind: place for place, kind in enumerate(KINDS)}


def cxx_changes(old: Region, new: Region) -> tuple[Change, ...]:
    """One change for every statement that differs, each with what it has to do with."""
    found = _changes(statements(old), statements(new), old.span.line, new.span.line)
    about = _about(new)
    if not about:
        return found
    # all of a class serves what it is for, and all of a shape function
    alone = _CLASS.search(new.text) or about == "shape"
    return tuple(replace(one, topic=about if alone else one.topic or about) for one in found)


def _about(region: Region) -> str:
    """The matter of a whole helper: that of its own name, or shapes; "" for a mixed one."""
    if region.kind != "helper":
        return ""
    if "InferenceContext" in region.text:
        return "shape"
    named = features([region.symbol.partition("<")[0]])
    return named[0].kind if named else ""


@lru_cache(maxsize=2048)
def _changes(
    left: tuple[Statement, ...], right: tuple[Statement, ...], old_line: int, new_line: int
) -> tuple[Change, ...]:
    found = [
        replace(change, topic=_own(change.before, change.after))
        for change in differing(left, right, (old_line, new_line), _tokens)
    ]
    return _with_topics(found, (left, right))


def _tokens(one: Statement) -> tuple[str, ...]:
    return tuple(one.said.split(" "))


def _own(old: Statement | None, new: Statement | None) -> str:
    """The first matter in which the two sides of a change differ."""
    before = old.features if old else ()
    after = new.features if new else ()
    kinds = {one.kind for one in set(before) ^ set(after)}
    return min(kinds, key=_RANK.__getitem__, default="")


def _with_topics(
    changes: list[Change], sides: tuple[Sequence[Statement], Sequence[Statement]]
) -> tuple[Change, ...]:
    """What has no matter of its own takes that of its block, its content, or its users."""
    index = [{id(one): place for place, one in enumerate(side)} for side in sides]
    at = {
        (side, index[side][id(one)]): number
        for number, change in enumerate(changes)
        for side, one in enumerate((change.before, change.after))
        if one is not None
    }
    topics = [change.topic for change in changes]
    parents = [_parent(change, at) for change in changes]
    inside: dict[int, list[str]] = {}
    for parent, topic in zip(parents, topics, strict=True):
        if parent is not None and topic:
            inside.setdefault(parent, []).append(topic)
    for head, kinds in inside.items():
        topics[head] = topics[head] or min(kinds, key=_RANK.__getitem__)
    for number, change in enumerate(changes):
        topics[number] = topics[number] or _of_content(change, sides)
    while _spread(changes, topics, parents):
        pass
    topics = [topic or _served(one, sides) for one, topic in zip(changes, topics, strict=True)]
    return tuple(
        replace(change, topic=topic) for change, topic in zip(changes, topics, strict=True)
    )


def _of_content(change: Change, sides: tuple[Sequence[Statement], Sequence[Statement]]) -> str:
    """The matter of a branch that came or went around statements that stayed."""
    found: set[str] = set()
    if bool(change.before) == bool(change.after):
        return ""
    for side, one in zip(sides, (change.before, change.after), strict=True):
        if one is not None and one.said.startswith(_CONTROL):
            place = next(k for k, other in enumerate(side) if other is one)
            inside = [other for other in side if other.parent == place]
            found |= {item.kind for other in inside for item in other.features}
    return min(found, key=_RANK.__getitem__, default="")


def _served(change: Change, sides: tuple[Sequence[Statement], Sequence[Statement]]) -> str:
    """Whether all that reads a declaration divides the work, on both sides: it is an estimate.

    What other matters read, such as writing a variable, is the value itself.
    """
    if change.harmless or not (change.before and change.after):
        return ""
    served = [
        _readers_matter(one, side, ())
        for one, side in zip((change.before, change.after), sides, strict=True)
    ]
    return served[0] if served[0] == served[1] == "parallel" else ""


def _readers_matter(one: Statement, side: Sequence[Statement], through: tuple[str, ...]) -> str:
    declared = set(one.binds) - set(through)
    if not declared or one.said.partition(" ")[0] in one.binds:
        return ""
    readers = [other for other in side if other is not one and declared & set(other.reads)]
    passed = (*through, *one.binds)
    kinds = {
        min((item.kind for item in other.features), key=_RANK.__getitem__, default="")
        or _readers_matter(other, side, passed)
        for other in readers
    }
    return min(kinds, key=_RANK.__getitem__) if kinds and "" not in kinds else ""


def _spread(changes: Sequence[Change], topics: list[str], parents: Sequence[int | None]) -> bool:
    """Hand topics on to the changes that have none; whether any got one."""
    moved = False
    for number, (change, parent) in enumerate(zip(changes, parents, strict=True)):
        if topics[number] or change.harmless:
            continue
        found = topics[parent] if parent is not None else ""
        topics[number] = found or _of_users(change, changes, topics)
        moved = moved or bool(topics[number])
    return moved


def _parent(change: Change, at: dict[tuple[int, int], int]) -> int | None:
    for side, one in ((1, change.after), (0, change.before)):
        if one is not None and one.parent is not None and (side, one.parent) in at:
            return at[side, one.parent]
    return None


def _of_users(change: Change, changes: Sequence[Change], topics: Sequence[str]) -> str:
    """The matter of the changed statements that read what this one declares."""
    found: set[str] = set()
    for mine, pick in ((change.before, 0), (change.after, 1)):
        if mine is None or not mine.binds or mine.said.partition(" ")[0] in mine.binds:
            continue  # only a declaration is there for what reads it
        for other, topic in zip(changes, topics, strict=True):
            theirs = other.after if pick else other.before
            if other is change or theirs is None or other.harmless:
                continue
            if set(mine.binds) & set(theirs.reads) - set(theirs.binds):
                found.add(topic)
    return min(found - {""}, key=_RANK.__getitem__, default="")
