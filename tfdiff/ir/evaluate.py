"""Evaluating rules with NumPy, in the dtype asked for and in the order written.

A graph is flattened once into a list of instructions with common subexpressions shared; what
depends on hyperparameters alone is computed once per run, not once per step. Constants are
rounded to the dtype where they are used, as a kernel does. Results agree with TensorFlow
within rounding, not bit for bit: Eigen's square roots are Newton steps on an estimate.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tfdiff.ir.expr import Boolean, Call, Expr, Number, Opaque, Operation, Symbol, children
from tfdiff.ir.typed import typed_states
from tfdiff.ir.walk import States, ordered

Value = npt.NDArray[np.generic] | np.generic  # an array or a scalar, numbers or truths
Dtype = type[np.float16] | type[np.float32] | type[np.float64]
Function = Callable[..., Value]


def _square(x: Value) -> Value:
    return np.multiply(x, x)


def _rsqrt(x: Value) -> Value:
    return np.divide(x.dtype.type(1), np.sqrt(x))


def _choose(condition: Value, then: Value, other: Value) -> Value:
    if np.ndim(condition) == 0:
        return then if condition else other
    return np.where(condition, then, other)


def _every(*values: Value) -> Value:
    """All of any number of truths; a third operand of NumPy's own is where the result goes."""
    return reduce(np.logical_and, values)


def _some(*values: Value) -> Value:
    return reduce(np.logical_or, values)


OPERATIONS: Final[Mapping[str, Function]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": _every,
    "or": _some,
    "not": np.logical_not,
}
CALLS: Final[Mapping[str, Function]] = {
    "sqrt": np.sqrt,
    "rsqrt": _rsqrt,
    "square": _square,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "exp": np.exp,
    "log": np.log,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
}


class Instruction(NamedTuple):
    """One operation: where its operands are and where its result goes."""

    function: Function
    operands: tuple[int, ...]
    target: int


@dataclass(frozen=True, slots=True)
class Program:
    """A graph as a flat list of instructions.

    Attributes:
        inputs: symbol -> register.
        constants: number or truth -> register.
        blanks: registers of what cannot be evaluated (opaque nodes, unknown functions); they
            hold NaN, so that every result they reach is NaN.
        once: instructions over inputs that stay the same between steps.
        steps: the other instructions.
        outputs: name -> register.
        size: number of registers.
    """

    inputs: tuple[tuple[str, int], ...]
    constants: tuple[tuple[float | bool, int], ...]
    blanks: tuple[int, ...]
    once: tuple[Instruction, ...]
    steps: tuple[Instruction, ...]
    outputs: tuple[tuple[str, int], ...]
    size: int

    def start(self, inputs: Mapping[str, object], dtype: Dtype) -> list[Value]:
        """Registers with constants, the given inputs, and what follows from the fixed ones.

        Args:
            inputs: the fixed inputs; truths stay truths, all else is rounded.
            dtype: what everything is computed in.
        """
        registers: list[Value] = [dtype(np.nan)] * self.size
        for value, register in self.constants:
            registers[register] = np.bool_(value) if isinstance(value, bool) else dtype(value)
        for name, register in self.inputs:
            if name in inputs:
                registers[register] = rounded(inputs[name], dtype)
        _execute(self.once, registers)
        return registers

    def step(self, registers: list[Value], inputs: Mapping[str, Value]) -> dict[str, Value]:
        """One step on prepared registers; ``inputs`` are those that change between steps."""
        for name, register in self.inputs:
            if name in inputs:
                registers[register] = inputs[name]
        _execute(self.steps, registers)
        return {name: registers[register] for name, register in self.outputs}


def rounded(value: object, dtype: Dtype) -> Value:
    """A number or array in ``dtype``; truths stay truths."""
    array = np.asarray(value)
    return array if array.dtype == np.bool_ else array.astype(dtype)[()]


