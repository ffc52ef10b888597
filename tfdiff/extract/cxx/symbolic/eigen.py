"""Eigen's tensor methods, on tensors in memory and on expressions that are not evaluated yet."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic import precision
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL
from tfdiff.extract.cxx.symbolic.values import Lazy, Pointer, Scalar, Thing, Value, View
from tfdiff.ir.expr import Expr, call, number, operation, select, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.call import Call
    from tfdiff.extract.cxx.symbolic.machine import Machine

_UNARY: Final = {
    "square": "square",
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "abs": "abs",
    "sign": "sign",
    "exp": "exp",
    "log": "log",
    "floor": "floor",
    "ceil": "ceil",
    "round": "round",
    "tanh": "tanh",
}
_BINARY: Final = {"cwiseMax": "max", "cwiseMin": "min"}
SHAPES: Final = frozenset({"shape", "IsInitialized", "dtype", "dimensions", "DebugString"})
# Where to run, another shape, a scalar spread out: no arithmetic.
_SAME: Final = frozenset({"device", "reshape", "broadcast"})
SIZES: Final = frozenset(
    {"dim_size", "dimension", "size", "NumElements", "dims", "TotalBytes", "num_elements", "rank"}
)


def method(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    """A method of a tensor or of a tensor expression."""
    name = used.name
    result: Value = value
    if name in _UNARY:
        result = Lazy(call(_UNARY[name], machine.lazy(value)))
    elif name in _BINARY:
        result = Lazy(call(_BINARY[name], machine.lazy(value), _argument(machine, used, 0)))
    elif name in SIZES:
        owner = value.storage.name if isinstance(value, View) else "expression"
        result = Scalar(symbol(f"{STRUCTURAL}{name}({owner})"))
    elif name in SHAPES:
        result = Thing(used.frame.parsed.text(used.node))
    elif name in _IN_MEMORY and isinstance(value, View):
        result = _IN_MEMORY[name](machine, value, used)
    elif name not in _SAME:
        result = _OF_EXPRESSIONS.get(name, _unknown)(machine, value, used)
    return result


def _argument(machine: "Machine", used: "Call", index: int) -> Expr:
    return machine.lazy(machine.evaluate(used.argument(index), used.frame))


def _power(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    return Lazy(operation("pow", machine.lazy(value), _argument(machine, used, 0)))


def _inverse(machine: "Machine", value: View | Lazy, _used: "Call") -> Value:
    return Lazy(operation("div", number(1), machine.lazy(value)))


def _constant(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    content = machine.evaluate(used.argument(0), used.frame)
    return Lazy(machine.lazy(precision.beside(machine, content, value)))


def _cast(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    return precision.cast(machine, value, used.templates[0] if used.templates else "")


def _select(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    arms = _argument(machine, used, 0), _argument(machine, used, 1)
    return Lazy(select(machine.lazy(value), *arms))


def _evaluated(machine: "Machine", value: View | Lazy, _used: "Call") -> Value:
    return Lazy(machine.read(value))


def _functor(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    if "scalar_pow_op" in used.frame.parsed.text(used.argument(1)):
        return _power(machine, value, used)
    return _unknown(machine, value, used)


def _data(_machine: "Machine", value: View, _used: "Call") -> Value:
    return Pointer(value)


def _row(machine: "Machine", value: View, used: "Call") -> Value:
    # chip<0>(row) and chip(row, 0) are rows; a column is not what an index of rows names.
    dimension = used.templates[0] if used.templates else None
    if dimension is None and len(used.arguments) > 1:
        dimension = used.frame.parsed.text(used.argument(1))
    if dimension != "0" or value.at is not None:
        return _unknown(machine, value, used)
    at = machine.read(machine.evaluate(used.argument(0), used.frame))
    return View(value.storage, value.rank, at)


def _set_zero(machine: "Machine", value: View, _used: "Call") -> Value:
    machine.write(machine.view_cell(value), Scalar(number(0)))
    return value


def _set_constant(machine: "Machine", value: View, used: "Call") -> Value:
    content = Scalar(machine.store.force(_argument(machine, used, 0)))
    machine.write(machine.view_cell(value), content)
    return value


def _unknown(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    by = machine.opaque(used.node, used.frame, f"method not known: {used.name}")
    machine.taint(value, by)
    return Lazy(by.expr)


_OF_EXPRESSIONS: Final[dict[str, Callable[["Machine", View | Lazy, "Call"], Value]]] = {
    "pow": _power,
    "inverse": _inverse,
    "cast": _cast,
    "constant": _constant,
    "select": _select,
    "eval": _evaluated,
    "binaryExpr": _functor,
}
_IN_MEMORY: Final[dict[str, Callable[["Machine", View, "Call"], Value]]] = {
    "data": _data,
    "chip": _row,
    "setZero": _set_zero,
    "setConstant": _set_constant,
}
