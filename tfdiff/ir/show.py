"""Printing rules: a driver that walks the graph, and a rule laid out as steps."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from tfdiff.ir.expr import (
    Boolean,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Select,
    Symbol,
    children,
)
from tfdiff.ir.notation import ATOM, SHAPES, Notation
from tfdiff.ir.text import TextNotation
from tfdiff.ir.walk import States, ordered

LARGE: Final = 6  # a shared part of so many nodes gets a name of its own


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a rule: ``target`` becomes ``value``.

    Attributes:
        state: the state that the step updates, None for a shared part.
        target, value: in the notation asked for.
        changed: whether the line holds a marked term.
    """

    state: str | None
    target: str
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions in one notation.

    Attributes:
        names: nodes that are written by name instead of in full.
        marked: nodes that are marked as changed.
    """

    notation: Notation
    names: Mapping[Expr, str] = field(default_factory=dict)
    marked: AbstractSet[Expr] = frozenset()

    def show(self, root: Expr) -> str:
        """One expression."""
        done: dict[Expr, tuple[str, int]] = {}
        for node in ordered((root,)):
            text, strength = self._piece(node, done, named=node is not root)
            if node in self.marked:
                text = self.notation.mark(text)
                strength = ATOM
            done[node] = text, strength
        return done[root][0]

    def _piece(
        self, node: Expr, done: Mapping[Expr, tuple[str, int]], *, named: bool
    ) -> tuple[str, int]:
        notation = self.notation
        if named and node in self.names:
            return self.names[node], ATOM
        match node:
            case Number(value=value):
                return notation.number(value)
            case Boolean(value=truth):
                return notation.truth(value=truth), ATOM
            case Symbol(name=name) | Call(function=name, args=()):  # only known by its name
                return notation.symbol(name), ATOM
            case Opaque(text=text):
                return notation.opaque(text), ATOM
            case _:
                return self._composed(node, done)

    def _composed(self, node: Expr, done: Mapping[Expr, tuple[str, int]]) -> tuple[str, int]:
        notation = self.notation
        match node:
            case Operation(op=op, args=args):
                shape = notation.shapes[op]
                parts = tuple(
                    self._bracketed(done[part], least)
                    for part, least in zip(args, _least(shape.operands, len(args)), strict=True)
                )
                return notation.operation(op, parts), shape.result
            case Call(function=function, args=args):
                if notation.power_of(function):
                    base = self._bracketed(done[args[0]], SHAPES["pow"].operands[0])
                    return notation.call(function, (base,)), SHAPES["pow"].result
                return notation.call(function, tuple(done[part][0] for part in args)), ATOM
            case _:
                return self._choice(node, done), ATOM

    def _choice(self, node: Expr, done: Mapping[Expr, tuple[str, int]]) -> str:
        arms: list[tuple[str, str]] = []
        other = node
        while isinstance(other, Select):
            arms.append((done[other.condition][0], done[other.then][0]))
            other = other.other
            if other in self.names or other in self.marked:
                break
        return self.notation.choice(tuple(arms), done[other][0])

    def _bracketed(self, piece: tuple[str, int], least: int) -> str:
        text, strength = piece
        return text if strength >= least else self.notation.group(text)


def text(root: Expr) -> str:
    """One expression in plain text."""
    return Printer(TextNotation()).show(root)


def steps(
    states: States, notation: Notation, marked: AbstractSet[Expr] = frozenset()
) -> tuple[Step, ...]:
    """A rule as lines, in an order in which each can use the results before it.

    A state's new value that occurs inside another's is written by name; a large part that
    occurs more than once gets a line of its own before its first use.
    """
    by_value: dict[Expr, str] = {}
    for name, value in states:
        if children(value):
            by_value.setdefault(value, name)
    names = {value: notation.result(name) for value, name in by_value.items()}
    shared = _shared([value for _, value in states], set(by_value))
    names |= {node: notation.local(index) for index, node in enumerate(shared, start=1)}
    printer = Printer(notation, names, marked)
    lines: list[Step] = []
    done: set[str] = set()
    for node in ordered(value for _, value in states):
        if node in by_value:
            targets = [by_value[node]]
        elif node in shared:
            lines.append(_line(printer, None, names[node], node))
            continue
        else:
            continue
        done.update(targets)
        lines.extend(_line(printer, name, notation.result(name), node) for name in targets)
    for name, value in states:
        if name not in done:
            known = names.get(value)
            written = known if known is not None else printer.show(value)
            lines.append(Step(name, notation.result(name), written, value in marked))
    return tuple(lines)


def _line(printer: Printer, state: str | None, target: str, value: Expr) -> Step:
    inside = _inside(value, printer.names)
    changed = not printer.marked.isdisjoint(inside)
    return Step(state, target, printer.show(value), changed)


def _inside(root: Expr, names: Mapping[Expr, str]) -> set[Expr]:
    """Nodes that are printed when ``root`` is: those below a named node are not."""
    found: set[Expr] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            if node is root or node not in names:
                pending.extend(children(node))
    return found


def _shared(roots: Iterable[Expr], results: set[Expr]) -> tuple[Expr, ...]:
    roots = tuple(roots)
    nodes = ordered(roots)
    uses = Counter(child for node in nodes for child in children(node))
    size: dict[Expr, int] = {}
    found: list[Expr] = []
    for node in nodes:
        size[node] = 1 + sum(size[child] for child in children(node))
        named = node in results
        if uses[node] > 1 and size[node] >= LARGE and not named and not _is_condition(node):
            found.append(node)
            named = True
        if named:
            size[node] = 1
    return tuple(found)


def _is_condition(node: Expr) -> bool:
    return isinstance(node, Operation) and SHAPES[node.op].result <= SHAPES["lt"].result


def _least(operands: tuple[int, ...], count: int) -> tuple[int, ...]:
    return operands + operands[-1:] * (count - len(operands))
