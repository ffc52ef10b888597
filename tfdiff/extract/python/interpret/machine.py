"""The interpreter's state and the operations that branching needs."""

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfdiff.extract.python.interpret.conditions import choose, consequences
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.memory import (
    Memory,
    Payload,
    literal,
)
from tfdiff.extract.python.interpret.outcomes import Fork, Leaf, join
from tfdiff.extract.python.interpret.program import Program
from tfdiff.extract.python.interpret.semantics import Semantics
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Bound,
    Choice,
    DictRef,
    Foreign,
    ListRef,
    Missing,
    OverBudgetError,
    Raised,
    Scope,
    Slices,
    Value,
    Variable,
)
from tfdiff.facts import Gradient, OpFacts, Span, told_apart
from tfdiff.facts import Variable as VariableKind
from tfdiff.ir.expr import (
    COMPARISONS,
    LOGIC,
    Boolean,
    Expr,
    Opaque,
    Operation,
    Select,
    Symbol,
    boolean,
    call,
    number,
    opaque,
    operation,
    select,
    symbol,
)
from tfdiff.ir.truths import decided
from tfdiff.ir.walk import ordered

if TYPE_CHECKING:
    from tfdiff.extract.python.interpret.creation import Making

_WORDS = re.compile(r"\W")

_SHAPE = re.compile(r"get_shape\(\)|\.shape\b|\bvar\.(path|name)\b")

TOUCHED = symbol("touched")

RAW_GRADIENT = symbol("grad of one occurrence")

LOSS = symbol("loss")

MOST_STEPS = 40_000

DEEPEST = 60

_OPEN = (Choice, Select)  # what a path may decide


@dataclass(frozen=True, slots=True)
class Created:
    """A variable that the program made: what it starts from, and whether it has one element."""

    initial: Value
    scalar: bool


