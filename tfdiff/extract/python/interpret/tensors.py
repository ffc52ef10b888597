"""Functions of tensors: elementwise ones as expressions, others by their name."""

import re
from collections.abc import Callable

from tfdiff.extract.python.interpret import arithmetic
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.precision import cast, in_python, tensors_of
from tfdiff.extract.python.interpret.rows import gathered, of_rows
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Choice,
    Foreign,
    ListRef,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import Expr, call

NUMERIC = (*EXPRESSIONS, bool, int, float, Variable, Assigned, Slices)


# -- state ------------------------------------------------------------------------------

Args = tuple[Value, ...]
Kwargs = dict[str, Value]


def numeric_choice(value: Value) -> bool:
    """Whether both arms of a choice are numbers, tensors or None."""
    return isinstance(value, Choice) and all(
        arm is None or isinstance(arm, NUMERIC) or numeric_choice(arm)
        for arm in (value.then, value.other)
    )


_KEEP_SLICES = frozenset({"cast", "convert_to_tensor_or_indexed_slices"})


def chooses(machine: Machine, text: str, value: Choice) -> bool:
    """Whether a function has to be called with each arm of a choice apart."""
    if not numeric_choice(value):
        return True
    keeps = text.rpartition(".")[2] in _KEEP_SLICES or _on_occurrences(machine, text)
    return keeps and _may_be_sparse(value)


def _may_be_sparse(value: Value) -> bool:
    arms = (value.then, value.other) if isinstance(value, Choice) else ()
    return isinstance(value, Slices) or any(map(_may_be_sparse, arms))


def _on_occurrences(machine: Machine, text: str) -> bool:
    owner, _, name = text.rpartition(".")
    known = "keras" in owner and name in arithmetic.ELEMENTWISE
    return known and machine.program.on_occurrences(name)


def tensor_call(  # noqa: PLR0911 - one kind of function each
    machine: Machine, text: str, args: Args, kwargs: Kwargs
) -> Value:
    """A function of tensors: elementwise ones as expressions, others by their name."""
    name = text.rpartition(".")[2]
    given = arithmetic.operands(args, kwargs)
    if name in arithmetic.LISTS:
        return arithmetic.total(tuple(map(machine.tensor, iterate(machine, given[0]) or ())))
    if name in arithmetic.FIRST_ONLY:
        value = given[0] if given else Foreign(f"{text}()")
        if isinstance(value, Slices) and name in _KEEP_SLICES:
            return value
        if not isinstance(value, (*NUMERIC, Choice)):
            return value  # a type, a text or an object that stays what it is
        result = arithmetic.ELEMENTWISE[name](machine.tensor(value))
        return result if in_python(text) else cast(machine, name, result, args, kwargs)
    builder = arithmetic.ELEMENTWISE.get(name)
    if builder is not None and _stays_sparse(machine, text, given):
        return _on_slices(machine, builder, given)
    if builder is not None:
        operands = tuple(map(machine.tensor, given))
        ready = operands if in_python(text) else tensors_of(machine, operands)
        try:
            if name in arithmetic.ON_SLICES and arithmetic.keeps_zero(*ready[1:]):
                return of_rows(ready[0], lambda value: builder(value, *ready[1:]))
            return builder(*ready)
        except TypeError:
            return machine.not_read(text, "arguments not understood")
    return _unknown(machine, text, name, args, kwargs)


def _stays_sparse(machine: Machine, text: str, given: Args) -> bool:
    """Whether a function takes the occurrences in a sparse gradient one by one."""
    if [isinstance(value, Slices) for value in given].count(True) != 1:
        return False
    if _on_occurrences(machine, text):
        return True
    name = text.rpartition(".")[2]
    clips = name in arithmetic.ON_SLICES and isinstance(given[0], Slices)
    return clips and machine.program.keeps_slices(name)


def _on_slices(machine: Machine, builder: Callable[..., Expr], given: Args) -> Value:
    """An elementwise function with f(0) = 0 keeps a sparse gradient sparse."""
    sparse = next(value for value in given if isinstance(value, Slices))
    operands = (
        machine.tensor(value.values)
        if isinstance(value, Slices)
        else gathered(machine.tensor(value))
        for value in given
    )
    return Slices(builder(*operands), sparse.indices)


_TENSOR_MODULE = re.compile(r"(tensorflow|ops|math|linalg|nn|tf|v2|backend|K|np|numpy|core)$")

# Calls that change variables, going by their names; a wrapped optimizer's always may.
_CHANGES = re.compile(r"apply|update|assign|scatter|minimize")


def _unknown(machine: Machine, text: str, name: str, args: Args, kwargs: Kwargs) -> Value:
    given = arithmetic.operands(args, kwargs)
    shown = f"{text}({', '.join(map(describe, given))})"
    if _CHANGES.search(name) and _change(machine, text, shown, given):
        return Foreign(shown)
    leaves = _leaves(machine, given)
    if _computes(text) and any(not isinstance(value, bool | Foreign) for value in leaves):
        return named(machine, name, args, kwargs)
    return Foreign(shown)


def named(machine: Machine, name: str, args: Args, kwargs: Kwargs) -> Expr:
    """A function of tensors by its name, with all that tells one call of it from another."""
    computed: list[Expr] = []
    said: list[str] = []
    given = [("", value) for value in args]
    given += [(key, value) for key, value in kwargs.items() if key not in arithmetic.NO_OPERANDS]
    for key, value in given:
        numeric = isinstance(value, (*NUMERIC, Choice, tuple, ListRef))
        if numeric:
            computed.append(machine.tensor(value))
        said += [key] if numeric and key else []
        if not numeric and value is not None:
            said.append(f"{key}={describe(value)}" if key else describe(value))
    plain = arithmetic.canonical(name)
    label = f"{plain}[{', '.join(said)}]" if said else plain
    if "<" in label:
        return machine.not_read(label, "argument not read")
    return call(label, *computed)


def _computes(text: str) -> bool:
    """Whether a foreign function belongs to a module of tensor functions."""
    return _TENSOR_MODULE.search(text.rpartition(".")[0]) is not None


def _leaves(machine: Machine, given: Args, *, within: bool = False) -> Args:
    """The numbers, tensors and variables among the arguments, and all that lists hold."""
    leaves: list[Value] = []
    for value in given:
        if (
            isinstance(value, NUMERIC)
            or numeric_choice(value)
            or (within and isinstance(value, Foreign))
        ):
            leaves.append(value)
        elif isinstance(value, tuple | ListRef):
            leaves.extend(_leaves(machine, iterate(machine, value) or (), within=True))
    return tuple(leaves)


def _change(machine: Machine, text: str, shown: str, given: Args) -> bool:
    """Something that is not read changes the variables that it is given.

    The step of a wrapped optimizer, which is an argument of the constructor, is a function of
    what it is given, known by name only. What anything else does is not known at all.
    """
    leaves = _leaves(machine, given)
    changed = [value for value in leaves if isinstance(value, Variable | Assigned)]
    named = text.partition(".")[0] in (*machine.wrapped, "super()", "inherited")
    for value in changed:
        rest = [one for one in leaves if one != value]
        operands = [machine.tensor(one.values if isinstance(one, Slices) else one) for one in rest]
        machine.memory.states[value.state] = (
            call(text, machine.read(value.state), *operands)
            if named
            else machine.not_read(shown, "call not read")
        )
    return bool(changed)
