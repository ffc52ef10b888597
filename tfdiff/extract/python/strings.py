"""What a string stands for where an optimizer is given by one: ``compile(optimizer="adam")``.

Keras looks strings up in a table of classes. What a class takes by default and what the string
of the same name gives are two things: for some releases the table holds other classes than those
that the public names stand for.
"""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.constructor import read_constructor
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Assignment, Condition, Function
from tfdiff.extract.python.values import parsed, with_names
from tfdiff.facts import Span, StringName

_TABLES = ("optimizers.py", "optimizers/__init__.py")
_LOOKS_UP = "deserialize"
_TAKEN = re.compile(r"\w+\.(?:pop|get)\(['\"](\w+)['\"]")


def string_names(model: Model, cls: ResolvedClass) -> tuple[StringName, ...]:
    """The strings that a table of classes holds this class under, with all that they make."""
    found: list[StringName] = []
    for path in model.ending(*_TABLES):
        entries = sorted(_entries(model, path), key=lambda one: one.text)
        for _, group in groupby(entries, key=lambda one: one.text):
            same = tuple(group)
            if any(one.made is cls for one in same):
                found.extend(_string_name(model, one) for one in same)
    return tuple(found)


class _Entry(NamedTuple):
    """A string, the class that it makes, and where the table says so."""

    text: str
    made: ResolvedClass
    assigned: Assignment
    path: str
    function: Function


def _string_name(model: Model, entry: _Entry) -> StringName:
    parameters = tuple(read_constructor(model, entry.made).parameters.values())
    span = Span(entry.path, entry.assigned.line, entry.assigned.end_line)
    said = _said(entry.assigned.conditions, entry.function)
    return StringName(entry.text, entry.made.ref, said, parameters, span)


def _entries(model: Model, path: str) -> Iterator[_Entry]:
    function = model.function(path, _LOOKS_UP) if path.endswith(".py") else None
    if function is None:
        return
    for assigned in function.assignments:
        for text, written in _literal(assigned):
            target = model.resolve(path, written)
            made = model.class_(target.path, target.name) if target.kind == "class" else None
            if made is not None:
                yield _Entry(text, made, assigned, path, function)


def _literal(assigned: Assignment) -> Iterator[tuple[str, str]]:
    """The entries of ``all_classes = {'adam': adam_v2.Adam}``."""
    table = parsed(assigned.value) if assigned.value.startswith("{") else None
    if isinstance(table, ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, ast.unparse(value)


def _said(conditions: tuple[Condition, ...], function: Function) -> str | None:
    tests = [(_spelled(one.test, function), one.holds) for one in conditions]
    return " and ".join(test if holds else f"not ({test})" for test, holds in tests) or None


def _spelled(test: str, function: Function) -> str:
    """A test in one layout, with what its locals stand for."""
    given: dict[str, list[str]] = {}
    for one in function.assignments:
        given.setdefault(one.target, []).append(one.value)
    stand = ((name, _stands_for(values)) for name, values in given.items())
    return with_names(test, {name: node for name, node in stand if node})


def _stands_for(values: list[str]) -> ast.expr | None:
    """A keyword taken out of ``kwargs`` by its own name, another local by its only value."""
    taken = next(filter(None, map(_TAKEN.match, values)), None)
    if taken:
        return ast.Name(taken[1], ast.Load())
    return parsed(values[0]) if len(values) == 1 else None