class Machine:
    """One interpretation of one step: memory, what is known on this path, and what was met.

    Args:
        program: the release's Python.
        semantics: the meaning of the syntax.
        ops: an op's facts by its name, None where the source does not carry it.
        variable: whether variables are reference or resource variables.
        gradient: whether the gradient is dense or sparse.
    """

    def __init__(
        self,
        program: Program,
        semantics: Semantics,
        ops: Callable[[str], OpFacts | None],
        variable: VariableKind,
        gradient: Gradient,
    ) -> None:
        self.program = program
        self.semantics = semantics
        self.ops = ops
        self.variable = variable
        self.gradient = gradient
        self.memory = Memory()
        self.deferred = False
        self.keeps_variable = False
        self.plain_graph = False
        self.handling: list[tuple[Raised, str | None]] = []
        self.known: dict[Expr, bool] = {}
        self.created: dict[str, Created] = {}
        self.booleans: set[Expr] = {TOUCHED}
        self.parameters: set[Expr] = set()
        self.wrapped: set[str] = set()
        self.objects: set[str] = {"graph"}
        self.kernels: dict[str, tuple[str, ...]] = {}
        self.regions: dict[str, str] = {}
        self.spans: dict[Opaque, Span] = {}
        self.duplicates: set[str] = set()
        self.frames: list[Scope] = []
        self.slot_names: list[str | None] = []
        self.here: tuple[str, ast.AST | None] = ("", None)
        self.assignment: str | None = None
        self.asked_for = ""
        self.making: Making | None = None
        self._steps = 0
        self._addresses = 0

    # -- syntax -------------------------------------------------------------------------

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """The value of an expression, as far as it is decided on this path."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise OverBudgetError(f"more than {MOST_STEPS} steps")
        value = self.semantics.evaluate(self, node, scope)
        return self.settle(value) if isinstance(value, _OPEN) else value

    def call(self, function: Value, *args: Value, **kwargs: Value) -> Value:
        """Call a function of the interpreted program."""
        return self.semantics.call(self, function, args, kwargs)

    def attribute(self, receiver: Value, name: str) -> Value:
        """The attribute of a value, as far as it is decided on this path."""
        value = self.semantics.attribute(self, receiver, name)
        return self.settle(value) if isinstance(value, _OPEN) else value

    def visit(self, region: str, path: str) -> None:
        """Note a region that was read; one of the same name in another file by its module."""
        if self.regions.setdefault(region, path) != path:
            module = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
            self.regions.setdefault(f"{module}.{region}", path)

    def at(self, node: ast.AST, scope: Scope) -> None:
        """Remember where the program is, for what cannot be read here."""
        self.here = scope.module.path, node

    @property
    def place(self) -> Span:
        """Where the program is."""
        path, node = self.here
        line = getattr(node, "lineno", 0)
        return Span(path, line, getattr(node, "end_lineno", line) or line)

    # -- objects ------------------------------------------------------------------------

    def allocate(self, payload: Payload) -> int:
        """A new object's address."""
        self._addresses += 1
        self.memory.cells[self._addresses] = payload
        return self._addresses

    def make_list(self, elements: tuple[Value, ...]) -> ListRef:
        """A new list."""
        return ListRef(self.allocate(elements))

    def make_dict(self, entries: dict[Value, Value]) -> DictRef:
        """A new dictionary."""
        return DictRef(self.allocate(entries))

    # -- what cannot be read ------------------------------------------------------------

    def not_read(self, text: str, reason: str) -> Expr:
        """An opaque node for something at the present place."""
        node = opaque(text, reason)
        self.note(node)
        return node

    def note(self, node: Expr) -> None:
        """Remember that an opaque node stands for something at the present place."""
        if isinstance(node, Opaque) and node not in self.spans:
            self.spans[node] = self.place

    def is_named(self, text: str) -> bool:
        """Whether an unread value is an extent, or what an object of the caller's holds.

        Such a value is not known, but it is the same wherever its text is the same.
        """
        if not told_apart(text):
            return False
        return bool(_SHAPE.search(text)) or not self.objects.isdisjoint(_WORDS.split(text))

    # -- conditions ---------------------------------------------------------------------

    def decided(self, condition: Expr) -> bool | None:
        """Whether a condition holds on this path; None if it may or may not."""
        return decided(condition, self.known)

    @contextmanager
    def assuming(self, condition: Expr, holds: bool) -> Iterator[None]:  # noqa: FBT001
        """Take a condition, and what follows from it, as known within the block."""
        before = self.known
        self.known = before | dict(consequences(condition, holds))
        try:
            yield
        finally:
            self.known = before

    def settle(self, value: Value) -> Value:
        """A value without the choices that this path has decided."""
        while isinstance(value, Choice):
            holds = self.decided(value.condition)
            if holds is None:
                return value
            value = value.then if holds else value.other
        if isinstance(value, Select):
            holds = self.decided(value.condition)
            if holds is not None:
                return self.settle(value.then if holds else value.other)
        return value

    def branch(
        self, condition: Expr, then: Callable[[], Value], other: Callable[[], Value]
    ) -> Value:
        """Evaluate both arms apart, and merge their values and their memories.

        An arm that raises is not taken; if both raise, so does the branch.
        """
        holds = self.decided(condition)
        if holds is not None:
            return then() if holds else other()
        start = self.memory
        leaves: list[Leaf] = []
        for arm, side in ((then, True), (other, False)):
            self.memory = start.copy()
            try:
                with self.assuming(condition, side):
                    leaves.append(Leaf("return", arm(), self.memory))
            except Raised as raised:
                leaves.append(self.ended(raised))
        joined = join(Fork(condition, leaves[0], leaves[1]))
        assert isinstance(joined, Leaf)  # noqa: S101 - both arms return or raise
        if joined.raised:
            raise joined.raised
        self.memory = joined.memory
        return self.settle(joined.value)

    def ended(self, raised: Raised) -> Leaf:
        """How a way ends that raises."""
        if raised.meant:
            return Leaf("raise", raised.kind, self.memory)
        lost = self.not_read(_named(*self.here), f"this way ends with {raised.kind}")
        return Leaf("fail", raised.kind, self.memory, lost)

    def of_none(self, kind: str) -> Raised:
        """The exception of using None as something: the caller's where an argument is None."""
        absent = (
            node.name for node, holds in self.known.items() if holds and isinstance(node, Symbol)
        )
        return Raised(kind, meant=any(name.endswith(" is None") for name in absent))

    def lift(
        self, value: Value, function: Callable[[Value], Value], absent: str = "AttributeError"
    ) -> Value:
        """Apply a function to each arm of a choice that is still open."""
        if isinstance(value, _OPEN):
            value = self.settle(value)
        if not isinstance(value, Choice):
            if isinstance(value, Missing):
                raise self.of_none(absent)
            return function(value)
        chosen = value
        return self.branch(
            chosen.condition,
            lambda: self.lift(chosen.then, function, absent),
            lambda: self.lift(chosen.other, function, absent),
        )

    def is_boolean(self, node: Expr) -> bool:
        """Whether an expression is a condition and no number."""
        match node:
            case Boolean():
                return True
            case Operation(op=op):
                return op in COMPARISONS or op in LOGIC
            case Select(then=then, other=other):
                return self.is_boolean(then) and self.is_boolean(other)
            case _:
                return node in self.booleans

    def truth(self, value: Value) -> Expr:  # noqa: PLR0911 - one kind of value each
        """The condition that a value counts as true."""
        value = self.settle(value)
        match value:
            case None | Missing():
                return boolean(value=False)
            case bool() | int() | float() | str() | tuple():
                return boolean(value=bool(value))
            case ListRef(address) | DictRef(address):
                return boolean(value=bool(self.memory.elements(address)))
            case Choice(condition, then, other):
                return choose(condition, self.truth(then), self.truth(other))
            case Foreign(text):
                if self.making is not None and text.endswith(".is_fully_defined()"):
                    return boolean(value=True)  # as the shapes of nearly all variables are
                if not self.is_named(text):
                    return self.not_read(text, "condition not read")
                self.booleans.add(call(text))
                return call(text)
            case Select(condition, then, other):
                return choose(condition, self.truth(then), self.truth(other))
            case _ if isinstance(value, EXPRESSIONS):
                return self._truth_of_number(value)
            case _:
                return boolean(value=True)

    def _truth_of_number(self, node: Expr) -> Expr:
        """A hyperparameter is true if it is not zero; a tensor in a graph is an object."""
        if self.is_boolean(node) or isinstance(node, Opaque):
            return node
        leaves = {leaf for leaf in ordered((node,)) if isinstance(leaf, Symbol)}
        if leaves <= self.parameters:
            return operation("ne", node, number(0))
        return boolean(value=True)

    # -- numbers ------------------------------------------------------------------------

    def read(self, state: str) -> Expr:
        """The value of a variable now, as far as it is decided on this path."""
        value = self.memory.states[state]
        while isinstance(value, Select) and (holds := self.decided(value.condition)) is not None:
            value = value.then if holds else value.other
        return value

    def tensor(self, value: Value) -> Expr:  # noqa: C901, PLR0911, PLR0912 - one kind each
        """The number or tensor that a value stands for in arithmetic."""
        value = self.settle(value)
        if isinstance(value, EXPRESSIONS):
            return value
        match value:
            case bool():
                return boolean(value)
            case int() | float():
                return literal(value) if value == value else self.not_read("nan", "not a number")  # noqa: PLR0124
            case Variable(state):
                return self.read(state)
            case Assigned(value=assigned):
                return assigned
            case Slices(values=values):
                # A sparse gradient in elementwise arithmetic is made dense: zero elsewhere.
                return select(TOUCHED, self.semantics.summed(self.tensor(values)), number(0))
            case Choice(condition, then, other):
                return self._tensor_of_choice(condition, then, other)
            case ListRef(address):
                return call("stack", *map(self.tensor, self.memory.elements(address)))
            case tuple():
                return call("stack", *map(self.tensor, value))
            case None | Missing():
                raise self.of_none("TypeError")
            case Foreign(text):
                if self.is_named(text):
                    return call(text)
                return self.not_read(text, "value not read")
            case Bound(name=name):
                return self.not_read(name, "attribute not found")
            case _:
                return self.not_read(describe(value), "not a number")

    def _tensor_of_choice(self, condition: Expr, then: Value, other: Value) -> Expr:
        chosen = self.branch(condition, lambda: self.tensor(then), lambda: self.tensor(other))
        return self.tensor(chosen)


def _named(path: str, node: ast.AST | None) -> str:
    """A place by its file and what it names there: neither its line nor what locals are called."""
    named = [
        one.attr if isinstance(one, ast.Attribute) else repr(one.value)
        for one in (ast.walk(node) if node else ())
        if isinstance(one, ast.Attribute | ast.Constant)
    ]
    return f"{path.rpartition('/')[2]}: {' '.join(dict.fromkeys(named))}"
