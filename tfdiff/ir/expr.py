"""Immutable, hash-consed expressions: what an update rule computes.

Nodes are built with the functions below and never simplified on construction, except that a
``select`` on a constant condition folds. Equal nodes are the same object, so that ``is``
compares whole graphs, and a graph keeps its sharing. Addition and multiplication keep the
order in which they were written; the ladder (``ir.equivalence``) knows that they commute.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias
from weakref import WeakValueDictionary

ARITHMETIC: Final = frozenset({"add", "sub", "mul", "div", "neg", "pow"})
COMPARISONS: Final = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
LOGIC: Final = frozenset({"and", "or", "not"})
FUNCTIONS: Final = frozenset(
    {"sqrt", "rsqrt", "square", "abs", "sign", "max", "min", "exp", "log"}
    | {"floor", "ceil", "round", "sin", "cos", "tanh"}
)

_OF_TWO: Final = frozenset({"max", "min"})


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Number:
    """An exact constant; ``0.9`` is 9/10, whatever the precision it is used at."""

    value: Fraction

    def __reduce__(self) -> tuple[object, ...]:
        return number, (self.value,)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Boolean:
    """A constant condition."""

    value: bool

    def __reduce__(self) -> tuple[object, ...]:
        return boolean, (self.value,)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Symbol:
    """A quantity that the step starts from: a state, ``grad``, a hyperparameter."""

    name: str

    def __reduce__(self) -> tuple[object, ...]:
        return symbol, (self.name,)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Operation:
    """Arithmetic, comparison or logic on one or two operands (``op`` is in the sets above)."""

    op: str
    args: tuple["Expr", ...]

    def __reduce__(self) -> tuple[object, ...]:
        return operation, (self.op, *self.args)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Call:
    """A function: one of ``FUNCTIONS``, which can be evaluated, or any other by name.

    A function that is not in ``FUNCTIONS`` (``matmul``, ``norm``) is uninterpreted: two calls
    are the same if name and arguments are, and nothing else is known about it.
    """

    function: str
    args: tuple["Expr", ...]

    def __reduce__(self) -> tuple[object, ...]:
        return call, (self.function, *self.args)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Select:
    """``then`` where ``condition`` holds, else ``other``; elementwise."""

    condition: "Expr"
    then: "Expr"
    other: "Expr"

    def __reduce__(self) -> tuple[object, ...]:
        return select, (self.condition, self.then, self.other)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Opaque:
    """Something that was not understood. It taints every value that it reaches."""

    text: str
    reason: str

    def __reduce__(self) -> tuple[object, ...]:
        return opaque, (self.text, self.reason)


Expr: TypeAlias = Number | Boolean | Symbol | Operation | Call | Select | Opaque
Key: TypeAlias = tuple[object, ...]

_interned: WeakValueDictionary[Key, Expr] = WeakValueDictionary()


def _intern(key: Key, node: Expr) -> Expr:
    return _interned.setdefault(key, node)


def number(value: Fraction | int | str) -> Expr:
    """An exact number; a string is read as a decimal (``"1e-8"``)."""
    exact = Fraction(value)
    return _intern(("number", exact), Number(exact))


def boolean(value: bool) -> Expr:  # noqa: FBT001 - the value is the whole meaning
    """A constant condition."""
    return _intern(("boolean", value), Boolean(value))


def symbol(name: str) -> Expr:
    """A named starting quantity."""
    return _intern(("symbol", name), Symbol(name))


def operation(op: str, *args: Expr) -> Expr:
    """An arithmetic, comparison or logic node, as written."""
    return _intern((op, *map(id, args)), Operation(op, args))


def call(function: str, *args: Expr) -> Expr:
    """A function node, as written.

    A name of ``FUNCTIONS`` with another number of arguments is not that function: ``max`` of one
    tensor is its largest element, about which nothing else is known.
    """
    if function in FUNCTIONS and len(args) != (2 if function in _OF_TWO else 1):
        function = f"{function} of {len(args)}"
    return _intern(("call", function, *map(id, args)), Call(function, args))


def select(condition: Expr, then: Expr, other: Expr) -> Expr:
    """A choice; a constant condition folds, and equal arms need no choice."""
    if isinstance(condition, Boolean):
        return then if condition.value else other
    if then is other:
        return then
    return _intern(("select", id(condition), id(then), id(other)), Select(condition, then, other))


def opaque(text: str, reason: str) -> Expr:
    """Something that was not understood, as written, and why."""
    return _intern(("opaque", text, reason), Opaque(text, reason))


def children(node: Expr) -> tuple[Expr, ...]:
    """The direct operands of a node, in written order."""
    if type(node) is Operation or type(node) is Call:
        return node.args
    return (node.condition, node.then, node.other) if type(node) is Select else ()
