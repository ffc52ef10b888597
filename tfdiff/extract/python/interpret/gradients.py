"""Gradients: where they come from, their rows and occurrences, and clipping."""

from collections.abc import Callable

from tfdiff.extract.python.interpret import arithmetic
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import LOSS, RAW_GRADIENT, Machine
from tfdiff.extract.python.interpret.rows import gathered, of_rows, summed
from tfdiff.extract.python.interpret.tensors import named
from tfdiff.extract.python.interpret.values import (
    Foreign,
    Positions,
    Rows,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import Expr, Operation, Select, call, number, operation, select, symbol
from tfdiff.ir.walk import ordered

Args = tuple[Value, ...]
Kwargs = dict[str, Value]


def _gather(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    given = (*args, *kwargs.values())
    source, index = given[0], given[1]
    if isinstance(index, Rows):
        return gathered(machine.tensor(source))
    return call("gather", machine.tensor(source), machine.tensor(index))


def _unique(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return (Rows(unique=True), Positions()) if isinstance(args[0], Rows) else Foreign("unique()")


def _segment_sum(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Summing the occurrences of each row makes the row's gradient."""
    given = (*args, *kwargs.values())
    values = machine.tensor(given[0])
    if isinstance(given[1], Positions):
        return summed(values)
    return call("unsorted_segment_sum", values)


def _slices(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    given = dict(zip(("values", "indices"), args, strict=False)) | kwargs
    return Slices(given["values"], given["indices"])


# -- control flow -----------------------------------------------------------------------


def _gradients(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``gradients(loss, variables)``, ``tape.gradient(loss, variables)``: one for each variable."""
    loss = (
        args[0]
        if args
        else next((kwargs[n] for n in ("loss", "target", "ys") if n in kwargs), LOSS)
    )
    sources = args[1] if len(args) > 1 else None
    slope = _slope(machine, machine.settle(loss))
    gradient: Value = operation("mul", slope, symbol("grad")) if slope else symbol("grad")
    if machine.gradient == "sparse":
        values = operation("mul", slope, RAW_GRADIENT) if slope else RAW_GRADIENT
        gradient = Slices(values, Rows(unique=False))
    return gradient if isinstance(sources, Variable) else machine.make_list((gradient,))


def _slope(machine: Machine, loss: Value) -> Expr | None:
    """What a gradient is multiplied by where the loss is; None where it is left as it is."""
    match loss:
        case Operation(op="mul", args=(left, right)) if LOSS not in ordered((left,)):
            return _product(left, _slope(machine, right))
        case Operation(op="mul", args=(left, right)) if LOSS not in ordered((right,)):
            return _product(right, _slope(machine, left))
        case Operation(op="div", args=(left, right)) if LOSS not in ordered((right,)):
            inner = _slope(machine, left)
            return operation("div", inner or number(1), right)
        case Select(condition, then, other):
            arms = [_slope(machine, arm) for arm in (then, other)]
            return select(condition, *(arm or number(1) for arm in arms)) if any(arms) else None
        case _ if loss is LOSS or isinstance(loss, Foreign):
            return None
        case _:
            return machine.not_read(describe(loss), "gradient of something else than the loss")


def _product(factor: Expr, slope: Expr | None) -> Expr:
    return operation("mul", factor, slope) if slope else factor


def _clip_by_norm(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``clip_by_norm(t, norm)`` scales all elements alike; along some axes it goes by its name."""
    value, *rest = arithmetic.operands(args, kwargs)
    if isinstance(value, Slices) and machine.program.keeps_slices("clip_by_norm"):
        return Slices(_clipped(machine, value.values, rest), value.indices)
    return _clipped(machine, value, rest)


def _clipped(machine: Machine, value: Value, rest: list[Value]) -> Expr:
    if len(rest) != 1 or value is None:
        return named(machine, "clip_by_norm", (value, *rest), {})
    norm = machine.tensor(rest[0])

    def scaled(tensor: Expr) -> Expr:
        own = call("sqrt", call("sum", call("square", tensor)))
        return operation("div", operation("mul", tensor, norm), call("max", own, norm))

    return of_rows(machine.tensor(value), scaled)


def _clip_by_global_norm(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """All gradients are scaled alike; what the other variables' gradients are is not known."""
    gradients, limit = arithmetic.operands(args, kwargs)[:2]
    listed = iterate(machine, gradients) or ()
    tensors = [machine.tensor(_values(one)) for one in listed if one is not None]
    own, norm = call("global_norm", *tensors), machine.tensor(limit)
    scale = operation("div", norm, call("max", own, norm))
    return machine.make_list(tuple(_scaled(machine, one, scale) for one in listed)), own


def _values(one: Value) -> Value:
    return one.values if isinstance(one, Slices) else one


def _scaled(machine: Machine, one: Value, scale: Expr) -> Value:
    if one is None:
        return None
    scaled = operation("mul", machine.tensor(_values(one)), scale)
    return Slices(scaled, one.indices) if isinstance(one, Slices) else scaled


GRADIENTS: dict[str, Callable[[Machine, str, Args, Kwargs], Value]] = {
    **dict.fromkeys(("gather", "embedding_lookup", "sparse_read", "resource_gather"), _gather),
    **dict.fromkeys(("unique", "unique_v2"), _unique),
    "unsorted_segment_sum": _segment_sum,
    "IndexedSlices": _slices,
    **dict.fromkeys(("gradients", "gradient"), _gradients),
    "clip_by_norm": _clip_by_norm,
    "clip_by_global_norm": _clip_by_global_norm,
}
