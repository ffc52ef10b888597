"""Precisions: what is declared, cast or promoted to another one than the tensors' own."""

from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.locations import is_structural
from tfdiff.extract.cxx.symbolic.values import Cell, Lazy, Scalar, Value, View
from tfdiff.ir.expr import Expr, Number
from tfdiff.ir.precision import OWN, as_kind, conversions, settled, unconverted
from tfdiff.ir.walk import States

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_DOUBLE: Final = "float64"
_KINDS: Final = {"double": _DOUBLE, "F64": _DOUBLE, "DT_DOUBLE": _DOUBLE}
# The types that a kernel may be made for; one that a template deduces goes by another name.
_FLOATS: Final = ("float", "double", "half", "bfloat16")


def typed(machine: "Machine", expr: Expr, kind: str) -> Expr:
    """A number in a variable of that type, or cast to it."""
    plain = kind.removeprefix("const ").rpartition("::")[2]
    if isinstance(expr, Number) or is_structural(expr):
        return expr
    if plain in _KINDS and plain != machine.own_type:
        machine.mixed = True
        return as_kind(_KINDS[plain], expr)
    if machine.mixed and plain in {OWN, *_FLOATS} and conversions((expr,)):
        return as_kind(OWN, expr)
    return expr


def is_float(kind: str) -> bool:
    """Whether a type as written is one of numbers with a fraction."""
    return kind.removeprefix("const ").rpartition("::")[2] in _FLOATS


def own_type(arguments: tuple[str, ...]) -> str:
    """The type that a kernel is registered for, of those of numbers with a fraction."""
    plain = (argument.rpartition("::")[2] for argument in arguments)
    return next((name for name in plain if name in _FLOATS), _FLOATS[0])


def cast(machine: "Machine", value: Value, kind: str) -> Value:
    """A number, or a tensor expression, cast to a type."""
    match value:
        case Scalar() | Cell():
            expr = machine.read(value)
            found = typed(machine, expr, kind)
            return value if found is expr else Scalar(found)
        case Lazy() | View():
            expr = machine.lazy(value)
            found = typed(machine, expr, kind)
            return value if found is expr else Lazy(found)
        case _:
            return value


def beside(machine: "Machine", value: Value, other: Value) -> Value:
    """An operand beside a tensor of the variable's type: Eigen gives a number that type."""
    if not machine.mixed or not isinstance(value, Scalar | Cell):
        return value
    if isinstance(other, Lazy | View) and not conversions((machine.lazy(other),)):
        return cast(machine, value, OWN)
    return value


def promoted(machine: "Machine", value: Value, beside_it: tree_sitter.Node, frame: Frame) -> Value:
    """An operand that is a number: in double precision beside a literal such as ``1.0``."""
    text = frame.parsed.text(beside_it).lower()
    literal = beside_it.type == "number_literal" and "x" not in text
    if literal and ("." in text or "e" in text) and not text.endswith("f"):
        return cast(machine, value, "double") if isinstance(value, Scalar | Cell) else value
    return value


def both(machine: "Machine", states: States) -> tuple[States, States]:
    """A rule over the reals, and the same with its conversions where it has any."""
    if not machine.mixed:
        return states, ()
    values = settled(tuple(value for _, value in states))
    converted = tuple(zip((name for name, _ in states), values, strict=True))
    plain = unconverted(converted)
    return plain, () if plain is converted else converted
