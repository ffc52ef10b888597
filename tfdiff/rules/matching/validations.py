"""Errors that a region raises: which came, went or changed, and on what condition."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tfdiff.facts import Statement
from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import Touched, home, listed, places, touched
from tfdiff.rules.pair import Change, Pair, RegionPair
from tfdiff.rules.told import Told

_LONG = 100


@dataclass(frozen=True, slots=True)
class Error:
    """One error as the source writes it.

    Attributes:
        exception: its class (``ValueError``), ``AssertionError`` for an assertion.
        message: its fixed text, "" where it has none.
        condition: what the branch around it tests, "" for none.
    """

    exception: str
    message: str
    condition: str


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
        yield from _in_region(item, changes)


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


def _raises(one: Statement | None) -> bool:
    return one is not None and one.said.startswith(("raise", "assert"))


def _tests(change: Change) -> bool:
    return any(one and one.said.startswith("if ") for one in (change.before, change.after))


def _test(tests: tuple[Change, ...], *, new: bool) -> Error | None:
    sides = (change.after if new else change.before for change in tests)
    said = [one.said[3:].rstrip(":") for one in sides if one and one.said.startswith("if ")]
    return Error("", "", " and ".join(said)) if said else None


def _error(one: Statement | None) -> Error | None:
    if one is None or not _raises(one):
        return None
    try:
        node = ast.parse(one.said).body[0]
    except SyntaxError:
        return Error(one.said.split()[-1], "", "")
    within = one.within[3:].rstrip(":") if one.within.startswith("if ") else ""
    if isinstance(node, ast.Assert):
        return Error("AssertionError", _text(node.msg), f"not ({ast.unparse(node.test)})")
    raised = node.exc if isinstance(node, ast.Raise) else None
    exception = raised.func if isinstance(raised, ast.Call) else raised
    name = ast.unparse(exception).rpartition(".")[2] if exception else "the error"
    return Error(name, _text(raised), within)


def _text(node: ast.AST | None) -> str:
    """The fixed text of a message, whatever is filled in."""
    parts = (
        inner.value
        for inner in (ast.walk(node) if node else ())
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    )
    return " ".join(" ".join(parts).split())


def grouped(found: list[Changed]) -> tuple[tuple[Changed, ...], ...]:
    """The same error in several places, such as one check for each kind of variable."""
    groups: dict[tuple[Error | None, Error | None], list[Changed]] = {}
    for one in found:
        groups.setdefault((one.old, one.new), []).append(one)
    return tuple(tuple(group) for group in groups.values())


def shown(error: Error) -> str:
    """The message, cut for a sentence."""
    said = re.sub(r"\s+", " ", error.message)
    return said if len(said) <= _LONG else f"{said[:_LONG]}…"


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says of one error."""

    rule: str
    title: str
    meaning: str
    remedy: str


def told(pair: Pair, group: tuple[Changed, ...], words: Words) -> Told:
    """The finding on one error in all its places."""
    first = group[0]
    error = first.new or first.old or Error("", "", "")
    changes = tuple(change for one in group for change in one.changes)
    touched_first: Touched = (first.item, first.changes)
    old, new = places(touched_first)
    names = list(dict.fromkeys(one.item.region.symbol for one in group))
    where = f" It is in {listed(names)}."
    subject = shown(error) or error.condition or home(pair, first.item.region.span.path)
    condition = f"{error.condition}" if error.condition else None
    found = Finding(
        rule=words.rule,
        optimizer=pair.name,
        facet="validation",
        effect="api",
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
