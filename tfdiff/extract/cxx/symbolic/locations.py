"""Which element of a tensor an index names: the one that is being updated, or another one.

A rule speaks of one element of each variable (of a sparse op: of one touched row). Read indices
matter: ``var_flat(i)`` beside ``var_flat(index)`` reads another row than the one it updates.
Sizes and indices are expressions over symbols that start with ``#``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tfdiff.extract.cxx.symbolic.values import Rank, Storage
from tfdiff.ir.expr import (
    Boolean,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Symbol,
    call,
    number,
    operation,
    symbol,
)
from tfdiff.ir.walk import ordered

STRUCTURAL: Final = "#"
_LOOP: Final = "~"  # stands in the names of indices: a loop's, or a row's
_AT: Final = "at"
_MARKS: Final = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def is_structural(expr: Expr) -> bool:
    """Is it made of sizes, indices and constants only, with at least one size or index?"""
    symbols = 0
    for node in ordered((expr,)):
        if isinstance(node, Opaque):
            return False
        if isinstance(node, Symbol):
            if not node.name.startswith(STRUCTURAL):
                return False
            symbols += 1
    return symbols > 0


def is_index(expr: Expr) -> bool:
    """Is it made from the number of an element or row, such as a loop's or a thread's?"""
    names = [node.name for node in ordered((expr,)) if isinstance(node, Symbol)]
    return is_structural(expr) and any(_LOOP in name or "threadIdx" in name for name in names)


def position(first: Expr, *rest: Expr) -> Expr:
    """One index, or several: ``(row, column)``."""
    return call(_AT, first, *rest) if rest else first


@dataclass(slots=True)
class Locations:
    """The indices that one kernel uses.

    Attributes:
        sparse: the op has a tensor of row numbers.
    """

    sparse: bool
    _loops: int = 0
    _rows: dict[Expr, Expr] = field(default_factory=dict)  # row number -> where it was read
    _elements: dict[object, Expr] = field(default_factory=dict)

    def loop(self, name: str) -> Expr:
        """A fresh index that runs over all elements or rows."""
        self._loops += 1
        return symbol(f"{STRUCTURAL}{name}{_LOOP}{self._loops}")

    def row(self, tensor: str, at: Expr) -> Expr:
        """The row number that a tensor of indices holds at a position."""
        for row, known in self._rows.items():
            if known is at:
                return row
        row = self.loop(f"{tensor}[{shown(at)}]")
        self._rows[row] = at
        return row

    def is_updated(self, storage: Storage, rank: Rank, at: Expr | None, *, chunk: bool) -> bool:
        """Is it the element that the rule speaks of?"""
        if rank == "scalar":
            return at is None or at is number(0)
        if storage.kind == "local":
            return True
        if self.sparse:
            return at is not None and (
                self._is_row(at) if storage.kind == "state" else self._is_position(at)
            )
        return at is None or self._is_element(storage, at, chunk=chunk)

    def _is_element(self, storage: Storage, at: Expr, *, chunk: bool) -> bool:
        if _is_loop(at):
            return not chunk
        parts = frozenset(node for node in ordered((at,)) if isinstance(node, Symbol))
        if len(parts) == 1 and all(map(_is_loop, parts)):
            return False  # i + 1 beside i
        return self._same(parts, at) if storage.kind == "state" else self._elements.get(parts) is at

    def _same(self, key: object, at: Expr) -> bool:
        # The first offset at which a variable is used says which element is updated; what other
        # tensors hold at the same offset belongs to it.
        return not isinstance(at, Number) and self._elements.setdefault(key, at) is at

    def _is_row(self, at: Expr) -> bool:
        if at in self._rows:
            return True
        if isinstance(at, Call) and at.function == _AT and at.args[0] in self._rows:
            where = self._rows[at.args[0]]
            return self._same(where, position(where, *at.args[1:]))
        for row, width, column in _row_and_column(at):
            if row in self._rows:
                return self._same(self._rows[row], _flat(self._rows[row], width, column))
        return False

    def _is_position(self, at: Expr) -> bool:
        known = self._rows.values()
        if at in known:
            return True
        if isinstance(at, Call) and at.function == _AT:
            return at.args[0] in known and self._elements.get(at.args[0]) is at
        for where in known:
            # ``indices[i / width]``: element ``i`` of the gradient is column ``i % width``.
            if isinstance(where, Operation) and where.op == "div" and where.args[0] is at:
                width = where.args[1]
                return self._elements.get(where) is _flat(where, width, call("mod", at, width))
        return any(
            where in known and self._elements.get(where) is _flat(where, width, column)
            for where, width, column in _row_and_column(at)
        )


def shown(at: Expr) -> str:
    """An index as a person would write it."""
    match at:
        case Symbol(name):
            text = name.removeprefix(STRUCTURAL).split(_LOOP)[0]
        case Number(value) | Boolean(value):
            text = str(value)
        case Operation(op, (left, right)) if op in _MARKS:
            text = f"({shown(left)} {_MARKS[op]} {shown(right)})"
        case Call(function, args) if function == _AT:
            text = ", ".join(map(shown, args))
        case Operation(op, args) | Call(op, args):
            text = f"{op}({', '.join(map(shown, args))})"
        case _:
            text = "?"
    return text


def _is_loop(at: Expr) -> bool:
    return isinstance(at, Symbol) and _LOOP in at.name and "[" not in at.name


def _row_and_column(at: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """``row * width + column`` taken apart, with the factors and terms in any order."""
    if isinstance(at, Operation) and at.op == "add":
        for product, column in (at.args, at.args[::-1]):
            if isinstance(product, Operation) and product.op == "mul":
                for row, width in (product.args, product.args[::-1]):
                    yield row, width, column


def _flat(where: Expr, width: Expr, column: Expr) -> Expr:
    return operation("add", operation("mul", where, width), column)
