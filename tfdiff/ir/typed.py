"""Telling truths from numbers: sources use each as the other.

``if momentum:`` asks a number as a truth, ``cast(x > 0) * y`` uses a truth as a number. Both
are made plain (``momentum != 0``, ``1 if x > 0 else 0``), so that nothing later has to guess.
"""

from collections.abc import Iterable
from typing import Literal as OneOf

from tfdiff.ir.expr import (
    ARITHMETIC,
    FUNCTIONS,
    LOGIC,
    Boolean,
    Call,
    Expr,
    Number,
    Operation,
    Select,
    Symbol,
    children,
    number,
    operation,
    select,
)
from tfdiff.ir.walk import States, ordered, rebuilt

Type = OneOf["number", "truth", "open"]


def typed_states(*rules: States) -> tuple[States, ...]:
    """The same rules with every truth and every number used as what it is.

    A symbol is a number in all rules if one of them calculates with it.
    """
    roots = [value for states in rules for _, value in states]
    calculated = _calculated(roots)
    result: dict[Expr, Expr] = {}
    types: dict[Expr, Type] = {}
    for node in ordered(roots):
        parts = tuple(
            _as(asked, result[child], types[child])
            for asked, child in zip(_asked(node), children(node), strict=True)
        )
        result[node] = rebuilt(node, parts)
        types[node] = _type(node, types, calculated)
    return tuple(
        tuple((name, _as("number", result[value], types[value])) for name, value in states)
        for states in rules
    )


def _calculated(roots: Iterable[Expr]) -> frozenset[str]:
    """Names of symbols that stand where a number is asked for."""
    return frozenset(
        child.name
        for node in ordered(roots)
        for asked, child in zip(_asked(node), children(node), strict=True)
        if asked == "number" and isinstance(child, Symbol)
    )


def _asked(node: Expr) -> tuple[Type, ...]:
    """What each operand of a node should be."""
    asked: Type = "open"
    match node:
        case Select():
            return "truth", "open", "open"
        case Operation(op=op):
            asked = "truth" if op in LOGIC else "number"
        case Call(function=function) if function in FUNCTIONS:
            asked = "number"
        case _:
            pass
    return (asked,) * len(children(node))


def _type(node: Expr, types: dict[Expr, Type], calculated: frozenset[str]) -> Type:
    found: Type = "open"
    match node:
        case Boolean():
            found = "truth"
        case Number():
            found = "number"
        case Symbol(name=name):
            found = "number" if name in calculated else "open"
        case Operation(op=op):
            found = "number" if op in ARITHMETIC else "truth"
        case Call(function=function) if function in FUNCTIONS:
            found = "number"
        case Select(_, then, other) if types[then] == types[other]:
            found = types[then]
        case _:
            pass
    return found


def _as(asked: Type, node: Expr, found: Type) -> Expr:
    if asked == "truth" and found == "number":
        return operation("ne", node, number(0))
    if asked == "number" and found == "truth":
        return select(node, number(1), number(0))
    return node
