"""Frozen facts as a table of numbers and texts, in which everything stands once.

A table has ``values`` (numbers, texts, true, false, null) and ``nodes``. A node is a list: what
it is, then the places of its parts. Places count through the values first and then the nodes,
so that parts always stand before what they are parts of. What a node can be is named in
``kinds``, with the fields that a class had when the table was written.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tfdiff import facts
from tfdiff.ir import expr

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = str | int | float | bool | None
_TUPLE = "tuple"
_CLASSES: tuple[type["DataclassInstance"], ...] = (
    *(facts.Unknown, facts.Span, facts.Literal, facts.Region, facts.OpAttr, facts.OpArg),
    *(facts.OpFacts, facts.Registration, facts.Locking, facts.KernelFacts, facts.KernelRule),
)
_EXPRESSIONS: dict[str, Callable[..., object]] = {
    "number": expr.number,
    "boolean": expr.boolean,
    "symbol": expr.symbol,
    "operation": expr.operation,
    "call": expr.call,
    "select": expr.select,
    "opaque": expr.opaque,
}
_NODES = (
    *(expr.Number, expr.Boolean, expr.Symbol, expr.Operation, expr.Call, expr.Select, expr.Opaque),
)


class Table(NamedTuple):
    """What a snapshot's facts are made of."""

    kinds: Sequence[Sequence[str]]
    values: Sequence[Value]
    nodes: Sequence[Sequence[int]]


def kinds() -> list[list[str]]:
    """What a node can be, as this version of the program knows it."""
    classes = [[known.__name__, *(field.name for field in fields(known))] for known in _CLASSES]
    return [[_TUPLE], *classes, *([name] for name in _EXPRESSIONS)]


_PLACES = {kind[0]: place for place, kind in enumerate(kinds())}


class Encoder:
    """Puts facts into a table."""

    def __init__(self) -> None:
        self._values: dict[tuple[type, Value], int] = {}
        self._nodes: dict[tuple[object, ...], int] = {}
        self._known: dict[object, int] = {}  # expressions share their parts, over and over

    def add(self, fact: object) -> int:
        """The place of a fact, by a number that only ``finished`` gives its meaning."""
        if fact is None or isinstance(fact, (bool, int, float, str)):
            # Values are told from nodes by their sign until all of them are known.
            return -1 - self._values.setdefault((type(fact), fact), len(self._values))
        shared = isinstance(fact, _NODES)
        if shared and fact in self._known:
            return self._known[fact]
        kind, parts = _taken_apart(fact)
        node = (_PLACES[kind], *(self.add(part) for part in parts))
        place = self._nodes.setdefault(node, len(self._nodes))
        if shared:
            self._known[fact] = place
        return place

    def finished(self, roots: Iterable[int]) -> tuple[Table, list[int]]:
        """The table, and the final places of what was added."""
        count = len(self._values)

        def final(place: object) -> int:
            assert isinstance(place, int)  # noqa: S101 - made above
            return place + count if place >= 0 else -1 - place

        nodes = [[_kind(node), *map(final, node[1:])] for node in self._nodes]
        values = [value for _, value in self._values]
        return Table(kinds(), values, nodes), [final(root) for root in roots]


def _kind(node: tuple[object, ...]) -> int:
    assert isinstance(node[0], int)  # noqa: S101 - made above
    return node[0]


def _taken_apart(fact: object) -> tuple[str, Sequence[object]]:
    if isinstance(fact, tuple):
        return _TUPLE, fact
    if isinstance(fact, _CLASSES):
        return type(fact).__name__, [getattr(fact, field.name) for field in fields(fact)]
    reduced = fact.__reduce__()
    assert isinstance(reduced, tuple)  # noqa: S101 - expressions are
    made, parts = reduced
    return made.__name__, [str(part) if isinstance(part, Fraction) else part for part in parts]


class Decoder:
    """Takes facts out of a table, each made once.

    Args:
        table: as it was written.
        label: what names its content.
    """

    def __init__(self, table: Table, label: str) -> None:
        self._table = table
        self.label = label
        self._made: dict[int, object] = {}
        known: dict[str, Callable[..., object]] = {each.__name__: each for each in _CLASSES}
        known |= _EXPRESSIONS
        self._makers = [known.get(kind[0]) for kind in table.kinds]

    def get(self, place: int) -> object:
        """The fact at a place."""
        values = self._table.values
        if place < len(values):
            return values[place]
        if place not in self._made:
            kind, *parts = self._table.nodes[place - len(values)]
            made = [self.get(part) for part in parts]
            maker = self._makers[kind]
            self._made[place] = tuple(made) if maker is None else maker(*made)
        return self._made[place]
