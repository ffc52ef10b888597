"""Kernel calls: a step of the interpreter leaves a mark, which a device's kernel rule fills in."""

import re
from collections.abc import Callable
from functools import reduce
from itertools import product
from typing import Final

from tfdiff.extract.python.interpret.machine import TOUCHED, Machine
from tfdiff.extract.python.interpret.rows import MARK, gathered, uses_occurrences, written
from tfdiff.extract.python.interpret.values import (
    Assigned,
    Foreign,
    Raised,
    Rows,
    Slices,
    Value,
    Variable,
)
from tfdiff.facts import KERNEL_NOT_READ, Device, KernelRule, Literal, OpFacts
from tfdiff.ir.expr import (
    Boolean,
    Call,
    Expr,
    Operation,
    Select,
    boolean,
    call,
    children,
    number,
    opaque,
    operation,
    select,
    symbol,
)
from tfdiff.ir.walk import ordered, rebuilt, replaced

Kernels = Callable[[str, Device], KernelRule | None]
EVERY: Final[tuple[Device, ...]] = ("cpu", "gpu", "xla", "sycl")
NO_KERNEL: Final = opaque("", "the device has no kernel for it")
ALWAYS: Final = boolean(True)  # noqa: FBT003 - as its builder wants it
NEVER: Final = boolean(False)  # noqa: FBT003
LONGEST_ACRONYM = 3
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TRAINING = re.compile(r"(resource_)?(sparse_)?apply_\w+")


def op_name(machine: Machine, text: str) -> str | None:
    """The op behind a generated Python function: ``training_ops.apply_rms_prop``."""
    owner, _, name = text.rpartition(".")
    if name[:1].isupper():
        generated = owner.endswith(("raw_ops", "training_ops"))
        return name if generated and _TRAINING.fullmatch(snake(name)) else None
    if not owner or not _TRAINING.fullmatch(name):
        return None
    known = next((op for op in _spellings(name) if machine.ops(op) is not None), None)
    if known is None and "training_ops" in owner:
        return next(iter(_spellings(name)))
    return known


def snake(name: str) -> str:
    """The generated function's name for an op: ``ResourceScatterUpdate``."""
    return _WORD.sub("_", name).lower()


def _spellings(name: str) -> list[str]:
    """How an op may be written whose function is ``name``: ``Rms`` or ``RMS``."""
    choices = [
        (word.capitalize(), word.upper()) if len(word) <= LONGEST_ACRONYM else (word.capitalize(),)
        for word in name.split("_")
    ]
    return ["".join(words) for words in product(*choices)]


def kernel_call(
    machine: Machine, op: str, args: tuple[Value, ...], kwargs: dict[str, Value]
) -> Value:
    """Mark what an op does to the variables that it is given."""
    facts = machine.ops(op)
    given, names = _arguments(facts, args, kwargs)
    indices = next((value for value in given.values() if isinstance(value, Rows)), None)
    operands: list[Expr] = []
    for name in names:
        value = given[name]
        # without indices beside it a sparse gradient is made dense, as any tensor argument is
        value = _values(value) if indices else value
        node = number(0) if isinstance(value, Rows) else machine.tensor(value)
        operands.append(gathered(node) if indices else node)
    if indices and not indices.unique and any(map(uses_occurrences, operands)):
        machine.duplicates.add(f"kernel {op}")
    machine.kernels[op] = names
    result: Value = Foreign(op)
    for name in names:
        target = given[name]
        if isinstance(target, Variable | Assigned):
            old = machine.read(target.state)
            new = call(f"{MARK}{op}:{name}", *operands)
            machine.note(opaque(op, "kernel not read"))
            machine.memory.states[target.state] = written(new, old) if indices else new
            result = target if isinstance(result, Foreign) else result
    return result


def _values(value: Value) -> Value:
    return value.values if isinstance(value, Slices) else value


