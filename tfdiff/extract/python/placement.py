"""What stands around the creation of a piece of state: what it is placed with, and its loop."""

import ast
import re
from collections.abc import Sequence

from tfdiff.extract.python.model import Model
from tfdiff.extract.python.reach import Reached
from tfdiff.extract.python.statements import statements
from tfdiff.facts import Region, Span, Statement

_PLACING = re.compile(
    r"with (?:.*\.)?(colocate_with|device|colocate_vars_with)\((.*)\):$", re.DOTALL
)


def around(
    model: Model, one: Reached, line: int, beside: str | None = None
) -> tuple[str | None, int | None]:
    """The innermost placing context around a line of a function, in words, and its loop's line.

    Args:
        model: the release's files.
        one: the function.
        line: where the state is created.
        beside: what the creator is told to place it with, which goes before what stands around.
    """
    span = Span(one.path, one.function.line, one.function.end_line)
    found = statements(Region("function", one.symbol, "python", "", "", "", model.text(span), span))
    at = next((item for item in found or () if item.line <= line <= item.end_line), None)
    placed, loop = None, None
    if found and at is not None and beside not in {None, "None"}:
        placed = _said(_resolved(beside or "", found, at.line))
    while found and at is not None and at.parent is not None:
        at = found[at.parent]
        match = _PLACING.match(at.said)
        if match and placed is None:
            placed = _said(_resolved(match[2], found, at.line))
        if loop is None and at.said.startswith("for "):
            loop = at.line
    return placed, loop


def _resolved(name: str, found: Sequence[Statement], line: int) -> str:
    """What a local stands for: what it was last assigned, or runs through, before that line."""
    values = [
        item.said.partition(" = ")[2]
        if item.said.startswith(f"{name} = ")
        else f"each of {item.said.partition(' in ')[2].rstrip(':')}"
        for item in found
        if item.line < line and item.said.startswith((f"{name} = ", f"for {name} in "))
    ]
    return values[-1] if values else name


def _said(written: str) -> str:
    """``var_list[0]`` is the first of var_list, ``min(vs, key=...name)`` the smallest by name."""
    try:
        node = ast.parse(written, mode="eval").body
    except SyntaxError:
        return written
    match node:
        case ast.Subscript(value=of, slice=ast.Constant(value=0)):
            return f"the first of {ast.unparse(of)}"
        case ast.Call(
            func=ast.Name(id="min"),
            args=[of],
            keywords=[ast.keyword(value=ast.Lambda(body=ast.Attribute(attr=by)))],
        ):
            return f"the smallest of {ast.unparse(of)} by {by}"
    return written
