"""Errors that a region raises: which came, went or changed, and on what condition."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial

from tfdiff.facts import Statement
from tfdiff.findings import Effect, Finding
from tfdiff.rules.matching.topics import Touched, home, listed, places, touched
from tfdiff.rules.pair import Change, Pair, RegionPair
from tfdiff.rules.told import Told

_SPLIT = re.compile(r"(?<=[^\\])(?P<quote>['\"])\s+(?P=quote)")  # between parts of one string
_LONG = 100
_LIKE = 0.75  # of the words of two messages that are about the same


@dataclass(frozen=True, slots=True)
class Error:
    """One error as the source writes it.

    Attributes:
        exception: its class (``ValueError``), ``AssertionError`` for an assertion.
        message: its fixed text, "" where it has none.
        tests: what has to hold for it to be raised, outermost first.
        only_test: whether only what leads to it changed, and its own lines did not.
    """

    exception: str
    message: str
    tests: tuple[str, ...] = ()
    only_test: bool = False

    @property
    def condition(self) -> str:
        """The tests together; one that is an alternative stands in parentheses."""
        tests = tuple(dict.fromkeys(self.tests))
        if len(tests) == 1:
            return tests[0]
        return " and ".join(f"({test})" if " or " in test else test for test in tests)


@dataclass(frozen=True, slots=True)
class Changed:
    """One error on both sides, with the changed statements that belong to it."""

    item: RegionPair
    old: Error | None
    new: Error | None
    changes: tuple[Change, ...]


def errors(pair: Pair) -> Iterator[Changed]:
    """Every error of a common region that changed, and tests around errors that did."""
    for item, changes in touched(pair, "raise"):
        for one in _reworded(_in_region(item, changes)):
            if not _raised_elsewhere(pair, one):
                yield one


def _raised_elsewhere(pair: Pair, one: Changed) -> bool:
    """Whether an error that a region no longer raises, or raises now, moved to or from a helper."""
    error = one.old or one.new
    if error is None or error.only_test or not error.message or (one.old and one.new):
        return False
    texts = (
        side.text
        for item in pair.regions
        if not (item.old and item.new)
        for side in (item.new if one.old else item.old,)
        if side and side.kind in {"method", "function"}
    )
    said = f"raise {error.exception}("
    return any(said in text and error.message in _SPLIT.sub("", text) for text in texts)


def _in_region(item: RegionPair, changes: tuple[Change, ...]) -> Iterator[Changed]:
    found: list[Changed] = []
    pending: list[Change] = []
    for change in changes:
        if any(_raises(one) for one in (change.before, change.after)):
            mine = (*pending, change)
            found.append(Changed(item, _error(change.before), _error(change.after), mine))
            pending = []
        elif found and not pending and not _tests(change):
            last = found.pop()  # the end of the branch around it
            found.append(replace(last, changes=(*last.changes, change)))
        else:
            pending.append(change)
    yield from found
    if pending:
        tests = tuple(change for change in pending if _tests(change))
        yield Changed(item, _test(tests, new=False), _test(tests, new=True), tuple(pending))


def _reworded(found: Iterable[Changed]) -> Iterator[Changed]:
    """The same with an error that went here and came there, in much the same words, as one."""
    every = list(found)
    came = [one for one in every if one.new and not one.old]
    for gone in [one for one in every if one.old and not one.new]:
        likest = max(came, key=partial(_likeness, gone), default=gone)
        if _likeness(gone, likest) >= _LIKE:
            came.remove(likest)
            every.remove(likest)
            both = replace(likest, old=gone.old, changes=(*gone.changes, *likest.changes))
            every[every.index(gone)] = both
    yield from every


def _likeness(gone: Changed, came: Changed) -> float:
    """How much of two messages is the same, from 0 to 1; 0 for errors of two classes.

    Errors that are raised for the same are the same in whatever words.
    """
    if not (gone.old and came.new and gone.old.exception == came.new.exception):
        return 0.0
    if gone.old.tests == came.new.tests and not (gone.old.only_test or came.new.only_test):
        return 1.0
    if not (gone.old.message and came.new.message):
        return 0.0
    before, after = (re.findall(r"\w+", error.message) for error in (gone.old, came.new))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def moved(one: Changed) -> bool:
    """Whether the test of an error changed with its words."""
    return bool(one.old and one.new) and any(_tests(change) for change in one.changes)


def _raises(one: Statement | None) -> bool:
    return one is not None and one.said.startswith(("raise", "assert"))


def _tests(change: Change) -> bool:
    return any(one and one.said.startswith("if ") for one in (change.before, change.after))


def _test(tests: tuple[Change, ...], *, new: bool) -> Error | None:
    """The error that a test of one side leads to, whose own lines are the same."""
    sides = (change.after if new else change.before for change in tests)
    heads = [one for one in sides if one and one.said.startswith("if ")]
    if not heads:
        return None
    tested = (*heads[0].guards, *(one.said[3:].rstrip(":") for one in heads))
    led = (feature.text for one in heads for feature in one.features if feature.kind == "leads to")
    raised = _parsed_error(next(led, ""))
    return replace(raised, tests=tested, only_test=True)


def _error(one: Statement | None) -> Error | None:
    if one is None or not _raises(one):
        return None
    return _parsed_error(one.said, one.guards)


def _parsed_error(said: str, guards: tuple[str, ...] = ()) -> Error:
    """What a ``raise`` or an assertion says."""
    try:
        node = ast.parse(said).body[0]
    except (SyntaxError, IndexError):
        return Error("the error", "")
    if isinstance(node, ast.Assert):
        fails = ast.unparse(ast.UnaryOp(ast.Not(), node.test))
        return Error("AssertionError", _text(node.msg), (*guards, fails))
    raised = node.exc if isinstance(node, ast.Raise) else None
    exception = raised.func if isinstance(raised, ast.Call) else raised
    name = ast.unparse(exception).rpartition(".")[2] if exception else "the error"
    return Error(name, _text(raised), guards)


def _text(node: ast.AST | None) -> str:
    """The fixed text of a message, whatever is filled in."""
    parts = [
        inner
        for inner in (ast.walk(node) if node else ())
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]
    parts.sort(key=lambda one: (one.lineno, one.col_offset))
    return " ".join(str(one.value) for one in parts).strip()


def grouped(found: list[Changed]) -> tuple[tuple[Changed, ...], ...]:
    """The same error in several places, such as one check for each kind of variable."""
    groups: dict[tuple[Error | None, Error | None], list[Changed]] = {}
    for one in found:
        groups.setdefault((_untested(one.old), _untested(one.new)), []).append(one)
    return tuple(_with_common_tests(group) for group in groups.values())


def _untested(error: Error | None) -> Error | None:
    """The error without its tests, unless they are what changed."""
    return error if error is None or error.only_test else replace(error, tests=())


def _with_common_tests(group: list[Changed]) -> tuple[Changed, ...]:
    """The group with the tests that lead to the error wherever it is raised."""
    sides = ([one.old for one in group], [one.new for one in group])
    old, new = (
        replace(first, tests=tuple(test for test in first.tests if _in_all(test, side)))
        if (first := side[0])
        else None
        for side in sides
    )
    return tuple(replace(one, old=old, new=new) for one in group)


def _in_all(test: str, errors: Sequence[Error | None]) -> bool:
    return all(one is None or test in one.tests for one in errors)


def shown(error: Error) -> str:
    """The message, cut for a sentence."""
    said = re.sub(r"\s+", " ", error.message)
    return said if len(said) <= _LONG else f"{said[:_LONG]}…"


def _either(old: Error | None, new: Error | None) -> str | None:
    """Where one of the releases raises the error; None where that is not said by a test."""
    tests = sorted(
        {error.condition for error in (old, new) if error}, key=lambda one: (len(one), one)
    )
    if not all(tests):
        return None
    return tests[0] if len(tests) == 1 else " or ".join(f"({test})" for test in tests)


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says of one error."""

    rule: str
    title: str
    meaning: str
    remedy: str
    effect: Effect = "api"


def told(pair: Pair, group: tuple[Changed, ...], words: Words) -> Told:
    """The finding on one error in all its places."""
    first = group[0]
    error = first.new or first.old or Error("", "")
    changes = tuple(change for one in group for change in one.changes)
    touched_first: Touched = (first.item, first.changes)
    old, new = places(touched_first)
    names = list(dict.fromkeys(one.item.region.symbol for one in group))
    where = f" It is in {listed(names)}."
    messages = dict.fromkeys(shown(one) for one in (first.old, first.new) if one and one.message)
    said = " -> ".join(messages)  # another error may have said before what this one says now
    subject = said or error.condition or home(pair, first.item)
    condition = _either(first.old, first.new)
    found = Finding(
        rule=words.rule,
        optimizer=pair.name,
        facet="validation",
        effect=words.effect,
        certainty="read",
        subject=subject,
        condition=condition,
        title=words.title,
        explanation=words.meaning + where,
        remedy=words.remedy,
        old=old,
        new=new,
    )
    return Told(found, changes)
