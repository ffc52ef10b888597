"""The machine that runs a kernel: memory, cells, statements in order, branches run twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import tree_sitter

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.symbolic import statements
from tfdiff.extract.cxx.symbolic.expressions import evaluate
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.locations import Locations, shown
from tfdiff.extract.cxx.symbolic.macros import Macro, expand
from tfdiff.extract.cxx.symbolic.precision import typed
from tfdiff.extract.cxx.symbolic.program import FunctionCode, Program
from tfdiff.extract.cxx.symbolic.store import Store, cell_symbol
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Anywhere,
    Cell,
    Lazy,
    Pointer,
    Rank,
    Scalar,
    Storage,
    TensorObject,
    Thing,
    Value,
    View,
)
from tfdiff.facts import Unknown
from tfdiff.ir.expr import Expr, Number, number, opaque, symbol
from tfdiff.ir.precision import OWN
from tfdiff.ir.walk import States, replaced_states

_DEPTH: Final = 40
_PENDING: Final = "?"
_WRITABLE: Final = frozenset({"state", "local"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a tensor an element lies that is not known to be the one that is updated."""

    rank: Rank
    at: Expr | None
    chunk: bool

    def __str__(self) -> str:
        return f"[{':' if self.at is None else shown(self.at)}]"


@dataclass(slots=True)
class Machine:
    """One run of one kernel.

    Attributes:
        inputs: the op's inputs, in order.
        attributes: names of the op's attributes.
        written: inputs that were written, whatever the branch.
        concurrent: rows are updated by threads that do not wait for each other.
        atomic: rows are updated by atomic additions.
        ran: the code that ran, in order of first use.
        own_type: the type of number that the kernel is followed for.
        kinds: slot of a local variable -> its type, where that is a number's.
        mixed: something is computed in another precision than the tensors' own.
    """

    program: Program
    inputs: tuple[Storage, ...]
    attributes: frozenset[str]
    locations: Locations
    store: Store = field(default_factory=Store)
    unknowns: list[Unknown] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    concurrent: bool = False
    atomic: bool = False
    ran: dict[FunctionCode, None] = field(default_factory=dict)
    own_type: str = "float"
    mixed: bool = False
    kinds: dict[int, str] = field(default_factory=dict)
    _cells: dict[tuple[Storage, Place | None], int] = field(default_factory=dict)
    _places: dict[int, tuple[Storage, Place | None]] = field(default_factory=dict)
    _slots: Iterator[int] = field(default_factory=count)
    _depth: int = 0
    _expanded: dict[tuple[Macro, tuple[str, ...]], Parsed] = field(default_factory=dict)

    def allocate(self, value: Value | None) -> int:
        """A new slot that holds a value."""
        slot = next(self._slots)
        self.store.values[slot] = value
        return slot

    def cell(self, storage: Storage, rank: Rank, at: Expr | None, *, chunk: bool = False) -> int:
        """The slot of a tensor's element: of the one that is updated, or of another one."""
        own = self.locations.is_updated(storage, rank, at, chunk=chunk)
        place = None if own else Place(rank, at, chunk)
        slot = self._cells.get((storage, place))
        if slot is None:
            slot = self._cells[storage, place] = next(self._slots)
            self._places[slot] = (storage, place)
            name = storage.name if own else f"{_PENDING}{slot}"
            self.store.initial[slot] = None if storage.kind == "local" else Scalar(symbol(name))
        return slot

    def settled(self, states: States) -> States:
        """The values with every element that was read under its final name.

        Whether ``grad(i)`` belongs to the row that is updated is known only when the index has
        been read at ``i``, which may happen later.
        """
        names: dict[Expr, Expr] = {}
        for slot, (storage, place) in self._places.items():
            if place is not None:
                own = self._is_scalar(storage) or self.locations.is_updated(
                    storage, place.rank, place.at, chunk=place.chunk
                )
                name = storage.name if own else f"{storage.name}{place}"
                names[symbol(f"{_PENDING}{slot}")] = symbol(name)
        return replaced_states(states, names)

    def _is_scalar(self, storage: Storage) -> bool:
        # ``lr.flat<T>()(0)``: a tensor of which nothing but the first element is ever read.
        places = [place for owner, place in self._places.values() if owner == storage]
        return storage.kind == "value" and all(
            place is not None and place.at is number(0) for place in places
        )

    def own(self, storage: Storage) -> int:
        """The slot of the element of an input that the rule speaks of."""
        return self.cell(storage, "scalar", None)

    def not_read(self, text: str, reason: str) -> Scalar:
        """A value that could not be read."""
        return Scalar(opaque(text, reason))

    def view_cell(self, view: View) -> int:
        """The slot that a view's elements are read from and written to."""
        return self.cell(view.storage, view.rank, view.at, chunk=view.chunk)

    def read(self, value: Value) -> Expr:
        """A value as a number, now."""
        match value:
            case Scalar(expr):
                result = expr
            case Cell(slot):
                result = self.store.number(slot)
            case Lazy(expr):
                result = self.store.force(expr)
            case View():
                result = self.store.number(self.view_cell(value))
            case Anywhere(text, reason):
                result = opaque(text, reason)
            case Thing(text):
                result = opaque(text, "not a number")
            case _:
                result = opaque(type(value).__name__, "not a number")
        return result

    def lazy(self, value: Value) -> Expr:
        """A value as part of a tensor expression that is evaluated later."""
        match value:
            case Lazy(expr):
                return expr
            case View():
                return cell_symbol(self.view_cell(value))
            case _:
                return self.read(value)

    def write(self, slot: int, value: Value | None) -> None:
        """Set a slot, which rounds a number to its type, and note which input it belongs to."""
        kind = OWN if slot in self._places else self.kinds.get(slot)
        if kind is not None and isinstance(value, Scalar):
            value = Scalar(typed(self, value.expr, kind))
        self.store.values[slot] = value
        storage, place = self._places.get(slot, (None, None))
        if storage is not None:
            self.written.add(storage.name)
            if place is not None:
                by = self.not_read(f"{storage.name}{place}", "another element is written")
                self.store.values[self.own(storage)] = by

    def opaque(self, node: tree_sitter.Node, frame: Frame, reason: str) -> Scalar:
        """Note that something was not understood, and the value that taints what it reaches."""
        text = " ".join(frame.parsed.text(node).split())[:200]
        unknown = Unknown(reason, text, frame.span(node))
        if unknown not in self.unknowns:
            self.unknowns.append(unknown)
        return Scalar(opaque(text, reason))

    def taint(self, value: Value, by: Scalar) -> None:
        """Something that is not understood may have written through this value."""
        match value:
            case Anywhere():
                self.taint_all(by)
            case Cell(slot):
                storage, _ = self._places.get(slot, (None, None))
                if storage is None or storage.kind in _WRITABLE:
                    self.write(slot, by)
            case View(storage) | Pointer(View(storage)) | TensorObject(storage):
                if storage.kind in _WRITABLE:
                    self.write(self.own(storage), by)
            case Address(slot, target):
                if target is not None:
                    self.taint(target, by)
                elif slot is not None:
                    self.write(slot, by)
            case _:
                pass

    def taint_all(self, by: Scalar) -> None:
        """Something that is not understood may have written any variable."""
        for storage in self.inputs:
            self.taint(TensorObject(storage), by)

    def taint_names(self, node: tree_sitter.Node, frame: Frame, by: Scalar) -> None:
        """Code that is not understood may have written whatever it names."""
        todo = [node]
        while todo:
            inner = todo.pop()
            todo.extend(inner.named_children)
            if inner.type == "identifier":
                slot = frame.slot(frame.parsed.text(inner))
                value = None if slot is None else self.store.get(slot)
                if slot is not None and (value is None or isinstance(value, Scalar)):
                    self.write(slot, by)
                elif value is not None:
                    self.taint(value, by)

    def input(self, which: Expr | str) -> Storage | None:
        """The op's input of that number or name."""
        if isinstance(which, str):
            return next((each for each in self.inputs if each.name == which), None)
        if isinstance(which, Number) and 0 <= which.value < len(self.inputs):
            return self.inputs[int(which.value)]
        return None

    def note(self, code: FunctionCode) -> None:
        """Remember which code ran."""
        self.ran[code] = None

    def evaluate(self, node: tree_sitter.Node, frame: Frame) -> Value:
        """The value of an expression, after its side effects."""
        return evaluate(self, node, frame)

    def run(self, nodes: list[tree_sitter.Node], frame: Frame) -> statements.Outcome:
        """Run statements in order, to the end or to an exit."""
        return statements.execute(self, statements.todo(self, nodes, frame, None))

    def expansion(
        self, frame: Frame, name: str, arguments: tuple[str, ...] | None
    ) -> Parsed | None:
        """A macro's body with arguments put in, parsed; None if no such macro is defined here.

        Without arguments it is one that is named without parentheses.
        """
        macro = frame.macro(name) or self.program.macros.get(name)
        if macro is None or (macro.parameters is None) is not (arguments is None):
            return None
        key = (macro, arguments or ())
        if key not in self._expanded:
            self._expanded[key] = expand(*key)
        return self._expanded[key]

    @contextmanager
    def deeper(self) -> Iterator[bool]:
        """Is there room for one more call? Recursion in a kernel is not followed for ever."""
        self._depth += 1
        try:
            yield self._depth < _DEPTH
        finally:
            self._depth -= 1
