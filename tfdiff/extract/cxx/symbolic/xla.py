"""XLA: the builder's methods of the first releases, and the operations on ``xla::XlaOp``."""

from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic.values import Builder, Context, Scalar, Text, Thing, Value
from tfdiff.ir.expr import Expr, call, number, operation, select

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.call import Call
    from tfdiff.extract.cxx.symbolic.machine import Machine

_OPERATIONS: Final = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "Neg": "neg",
    "Pow": "pow",
    "Lt": "lt",
    "Le": "le",
    "Gt": "gt",
    "Ge": "ge",
    "Eq": "eq",
    "Ne": "ne",
    "And": "and",
    "Or": "or",
    "Not": "not",
}
_CALLS: Final = {
    "Sqrt": "sqrt",
    "Rsqrt": "rsqrt",
    "SqrtF32": "sqrt",
    "Square": "square",
    "SquareF32": "square",
    "Abs": "abs",
    "Sign": "sign",
    "Max": "max",
    "Min": "min",
    "Exp": "exp",
    "Log": "log",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "Tanh": "tanh",
    "Sin": "sin",
    "Cos": "cos",
}
_SAME: Final = frozenset(
    {"ConvertElementType", "Broadcast", "BroadcastInDim", "Reshape", "BitcastConvertType"}
)
_LITERALS: Final = frozenset(
    {"FloatLiteral", "IntegerLiteral", "ScalarLike", "FullLike", "ConstantR0", "ConstantR0WithType"}
)
_ONES: Final = frozenset({"One", "OnesLike"})
_ZEROS: Final = frozenset({"Zero", "Zeros", "ZerosLike"})
_ARITY: Final = {"neg": 1, "not": 1}
_ONE_ARGUMENT: Final = frozenset(_CALLS) - {"Max", "Min"}


def builder_method(machine: "Machine", used: "Call") -> Value:
    """``b->Add(x, y)``."""
    return function(machine, used)


def function(machine: "Machine", used: "Call") -> Value:
    """``xla::Max(x, y)``, ``XlaHelpers::FloatLiteral(b, type, 1.0)``."""
    values = [machine.evaluate(each, used.frame) for each in used.arguments]
    numbers = [each for each in values if not isinstance(each, Builder | Context | Thing | Text)]
    exprs = [machine.read(each) for each in numbers]
    result = _result(used.name, exprs)
    if result is not None:
        return Scalar(result)
    return machine.opaque(used.node, used.frame, f"operation not known: {used.name}")


def _result(name: str, given: list[Expr]) -> Expr | None:
    if name in _ZEROS or name in _ONES:
        return number(int(name in _ONES))
    if name in _LITERALS and given:
        return given[-1]
    if name in _SAME and given:
        return given[0]
    if name in _OPERATIONS:
        op = _OPERATIONS[name]
        arity = _ARITY.get(op, 2)
        return operation(op, *given[:arity]) if len(given) >= arity else None
    if name in _CALLS:
        arity = 1 if name in _ONE_ARGUMENT else 2
        return call(_CALLS[name], *given[:arity]) if len(given) >= arity else None
    match name, given:
        case "Select", [condition, then, other]:
            return select(condition, then, other)
        case "Clamp", [least, value, most]:
            return call("min", call("max", least, value), most)
        case "Reciprocal", [value]:
            return operation("div", number(1), value)
        case _:
            return None
