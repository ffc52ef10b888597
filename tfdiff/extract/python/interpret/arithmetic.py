"""TensorFlow's elementwise functions, by their names in any of its modules.

``math_ops.sqrt``, ``K.sqrt``, ``tf.sqrt`` and ``keras.ops.sqrt`` mean the same. A function
that is not here is kept by name (``norm``, ``matmul``), its arguments in order.
"""

from collections.abc import Callable
from typing import Final

from tfdiff.extract.python.interpret.values import Value
from tfdiff.ir.expr import Expr, Number, Operation, call, number, operation, select

Builder = Callable[..., Expr]


def _binary(op: str) -> Builder:
    return lambda left, right: operation(op, left, right)


def _function(name: str) -> Builder:
    return lambda value: call(name, value)


def _clip(value: Expr, low: Expr, high: Expr) -> Expr:
    return call("max", call("min", value, high), low)


def keeps_zero(*limits: Expr) -> bool:
    """Whether limits to clip to leave 0 where it is: ``-x`` and ``x`` do, whatever x is."""
    match limits:
        case (Number(value=low), Number(value=high)):
            return low <= 0 <= high
        case (Operation(op="neg", args=(low,)), high):
            return low is high
        case _:
            return not limits


def _total(*values: Expr) -> Expr:
    total = values[0]
    for value in values[1:]:
        total = operation("add", total, value)
    return total


def _same(value: Expr, *_: Expr) -> Expr:
    return value


ELEMENTWISE: Final[dict[str, Builder]] = {
    **dict.fromkeys(("add", "add_v2"), _binary("add")),
    **dict.fromkeys(("sub", "subtract"), _binary("sub")),
    **dict.fromkeys(("mul", "multiply", "scalar_mul"), _binary("mul")),
    **dict.fromkeys(("div", "divide", "truediv", "true_divide", "realdiv"), _binary("div")),
    **dict.fromkeys(("pow", "power"), _binary("pow")),
    **dict.fromkeys(("neg", "negative"), lambda value: operation("neg", value)),
    **dict.fromkeys(("maximum", "max"), lambda left, right: call("max", left, right)),
    **dict.fromkeys(("minimum", "min"), lambda left, right: call("min", left, right)),
    **dict.fromkeys(("reciprocal", "inv"), lambda value: operation("div", number(1), value)),
    **dict.fromkeys(
        ("squared_difference",),
        lambda left, right: call("square", operation("sub", left, right)),
    ),
    **dict.fromkeys(("clip_by_value", "clip"), _clip),
    **dict.fromkeys(("where", "where_v2", "select"), select),
    "switch": select,
    **{name: _binary(op) for name, op in {
        "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
        "equal": "eq", "not_equal": "ne", "logical_and": "and", "logical_or": "or",
    }.items()},
    "logical_not": lambda value: operation("not", value),
    "floor_div": lambda left, right: call("floor", operation("div", left, right)),
    "floordiv": lambda left, right: call("floor", operation("div", left, right)),
    **{name: _function(name) for name in (
        "sqrt", "rsqrt", "square", "abs", "sign", "exp", "log", "floor", "ceil", "round",
        "sin", "cos", "tanh",
    )},
    **dict.fromkeys(
        ("convert_to_tensor", "convert_to_tensor_v2", "convert_to_tensor_v2_with_dispatch",
         "convert_to_tensor_or_indexed_slices", "cast", "to_float", "to_double", "saturate_cast",
         "identity", "stop_gradient", "constant", "ensure_shape", "get_value", "get_static_value",
         "constant_value", "read_value", "eval", "check_numerics", "cast_to_floatx", "numpy",
         "array", "asarray", "float32", "float64", "prevent_gradient", "snapshot", "Print",
         "convert_to_numpy", "is_tensor_value", "squeeze"),
        _same,
    ),
    "zeros_like": lambda _: number(0),
    "ones_like": lambda _: number(1),
}  # fmt: skip

# Keywords that say how an operation is carried out or named, not what it computes.
NO_OPERANDS: Final = frozenset(
    {"name", "dtype", "use_locking", "dtype_hint", "as_ref", "preferred_dtype", "validate_shape"}
    | {"sparse", "shape", "message", "summarize", "data", "verify_shape", "read_value"}
    # one replica, which is what is read, has nothing to aggregate
    | {"experimental_aggregate_gradients", "skip_gradients_aggregation"}
)
# ``cast(x, dtype)``: what follows the first operand is a type, a shape or a name.
FIRST_ONLY: Final = frozenset(name for name, builder in ELEMENTWISE.items() if builder is _same) | {
    "zeros_like",
    "ones_like",
}
# Functions that take a sparse gradient as it is, occurrence by occurrence.
ON_SLICES: Final = frozenset({"clip_by_value", "negative", "neg"})
LISTS: Final = frozenset({"add_n", "accumulate_n", "add_all"})
# Reductions go by these names in ``math_ops`` and by shorter ones in ``K`` and ``keras.ops``.
_REDUCTION: Final = "reduce_"
# Functions of several elements: never evaluated, compared by name and arguments.
UNINTERPRETED_REASON: Final = "a tensor function that is compared by name"


def operands(args: tuple[Value, ...], kwargs: dict[str, Value]) -> tuple[Value, ...]:
    """The arguments that a tensor function computes with, in order."""
    return (*args, *(value for name, value in kwargs.items() if name not in NO_OPERANDS))


def canonical(name: str) -> str:
    """One name for a function that has several."""
    return name.removeprefix(_REDUCTION)


def total(values: tuple[Expr, ...]) -> Expr:
    """The sum of several tensors, from the left (``add_n``)."""
    return _total(*values)
