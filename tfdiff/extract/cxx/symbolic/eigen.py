"""Eigen's tensor methods, on tensors in memory and on expressions that are not evaluated yet."""

from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL
from tfdiff.extract.cxx.symbolic.values import Lazy, Pointer, Scalar, Value, View
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
# Broadcasting a scalar, another shape, another type: no arithmetic.
_SAME: Final = frozenset({"reshape", "broadcast", "cast"})
_SIZES: Final = frozenset({"size", "dimension", "dimensions", "NumElements", "rank"})


def method(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    """A method of a tensor or of a tensor expression."""
    name = used.name
    if name in _UNARY:
        return Lazy(call(_UNARY[name], machine.lazy(value)))
    if name in _BINARY:
        return Lazy(call(_BINARY[name], machine.lazy(value), _argument(machine, used, 0)))
    if name in _SAME:
        return value
    if name in _SIZES:
        owner = value.storage.name if isinstance(value, View) else "expression"
        return Scalar(symbol(f"{STRUCTURAL}{name}({owner})"))
    match name:
        case "device":
            return value
        case "pow":
            return Lazy(operation("pow", machine.lazy(value), _argument(machine, used, 0)))
        case "inverse":
            return Lazy(operation("div", number(1), machine.lazy(value)))
        case "constant":
            return Lazy(_argument(machine, used, 0))
        case "select":
            arms = _argument(machine, used, 0), _argument(machine, used, 1)
            return Lazy(select(machine.lazy(value), *arms))
        case "eval":
            return Lazy(machine.read(value))
        case "binaryExpr":
            return _functor(machine, value, used)
        case _ if isinstance(value, View):
            return _in_memory(machine, value, used)
        case _:
            return _unknown(machine, value, used)


def _argument(machine: "Machine", used: "Call", index: int) -> Expr:
    return machine.lazy(machine.evaluate(used.arguments[index], used.frame))


def _functor(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    if "scalar_pow_op" in used.frame.parsed.text(used.arguments[1]):
        return Lazy(operation("pow", machine.lazy(value), _argument(machine, used, 0)))
    return _unknown(machine, value, used)


def _in_memory(machine: "Machine", value: View, used: "Call") -> Value:
    match used.name:
        case "data":
            return Pointer(value)
        case "chip":
            return _row(machine, value, used)
        case "setZero":
            machine.write(machine.view_cell(value), Scalar(number(0)))
            return value
        case "setConstant":
            content = Scalar(machine.store.force(_argument(machine, used, 0)))
            machine.write(machine.view_cell(value), content)
            return value
        case _:
            return _unknown(machine, value, used)


def _row(machine: "Machine", value: View, used: "Call") -> Value:
    # chip<0>(row) and chip(row, 0) are rows; a column is not what an index of rows names.
    dimension = used.templates[0] if used.templates else None
    if dimension is None and len(used.arguments) > 1:
        dimension = used.frame.parsed.text(used.arguments[1])
    if dimension != "0" or value.at is not None:
        return _unknown(machine, value, used)
    at = machine.read(machine.evaluate(used.arguments[0], used.frame))
    return View(value.storage, value.rank, at)


def _unknown(machine: "Machine", value: View | Lazy, used: "Call") -> Value:
    by = machine.opaque(used.node, used.frame, f"method not known: {used.name}")
    machine.taint(value, by)
    return Lazy(by.expr)
