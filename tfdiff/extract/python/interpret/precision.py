"""Numbers of Python's become tensors: what is computed before that is in double precision."""

from collections.abc import Iterable

from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import TENSOR, Dtype, Value
from tfdiff.ir.expr import (
    FUNCTIONS,
    Boolean,
    Call,
    Expr,
    Number,
    Operation,
    Select,
    Symbol,
    select,
    symbol,
)
from tfdiff.ir.precision import KINDS, OWN, as_kind, conversions, settled
from tfdiff.ir.walk import ordered, symbols

_PYTHON_MODULES = ("math", "np", "numpy")
_CASTS = {"to_float": "float32", "to_double": "float64"}


def in_python(text: str) -> bool:
    """Whether a function is one of Python's or NumPy's, which know no tensors."""
    return text.partition(".")[0] in _PYTHON_MODULES


def tensor_of(machine: Machine, value: Expr) -> Expr:
    """A number that Python computed as a tensor: from here on it has the variable's type."""
    if machine.is_boolean(value) or not _is_python(machine, value):
        return value
    if isinstance(value, Number):
        return value
    if isinstance(value, Symbol):
        tensor = symbol(TENSOR + value.name)
        machine.parameters.add(tensor)
        return tensor
    if isinstance(value, Select):
        arms = (tensor_of(machine, arm) for arm in (value.then, value.other))
        return select(value.condition, *arms)
    return as_kind(OWN, value)


def tensors_of(machine: Machine, values: Iterable[Expr]) -> tuple[Expr, ...]:
    """The operands of a function of tensors; beside a tensor, a number takes its type anyway."""
    given = tuple(values)
    if all(_is_python(machine, value) for value in given):
        return tuple(tensor_of(machine, value) for value in given)
    return given


def cast(
    machine: Machine, name: str, value: Expr, args: tuple[Value, ...], kwargs: dict[str, Value]
) -> Expr:
    """``cast(x, dtype)``, for what has an element for each of the variable's."""
    value = tensor_of(machine, value)
    dtype = next((one for one in (*args[1:], *kwargs.values()) if isinstance(one, Dtype)), None)
    kind = _CASTS.get(name) or (dtype.name if dtype else "")
    if dtype is not None and dtype.own:
        return as_kind(OWN, value) if conversions((value,)) else value
    return as_kind(kind, value) if kind in KINDS and _has_elements(machine, value) else value


def settled_numbers(machine: Machine, values: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The values of states with the conversions that they need."""
    return settled(values, lambda node: _is_number(machine, node))


def tensor_names(machine: Machine) -> dict[Expr, Expr]:
    """Tensors made of hyperparameters -> the hyperparameters."""
    return {
        node: symbol(node.name.removeprefix(TENSOR))
        for node in machine.parameters
        if isinstance(node, Symbol) and node.name.startswith(TENSOR)
    }


def _is_number(machine: Machine, node: Expr) -> bool:
    return (
        isinstance(node, Symbol)
        and node in machine.parameters
        and node not in machine.booleans
        and not node.name.startswith(TENSOR)
    )


def _is_python(machine: Machine, value: Expr) -> bool:
    """Whether a value is computed from constants and hyperparameters alone, before any tensor."""
    return all(
        _is_number(machine, node)
        or node in machine.booleans
        or isinstance(node, Number | Boolean | Operation | Select)
        or (isinstance(node, Call) and node.function in FUNCTIONS)
        for node in ordered((value,))
    )


def _has_elements(machine: Machine, value: Expr) -> bool:
    """Whether a value is computed from the gradient, the variable or a slot."""
    scalars = {name for name, made in machine.created.items() if made.scalar}
    read = set(symbols((value,))) - scalars
    return any(name.startswith(("grad", "state:", "slot:")) for name in read)