def _execute(instructions: tuple[Instruction, ...], registers: list[Value]) -> None:
    for function, operands, target in instructions:
        if len(operands) == 2:  # noqa: PLR2004 - most of them, and quicker like this
            registers[target] = function(registers[operands[0]], registers[operands[1]])
        else:
            registers[target] = function(*[registers[operand] for operand in operands])


@lru_cache(maxsize=512)
def compiled(states: States, varying: frozenset[str] | None = None) -> Program:
    """A program for these values.

    Args:
        states: name -> expression.
        varying: symbols that change from step to step; None for all of them.
    """
    (states,) = typed_states(states)
    nodes = ordered(value for _, value in states)
    register = {node: place for place, node in enumerate(nodes)}
    inputs: list[tuple[str, int]] = []
    constants: list[tuple[float | bool, int]] = []
    blanks: list[int] = []
    once: list[Instruction] = []
    steps: list[Instruction] = []
    moving: set[Expr] = set()
    for node, place in register.items():
        match node:
            case Symbol(name=name):
                inputs.append((name, place))
                if varying is None or name in varying:
                    moving.add(node)
            case Number(value=value):
                constants.append((float(value), place))
            case Boolean(value=truth):
                constants.append((truth, place))
            case _:
                function = _function(node)
                if function is None:
                    blanks.append(place)
                    continue
                operands = tuple(register[child] for child in children(node))
                instruction = Instruction(function, operands, place)
                if any(child in moving for child in children(node)):
                    moving.add(node)
                    steps.append(instruction)
                else:
                    once.append(instruction)
    outputs = tuple((name, register[value]) for name, value in states)
    return Program(
        tuple(inputs),
        tuple(constants),
        tuple(blanks),
        tuple(once),
        tuple(steps),
        outputs,
        len(nodes),
    )


def _function(node: Expr) -> Function | None:
    match node:
        case Operation(op=op):
            return OPERATIONS[op]
        case Call(function=function):
            return CALLS.get(function)
        case Opaque():
            return None
        case _:
            return _choose


def evaluate(
    states: States, inputs: Mapping[str, object], dtype: Dtype = np.float64
) -> dict[str, Value]:
    """One step: state -> value; inputs are numbers, truths or arrays that broadcast.

    What cannot be evaluated (an opaque node, an unknown function, a missing input) gives NaN
    in every result that it reaches.
    """
    program = compiled(states)
    with np.errstate(all="ignore"):
        registers = program.start({}, dtype)
        given = {name: rounded(value, dtype) for name, value in inputs.items()}
        return program.step(registers, given)


def trajectory(  # noqa: PLR0913 - a run has this many parts
    states: States,
    initial: Mapping[str, Value],
    gradients: npt.NDArray[np.floating],
    hyperparameters: Mapping[str, object],
    *,
    dtype: Dtype = np.float32,
    touched: npt.NDArray[np.bool_] | None = None,
    keep: Collection[int] = (),
) -> dict[int, dict[str, Value]]:
    """The states after many steps.

    Args:
        states: the rule.
        initial: state -> starting value; the shape of one row of ``gradients`` or a scalar.
        gradients: steps x elements.
        hyperparameters: the other symbols, fixed over the run.
        dtype: what everything is computed in.
        touched: steps x elements, where sparse gradients have rows; None for everywhere.
        keep: step numbers (from 1) whose states are returned; the last step always is.
    """
    program = compiled(states, frozenset({*initial, "grad", "step", "touched"}))
    steps = len(gradients)
    wanted = {*keep, steps}
    kept: dict[int, dict[str, Value]] = {}
    grads = gradients.astype(dtype)
    with np.errstate(all="ignore"):
        registers = program.start(hyperparameters, dtype)
        current = {name: rounded(value, dtype) for name, value in initial.items()}
        for index in range(steps):
            inputs: dict[str, Value] = dict(current)
            inputs["grad"] = grads[index]
            inputs["step"] = dtype(index)
            inputs["touched"] = np.True_ if touched is None else touched[index]
            current = current | program.step(registers, inputs)
            if index + 1 in wanted:
                kept[index + 1] = current
    return kept
