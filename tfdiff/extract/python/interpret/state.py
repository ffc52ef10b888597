"""Variables: how they are made and named, and what assignments and scatters do to them."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.machine import Created, Machine
from tfdiff.extract.python.interpret.rows import gathered, summed, uses_occurrences, written
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Choice,
    Function,
    Method,
    Partial,
    Raised,
    Rows,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import Expr, call, operation, symbol

COMBINE: dict[str, Callable[[Expr, Expr], Expr]] = {
    "assign": lambda _, new: new,
    "update": lambda _, new: new,
    "add": lambda old, new: operation("add", old, new),
    "sub": lambda old, new: operation("sub", old, new),
    "mul": lambda old, new: operation("mul", old, new),
    "div": lambda old, new: operation("div", old, new),
}
_DUPLICATES = {"add": "summed", "sub": "summed", "update": "last"}
SLOT = "slot:"
STATE = "state:"
INITIAL = ("initial_value", "initializer", "value", "val")


def create(
    machine: Machine, text: str, args: tuple[Value, ...], kwargs: dict[str, Value]
) -> Variable:
    """Make a variable; it is called what the optimizer calls its slot, else its own name."""
    maker = text.rpartition(".")[2]
    if machine.making is not None:
        machine.making.create(machine, maker, args, kwargs)
    hint = next((name for name in reversed(machine.slot_names) if name), None)
    given = kwargs.get("name")
    if not isinstance(given, str):
        strings = [arg for arg in args if isinstance(arg, str)]
        given = strings[-1] if strings and maker != "add_weight" else next(iter(strings), None)
    if isinstance(given, str):
        given = given.removesuffix("_0")  # numbered by the trained variables
    name = hint or given or machine.assignment or "state"
    # A slot and a hyperparameter's variable may have the same name.
    state = f"{SLOT if hint else STATE}{name}"
    if state in machine.memory.states:
        count = 1
        while f"{state}_{count}" in machine.memory.states:
            count += 1
        state = f"{state}_{count}"
    initial = next((kwargs[key] for key in INITIAL if key in kwargs), None)
    if initial is None and args:
        position = 1 if maker.startswith("create_slot") else 0
        initial = args[position] if position < len(args) else None
    machine.created.setdefault(state, Created(_initial(machine, maker, initial), hint is None))
    machine.memory.states[state] = symbol(state)
    return Variable(state)


def _initial(machine: Machine, maker: str, initial: Value) -> Value:
    if maker == "create_zeros_slot" or initial in ("zeros", "Zeros"):
        return 0
    if initial == "ones":
        return 1
    if isinstance(initial, Function | Method | Partial):
        try:
            initial = machine.call(initial)
        except Raised:
            return None
    if isinstance(initial, (int, float, *EXPRESSIONS)):
        return initial
    return machine.tensor(initial) if isinstance(initial, Variable | Choice) else None


def assign(machine: Machine, kind: str, target: Value, value: Value) -> Value:
    """``variable = value``, ``+= value`` or ``-= value``, for all rows."""
    if isinstance(target, Choice):
        return machine.lift(target, lambda one: assign(machine, kind, one, value))
    if not isinstance(target, Variable | Assigned):
        return target
    new = COMBINE[kind](machine.read(target.state), machine.tensor(value))
    return store(machine, target.state, new)


def store(machine: Machine, state: str, new: Expr) -> Value:
    """Give a state its new value, or note it where updates are carried out together."""
    if machine.deferred:
        machine.memory.pending[state] = new
        return Assigned(state, new)
    machine.memory.states[state] = new
    return Variable(state)


def commit(machine: Machine, state: str) -> None:
    """Let an assignment take effect that something is made to wait for."""
    if state in machine.memory.pending:
        machine.memory.states[state] = machine.memory.pending.pop(state)


def scatter(machine: Machine, kind: str, target: Value, indices: Value, value: Value) -> Value:
    """Change the rows that ``indices`` names; the others keep their values."""
    if isinstance(value, Slices):
        indices = value
    if isinstance(indices, Slices):
        sparse = indices
        indices, value = sparse.indices, sparse.values
    if not isinstance(target, Variable | Assigned):
        return target
    old = machine.read(target.state)
    if not isinstance(indices, Rows):
        operands = old, machine.tensor(indices), machine.tensor(value)
        return store(machine, target.state, call(f"scatter_{kind}", *operands))
    update = gathered(machine.tensor(value))
    if not indices.unique and uses_occurrences(update):
        machine.duplicates.add(_DUPLICATES.get(kind, "unknown"))
        update = summed(update) if kind in {"add", "sub"} else update
    return store(machine, target.state, written(COMBINE[kind](gathered(old), update), old))
