"""Reading expressions from one line of text, for pairs files: Python's syntax, exact numbers."""

import ast
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

from tfdiff.ir.expr import Expr, boolean, call, number, operation, select, symbol

PAIRS: Final = Path(__file__).parent / "pairs"
BINARY: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
COMPARED: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


class PairLine(NamedTuple):
    """``left == right`` or ``left != right``, perhaps with ``| assumption; assumption``."""

    left: Expr
    right: Expr
    same: bool
    assumptions: tuple[str, ...]
    text: str


def read(text: str) -> Expr:
    """``select(a > b, sqrt(x), 1e-8)`` as an expression."""
    return _read(ast.parse(text.strip(), mode="eval").body, text.strip())


def pairs(name: str) -> tuple[PairLine, ...]:
    """The pairs of a file; blank lines and comments are left out."""
    found: list[PairLine] = []
    for line in (PAIRS / name).read_text().splitlines():
        stated, _, assumed = line.partition(" | ")
        if not stated.strip() or stated.startswith("#"):
            continue
        same = " === " in stated
        left, right = stated.split(" === " if same else " =/= ")
        assumptions = tuple(part.strip() for part in assumed.split(";") if part.strip())
        found.append(PairLine(read(left), read(right), same, assumptions, line))
    return tuple(found)


def _read(node: ast.expr, text: str) -> Expr:
    match node:
        case ast.Constant(value=bool() as value):
            return boolean(value)
        case ast.Constant():
            return number(Fraction(ast.get_source_segment(text, node) or "0"))
        case ast.Name(id=name):
            return symbol(name)
        case ast.BinOp(left=left, op=op, right=right):
            return operation(BINARY[type(op)], _read(left, text), _read(right, text))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return operation(COMPARED[type(op)], _read(left, text), _read(right, text))
        case _:
            return _composed(node, text)


def _composed(node: ast.expr, text: str) -> Expr:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return operation("neg", _read(operand, text))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operation("not", _read(operand, text))
        case ast.BoolOp(op=op, values=values):
            name = "and" if isinstance(op, ast.And) else "or"
            return operation(name, *(_read(value, text) for value in values))
        case ast.Call(func=ast.Name(id="select"), args=args):
            return select(*(_read(arg, text) for arg in args))
        case ast.Call(func=ast.Name(id=name), args=args):
            return call(name, *(_read(arg, text) for arg in args))
        case _:
            raise ValueError(f"not an expression: {text}")
