"""Which element of a tensor an index names: the one that is being updated, or another one.

A rule speaks of one element of each variable (of a sparse op: of one touched row). Read indices
matter: ``var_flat(i)`` beside ``var_flat(index)`` reads another row than the one it updates.
Sizes and indices are expressions over symbols that start with ``#``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tfdiff.ir.expr import (
    Boolean,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Symbol,
    call,
    children,
    number,
    operation,
    symbol,
)
from tfdiff.extract.cxx.symbolic.values import Rank, Storage

STRUCTURAL = "#"
_MARKS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def is_structural(expr: Expr) -> bool:
    """Is it made of sizes, indices and constants only, with at least one size or index?"""
    symbols = 0
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, Opaque):
            return False
        if isinstance(node, Symbol):
            if not node.name.startswith(STRUCTURAL):
                return False
            symbols += 1
        todo.extend(children(node))
    return symbols > 0


@dataclass(slots=True)
class Locations:
    """The indices that one kernel uses.

    Attributes:
        sparse: the op has a tensor of row numbers.
    """

    sparse: bool
    _loops: int = 0
    _rows: dict[Expr, Expr] = field(default_factory=dict)  # row -> position in the indices
    _element: dict[Expr | None, Expr] = field(default_factory=dict)

    def loop(self, name: str) -> Expr:
        """A fresh index that runs over all elements or rows."""
        self._loops += 1
        return symbol(f"{STRUCTURAL}{name}~{self._loops}")

    def row(self, tensor: str, position: Expr) -> Expr:
        """The row number that a tensor of indices holds at a position."""
        row = symbol(f"{STRUCTURAL}{tensor}[{shown(position)}]~{id(position)}")
        self._rows[row] = position
        return row

    def is_updated(self, storage: Storage, rank: Rank, at: Expr | None, *, chunk: bool) -> bool:
        """Is it the element that the rule speaks of?"""
        if rank == "scalar":
            return at is None or at == number(0)
        if storage.kind == "local":
            return True
        if not self.sparse:
            return at is None or (not chunk and _is_loop(at)) or self._same(None, at)
        if at is None:
            return False
        return self._is_row(at) if storage.kind == "state" else self._is_position(at)

    def _same(self, key: Expr | None, at: Expr) -> bool:
        # Tensors of one kernel that are read at the same computed offset are read at the same
        # element; the first offset that is seen says which.
        return not isinstance(at, Number) and self._element.setdefault(key, at) is at

    def _is_row(self, at: Expr) -> bool:
        if at in self._rows:
            return True
        for row, width, column in _row_and_column(at):
            if row in self._rows:
                return self._same(self._rows[row], _flat(self._rows[row], width, column))
        return False

    def _is_position(self, at: Expr) -> bool:
        if at in self._rows.values():
            return True
        for position in self._rows.values():
            if isinstance(position, Operation) and position.op == "div" and position.args[0] is at:
                width = position.args[1]
                return self._same(position, _flat(position, width, call("mod", at, width)))
        return any(
            position in self._rows.values() and self._same(position, _flat(position, width, column))
            for position, width, column in _row_and_column(at)
        )


def shown(at: Expr) -> str:
    """An index as a person would write it."""
    match at:
        case Symbol(name):
            return name.removeprefix(STRUCTURAL).split("~")[0]
        case Number(value):
            return str(value)
        case Boolean(value):
            return str(value)
        case Operation(op, (left, right)) if op in _MARKS:
            return f"({shown(left)} {_MARKS[op]} {shown(right)})"
        case Operation(op, args) | Call(op, args):
            return f"{op}({', '.join(map(shown, args))})"
        case _:
            return "?"


def _is_loop(at: Expr) -> bool:
    return isinstance(at, Symbol) and "~" in at.name and "[" not in at.name


def _row_and_column(at: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """``row * width + column`` taken apart, with the factors and terms in any order."""
    if isinstance(at, Operation) and at.op == "add":
        for product, column in (at.args, at.args[::-1]):
            if isinstance(product, Operation) and product.op == "mul":
                for row, width in (product.args, product.args[::-1]):
                    yield row, width, column


def _flat(position: Expr, width: Expr, column: Expr) -> Expr:
    return operation("add", operation("mul", position, width), column)
