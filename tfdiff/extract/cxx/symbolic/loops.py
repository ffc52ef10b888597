"""Loops over elements or rows: the body runs once, for the element that the rule speaks of.

That is right only if nothing is handed on from one element to the next: a local number that the
body changes and that outlives it becomes opaque, and so does what a loop leaves out by starting
late or by taking bigger steps.
"""

from typing import TYPE_CHECKING

import tree_sitter

from tfdiff.extract.cxx.symbolic import declarations, statements
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL, is_structural
from tfdiff.extract.cxx.symbolic.program import declared_name
from tfdiff.extract.cxx.symbolic.values import Scalar
from tfdiff.ir.expr import Expr, Number, Operation, Symbol, number, opaque, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

ROW_SIZE = symbol(f"{STRUCTURAL}inner_dim")
_CARRIED = "carried from one element to the next"


def loop(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> None:
    """Run a loop's body for one element."""
    inner = frame.inner()
    body = node.child_by_field_name("body")
    complete = _header(machine, node, inner)
    if body is None or complete is None:
        by = machine.opaque(node, frame, "loop not understood")
        machine.taint_names(node, frame, by)
        return
    before = machine.store
    carried = _run(machine, body, inner)
    if carried:
        machine.store = before
        for slot, value in carried.items():
            machine.store.values[slot] = value
        _run(machine, body, inner)
        machine.store.values.update(carried)
    if not complete and any(machine.store.get(slot) != before.get(slot) for slot in before.initial):
        machine.taint_all(machine.opaque(node, frame, "loop leaves elements out"))


def _run(machine: "Machine", body: tree_sitter.Node, frame: Frame) -> dict[int, Scalar]:
    """Run the body on a copy of the memory; gives the outer numbers that it changes."""
    before = machine.store
    machine.store = before.fork()
    outcome = statements.execute(machine, statements.todo(machine, [body], frame.inner(), None))
    if outcome.exit in {"return", "leave"}:
        machine.taint_all(machine.opaque(body, frame, "loop left before its end"))
    carried: dict[int, Scalar] = {}
    for slot, old in before.values.items():
        new = machine.store.values[slot]
        if slot not in before.initial and new != old and isinstance(new, Scalar):
            carried[slot] = _after(old.expr if isinstance(old, Scalar) else None, new.expr, slot)
    return carried


def _after(old: Expr | None, new: Expr, slot: int) -> Scalar:
    """What is known of a number after a loop that changes it."""
    if isinstance(new, Operation) and new.op == "mul" and _is_dimension(new.args[1]):
        return Scalar(ROW_SIZE)  # the product of all dimensions but the first
    known = [each for each in (old, new) if each is not None]
    if all(isinstance(each, Number) or is_structural(each) for each in known):
        return Scalar(symbol(f"{STRUCTURAL}size~{slot}"))
    return Scalar(opaque("", _CARRIED))


def _is_dimension(expr: Expr) -> bool:
    return expr is ROW_SIZE or (
        isinstance(expr, Symbol) and expr.name.startswith(f"{STRUCTURAL}dim_size")
    )


def _header(machine: "Machine", node: tree_sitter.Node, inner: Frame) -> bool | None:
    """Set the loop's variable; is the loop complete? None if it was not understood."""
    match node.type:
        case "for_statement":
            return _counted(machine, node, inner)
        case "for_range_loop":
            name = declared_name(node.child_by_field_name("declarator"))
            over = node.child_by_field_name("right")
            if name is None or over is None or "Range" not in inner.parsed.text(over):
                return None
            inner.names[inner.parsed.text(name)] = _index(machine, inner.parsed.text(name))
            return True
        case _:
            return _macro_loop(machine, node, inner)


def _index(machine: "Machine", name: str) -> int:
    return machine.allocate(Scalar(machine.locations.loop(name)))


def _macro_loop(machine: "Machine", node: tree_sitter.Node, inner: Frame) -> bool | None:
    # CUDA_1D_KERNEL_LOOP(i, n) {...}: the parser sees ``while (i, n)``.
    if inner.parsed.text(node).startswith("while"):
        return None
    condition = node.child_by_field_name("condition")
    value = condition.child_by_field_name("value") if condition is not None else None
    first = children(value)[0] if value is not None and children(value) else None
    if first is None or first.type != "identifier":
        return None
    name = inner.parsed.text(first)
    inner.names[name] = _index(machine, name)
    return True


def _counted(machine: "Machine", node: tree_sitter.Node, inner: Frame) -> bool | None:
    initial = node.child_by_field_name("initializer")
    update = node.child_by_field_name("update")
    if initial is None or update is None:
        return None
    if initial.type == "declaration":
        declarations.declare(machine, initial, inner)
        declarator = initial.child_by_field_name("declarator")
    else:
        machine.evaluate(initial, inner)
        declarator = initial.child_by_field_name("left")
    name = declared_name(declarator)
    slot = inner.slot(inner.parsed.text(name)) if name is not None else None
    if name is None or slot is None:
        return None
    start = machine.store.number(slot)
    machine.store.values[slot] = Scalar(machine.locations.loop(inner.parsed.text(name)))
    from_the_first = not isinstance(start, Number) or start is number(0)
    return from_the_first and _steps_by_one(update, inner)


def _steps_by_one(update: tree_sitter.Node, frame: Frame) -> bool:
    # A step by a size is a stripe per thread: together the threads leave nothing out.
    if update.type == "update_expression":
        return "++" in frame.parsed.text(update)
    step = update.child_by_field_name("right")
    operator = update.child_by_field_name("operator")
    added = operator is not None and frame.parsed.text(operator) == "+="
    return (
        added
        and step is not None
        and (step.type != "number_literal" or frame.parsed.text(step) == "1")
    )