def _arguments(
    facts: OpFacts | None, args: tuple[Value, ...], kwargs: dict[str, Value]
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The op's inputs and attributes by name, those that the caller leaves out by default."""
    kwargs = {name: value for name, value in kwargs.items() if name != "name"}
    if facts is None:
        given = {f"input {index}": value for index, value in enumerate(args)} | kwargs
        return given, tuple(given)
    inputs = [argument.name for argument in facts.inputs]
    attributes = [one for one in facts.attrs if one.type in {"bool", "int", "float"}]
    names = [*inputs, *(one.name for one in attributes)]
    given = dict(zip(names, args, strict=False)) | kwargs
    for one in attributes:
        default = one.default.value if isinstance(one.default, Literal) else None
        if isinstance(default, bool | int | float):
            given.setdefault(one.name, default)
    if any(name not in given for name in inputs):
        raise Raised("TypeError")
    return given, tuple(name for name in names if name in given)


def devices(machine: Machine, kernels: Kernels) -> tuple[Device, ...]:
    """The devices on which some op that the step calls has a kernel."""
    if not machine.kernels:
        return ("python",)
    able = tuple(
        device for device in EVERY if any(kernels(op, device) is not None for op in machine.kernels)
    )
    return able or ("cpu",)


def _possible(node: Expr, operands: tuple[Expr, ...]) -> Expr:
    """What is left of a node where some of it needs an op that the device has no kernel for.

    An option that asks for such an op makes the step fail there, like an exception: its arm
    goes. Rows are no option: a step that fails for some of them fails.
    """
    match node:
        case Select(condition=condition) if condition is not TOUCHED:
            chosen, then, other = operands
            if chosen is not NO_KERNEL:
                return other if then is NO_KERNEL else then
    return NO_KERNEL


def _negated(condition: Expr) -> Expr:
    match condition:
        case Operation(op="not", args=(inner,)):
            return inner
    return operation("not", condition)


def _failing(node: Expr, condition: Expr, parts: tuple[Expr, ...]) -> Expr:
    """Where a node cannot be computed, from where its operands cannot.

    Args:
        node: the node.
        condition: what a select asks for, linked.
        parts: where each operand cannot be computed.
    """
    if isinstance(node, Select) and node.condition is not TOUCHED:
        asked, then, other = parts
        match then, other:
            case Boolean(value=True), Boolean(value=False):
                arms = condition
            case Boolean(value=False), Boolean(value=True):
                arms = _negated(condition)
            case _:
                arms = select(condition, then, other)
        parts = (asked, arms)
    if ALWAYS in parts:
        return ALWAYS
    some = tuple(dict.fromkeys(part for part in parts if part is not NEVER))
    return reduce(lambda all_, one: operation("or", all_, one), some) if some else NEVER


class Linker:
    """Fills kernel rules of one device into expressions that hold marks.

    Attributes:
        fails: where an op is needed that the device has no kernel for, after ``link``.
    """

    def __init__(self, machine: Machine, kernels: Kernels, device: Device) -> None:
        self._machine = machine
        self._kernels = kernels
        self._device = device
        self.fails: Expr = NEVER

    def link(self, roots: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The same expressions with every mark replaced by what the kernel computes."""
        done: dict[Expr, Expr] = {}
        fails: dict[Expr, Expr] = {}
        for node in ordered(roots):
            below = children(node)
            operands = tuple(done[child] for child in below)
            if isinstance(node, Call) and node.function.startswith(MARK):
                done[node] = self._computed(node.function, operands)
            elif NO_KERNEL in operands:
                done[node] = _possible(node, operands)
            else:
                done[node] = rebuilt(node, operands)
            first = operands[0] if operands else node
            parts = tuple(fails[child] for child in below)
            fails[node] = ALWAYS if done[node] is NO_KERNEL else _failing(node, first, parts)
        self.fails = _failing(NO_KERNEL, NO_KERNEL, tuple(fails[root] for root in roots))
        return tuple(done[root] for root in roots)

    def _computed(self, mark: str, operands: tuple[Expr, ...]) -> Expr:
        _, op, name = mark.split(":")
        names = self._machine.kernels[op]
        rule = self._kernels(op, self._device)
        if rule is None:
            elsewhere = any(self._kernels(op, device) for device in EVERY)
            return NO_KERNEL if elsewhere else opaque(op, KERNEL_NOT_READ)
        given = dict(zip(names, operands, strict=True))
        value = dict(rule.converted or rule.states).get(name)
        if value is None:
            return given[name]
        # Symbols of the kernel's own (``inner_dim``, which tells rows from scalars) are kept.
        return replaced((value,), {symbol(n): e for n, e in given.items()})[value]
