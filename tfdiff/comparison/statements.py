"""The changes between two versions of a region, statement by statement."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from tfdiff.comparison.cxx_statements import cxx_changes
from tfdiff.comparison.differing import differing
from tfdiff.comparison.inlining import inlined
from tfdiff.comparison.modes import eager_only
from tfdiff.comparison.modules import modules, side_by_side, through_modules, told_apart
from tfdiff.comparison.topics import with_topics
from tfdiff.extract.python.features import kind_of_name
from tfdiff.extract.python.statements import statements
from tfdiff.facts import Region, Statement
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change

MOVED = "moved past statements that it does not depend on"

# What these declare is compared as facts, entry by entry, and their text is no code.
_TABLES = frozenset({"op", "registration"})
_TOKEN = re.compile(r"[A-Za-z_]\w*|\"[^\"]*\"|'[^']*'|\d[\w.]*|\S")


def statement_changes(old: Region, new: Region) -> tuple[Change, ...] | None:
    """One change for every statement that differs; None where a side has no statements."""
    python = {side.span.path.endswith(".py") for side in (old, new)}
    if python == {False} and old.kind not in _TABLES:
        return cxx_changes(old, new)
    if python != {True}:
        return None
    left, right = statements(old), statements(new)
    if left is None or right is None:
        return None
    if old.symbol != new.symbol and any(_abstract(side) for side in (left, right)):
        return None  # a method that is implemented now: nothing of it stayed
    apart = side_by_side(old, new)
    if apart:
        left, right = told_apart(left, old, apart), told_apart(right, new, apart)
    name = _telling(new) if new.kind in {"method", "function", "module"} else ""
    helper = new.kind == "function" or base_name(new.symbol).strip("_") != base_name(new.symbol)
    found = _changes(left, right, old.span.line, new.span.line, (name, helper))
    return through_modules(found, (modules(old) | modules(new)) - set(apart.values()))


def _telling(region: Region) -> str:
    """The name that may say what a region has to do with: its own, or a helper class's."""
    name, owner = base_name(region.symbol), region.symbol.rpartition(".")[0]
    return owner if owner.startswith("_") and kind_of_name(owner) else name


def _abstract(side: tuple[Statement, ...]) -> bool:
    """Whether a function does nothing but say that a subclass has to define it."""
    body = [one.said for one in side if one.parent is not None and one.said != "end"]
    return all(said.startswith("raise NotImplementedError") for said in body)


@lru_cache(maxsize=2048)
def _changes(
    left: tuple[Statement, ...],
    right: tuple[Statement, ...],
    old_line: int,
    new_line: int,
    called: tuple[str, bool],
) -> tuple[Change, ...]:
    found = list(differing(left, right, (old_line, new_line), _tokens))
    found = inlined(_rejoined(_moved(found, left, right)), left, right)
    found = eager_only(found, (left, right), _tokens)
    return with_topics(found, (left, right), called[0], helper=called[1])


def _tokens(one: Statement) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(one.text))


def _moved(
    changes: list[Change], left: Sequence[Statement], right: Sequence[Statement]
) -> list[Change]:
    """Statements that only stand elsewhere, where the order does not matter to them."""
    gone = {
        change.before.said: number
        for number, change in enumerate(changes)
        if change.before and not change.after and _movable(change.before)
    }
    for number, change in enumerate(changes):
        if change.after is None or change.before is not None:
            continue
        other = gone.pop(change.after.said, None)
        if other is None:
            continue
        before = changes[other].before
        if before and _independent(before, left, change.after, right):
            changes[number] = replace(change, harmless=MOVED)
            changes[other] = replace(changes[other], harmless=MOVED)
    return changes


def _rejoined(changes: list[Change]) -> list[Change]:
    """One change where an attribute is set to something else in another place than before."""
    gone, came = (_attributes(changes, new=new) for new in (False, True))
    found: list[Change | None] = list(changes)
    for target in gone.keys() & came.keys():
        if len(gone[target]) == len(came[target]) == 1:
            here, there = changes[gone[target][0]], changes[came[target][0]]
            found[gone[target][0]] = None
            found[came[target][0]] = replace(
                there, old=here.old, removed=here.removed, before=here.before
            )
    return [change for change in found if change is not None]


def _attributes(changes: list[Change], *, new: bool) -> dict[str, list[int]]:
    """The attributes that statements of one side alone set, and where."""
    places: dict[str, list[int]] = {}
    for number, change in enumerate(changes):
        mine, other = (change.after, change.before) if new else (change.before, change.after)
        if mine and not other and not change.harmless and mine.said.startswith("self."):
            target, is_set, _ = mine.said.partition(" = ")
            if is_set and "(" not in target:
                places.setdefault(target, []).append(number)
    return places


def _movable(one: Statement) -> bool:
    plain = not one.said.startswith(("if ", "for ", "while ", "with ", "return", "raise", "def "))
    return plain and one.said not in {"end", "else:", "try:", "finally:"}


def _independent(
    old: Statement, left: Sequence[Statement], new: Statement, right: Sequence[Statement]
) -> bool:
    """Whether a statement sits in the same block and shares nothing with what it passed."""
    before = next(k for k, one in enumerate(left) if one is old)
    after = next(k for k, one in enumerate(right) if one is new)
    ahead = {one.said for one in left[:before]}
    behind = {one.said for one in right[:after]}
    passed = [one for one in (*left, *right) if (one.said in ahead) != (one.said in behind)]
    same_block = _head(old, left) == _head(new, right)
    return same_block and not any(_shares(old, one) for one in passed)


def _head(one: Statement, side: Sequence[Statement]) -> str:
    return side[one.parent].said if one.parent is not None else ""


def _shares(one: Statement, other: Statement) -> bool:
    if one.said == other.said:
        return False
    mine, theirs = set(one.binds), set(other.binds)
    return bool(mine & {*theirs, *other.reads} or theirs & set(one.reads)) or (
        "(" in one.said and "(" in other.said and not one.binds
    )
