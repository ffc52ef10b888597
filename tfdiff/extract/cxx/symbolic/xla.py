"""XLA: the builder's methods of the first releases, and the operations on ``xla::XlaOp``."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic import precision
from tfdiff.extract.cxx.symbolic.values import Builder, Context, Scalar, Text, Thing, Value
from tfdiff.ir.expr import Expr, call, number, operation, select

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.call import Call
    from tfdiff.extract.cxx.symbolic.machine import Machine

_BINARY: Final = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "Pow": "pow",
    "Lt": "lt",
    "Le": "le",
    "Gt": "gt",
    "Ge": "ge",
    "Eq": "eq",
    "Ne": "ne",
    "And": "and",
    "Or": "or",
}
_CALLS: Final = {
    "Sqrt": "sqrt",
    "SqrtF32": "sqrt",
    "Rsqrt": "rsqrt",
    "Square": "square",
    "SquareF32": "square",
    "Abs": "abs",
    "Sign": "sign",
    "Exp": "exp",
    "Log": "log",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "Tanh": "tanh",
    "Sin": "sin",
    "Cos": "cos",
}


def _clamp(least: Expr, value: Expr, most: Expr) -> Expr:
    return call("min", call("max", least, value), most)


def _last(*given: Expr) -> Expr:
    return given[-1]


# Name -> how many numbers it takes, and what it makes of them.
_KNOWN: Final[dict[str, tuple[int, Callable[..., Expr]]]] = {
    **{name: (2, partial(operation, op)) for name, op in _BINARY.items()},
    **{name: (1, partial(call, function)) for name, function in _CALLS.items()},
    "Max": (2, partial(call, "max")),
    "Min": (2, partial(call, "min")),
    "Neg": (1, partial(operation, "neg")),
    "Not": (1, partial(operation, "not")),
    "Select": (3, select),
    "Clamp": (3, _clamp),
    "Reciprocal": (1, partial(operation, "div", number(1))),
    # A constant in the type (and shape) of something else.
    "ScalarLike": (2, _last),
    "FullLike": (2, _last),
    "OnesLike": (1, lambda _: number(1)),
    "ZerosLike": (1, lambda _: number(0)),
    "One": (0, partial(number, 1)),
    "Zero": (0, partial(number, 0)),
    "FloatLiteral": (1, _last),
    "IntegerLiteral": (1, _last),
    "ConstantR0": (1, _last),
    "ConstantR0WithType": (1, _last),
    # Another shape: no arithmetic.
    "Broadcast": (1, _last),
    "Reshape": (1, _last),
}


def function(machine: "Machine", used: "Call") -> Value:
    """``xla::Max(x, y)``, ``b->Add(x, y)``, ``XlaHelpers::FloatLiteral(b, type, 1.0)``."""
    values = [machine.evaluate(each, used.frame) for each in used.arguments]
    if used.name == "ConvertElementType" and len(values) > 1:
        kind = used.frame.parsed.text(used.arguments[-1])
        return precision.cast(machine, values[-2], kind)
    numbers = [each for each in values if not isinstance(each, Builder | Context | Thing | Text)]
    arity, make = _KNOWN.get(used.name, (None, _last))
    if arity == len(numbers):
        return Scalar(make(*map(machine.read, numbers)))
    return machine.opaque(used.node, used.frame, f"operation not understood: {used.name}")
