"""Lists, dictionaries, tuples and strings: their elements and methods."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.memory import merge_values
from tfdiff.extract.python.interpret.values import (
    Choice,
    DictRef,
    Foreign,
    ListRef,
    Missing,
    Raised,
    Value,
    same,
)
from tfdiff.ir.expr import Expr, symbol


def iterate(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """The elements of a value, None if they are not known."""
    value = machine.settle(value)
    match value:
        case tuple():
            return value
        case ListRef(address):
            return tuple(machine.settle(one) for one in machine.memory.elements(address))
        case DictRef(address):
            return machine.memory.elements(address)
        case str():
            return tuple(value)
        case None:
            raise machine.of_none("TypeError")
        case Choice(condition, then, other):
            return _iterate_choice(machine, condition, then, other)
        case _:
            return None


def _iterate_choice(
    machine: Machine, condition: Expr, then: Value, other: Value
) -> tuple[Value, ...] | None:
    """The elements of either arm where they are equally many; an absent arm has none."""
    present = [arm for arm in (then, other) if arm is not None and not isinstance(arm, Missing)]
    if len(present) == 1:
        return iterate(machine, present[0])
    left, right = iterate(machine, then), iterate(machine, other)
    if left is None or right is None or len(left) != len(right):
        return None
    pairs = zip(left, right, strict=True)
    return tuple(merge_values(condition, *pair) for pair in pairs)


def entry(machine: Machine, dictionary: DictRef, key: Value, default: Value) -> Value:
    """A dictionary's entry; of ``**kwargs``, what the caller may have passed.

    An argument that ``**kwargs`` may hold is a hyperparameter like any other if its default is
    a constant. If the default is itself a hyperparameter (``kwargs.get("lr", learning_rate)``)
    the key is only another spelling of it.
    """
    entries = machine.memory.entries(dictionary.address)
    if key in entries:
        found = machine.settle(entries[key])
        if not isinstance(found, Choice):
            return default if isinstance(found, Missing) else found
        return found
    if not dictionary.open or not isinstance(key, str):
        return default
    return passed(machine, key, default)


def passed(machine: Machine, key: str, default: Value) -> Value:
    """What a caller may have passed under a keyword that only ``**kwargs`` takes."""
    if default is None or isinstance(default, Missing):
        absent = symbol(f"{key} is None")
        machine.booleans.add(absent)
        machine.parameters.add(symbol(key))
        return Choice(absent, default, symbol(key))
    if isinstance(default, bool):
        machine.booleans.add(symbol(key))
    if isinstance(default, bool | int | float):
        machine.parameters.add(symbol(key))
        return symbol(key)
    return default


def list_method(  # noqa: C901 - one method each
    machine: Machine, name: str, address: int
) -> Callable[..., Value] | None:
    """A method of a list or set."""

    def elements() -> tuple[Value, ...]:
        return machine.memory.elements(address)

    def append(value: Value) -> None:
        machine.memory.cells[address] = (*elements(), value)

    def add(value: Value) -> None:
        if not any(same(one, value) for one in elements()):
            append(value)

    def extend(values: Value) -> None:
        machine.memory.cells[address] = elements() + (iterate(machine, values) or ())

    def pop(index: Value = -1) -> Value:
        items = list(elements())
        if not items or not isinstance(index, int):
            raise Raised("IndexError")
        popped = items.pop(index)
        machine.memory.cells[address] = tuple(items)
        return popped

    def insert(index: Value, value: Value) -> None:
        items = list(elements())
        items.insert(index if isinstance(index, int) else len(items), value)
        machine.memory.cells[address] = tuple(items)

    def copy() -> Value:
        return machine.make_list(elements())

    def index(value: Value) -> Value:
        return next((i for i, one in enumerate(elements()) if same(one, value)), 0)

    methods: dict[str, Callable[..., Value]] = {
        "append": append,
        "add": add,
        "extend": extend,
        "update": extend,
        "pop": pop,
        "insert": insert,
        "copy": copy,
        "index": index,
        "sort": lambda **_: None,
        "reverse": lambda: machine.memory.cells.update({address: elements()[::-1]}),
    }
    return methods.get(name)


def dict_method(machine: Machine, name: str, ref: DictRef) -> Callable[..., Value] | None:
    """A method of a dictionary."""

    def get(key: Value, default: Value = None) -> Value:
        found = entry(machine, ref, key, default)
        return merge_missing(machine, found, default)

    def pop(key: Value, default: Value = Missing()) -> Value:  # noqa: B008 - frozen
        found = get(key, default)
        entries = dict(machine.memory.entries(ref.address))
        entries.pop(key, None)
        if ref.open:
            entries[key] = Missing()
        machine.memory.cells[ref.address] = entries
        if isinstance(found, Missing):
            raise Raised("KeyError")
        return found

    def setdefault(key: Value, default: Value = None) -> Value:
        found = get(key, Missing())
        if isinstance(found, Missing):
            machine.memory.store(ref.address, key, default)
            return default
        return found

    def update(other: Value = None, **kwargs: Value) -> None:
        new: dict[Value, Value] = {}
        if isinstance(other, DictRef):
            new.update(machine.memory.entries(other.address))
        new.update(kwargs)
        machine.memory.cells[ref.address] = {**machine.memory.entries(ref.address), **new}

    def listed(pick: Callable[[Value, Value], Value]) -> Value:
        pairs = machine.memory.entries(ref.address).items()
        there = [(k, v) for k, v in pairs if not isinstance(v, Missing)]
        return machine.make_list(tuple(pick(key, value) for key, value in there))

    methods: dict[str, Callable[..., Value]] = {
        "get": get,
        "pop": pop,
        "setdefault": setdefault,
        "update": update,
        "items": lambda: listed(lambda key, value: (key, value)),
        "keys": lambda: listed(lambda key, _: key),
        "values": lambda: listed(lambda _, value: value),
        "copy": lambda: machine.make_dict(machine.memory.entries(ref.address)),
    }
    return methods.get(name)


def merge_missing(machine: Machine, value: Value, default: Value) -> Value:
    """A value whose absent arms are replaced by a default."""
    value = machine.settle(value)
    if isinstance(value, Missing):
        return default
    if isinstance(value, Choice):
        return merge_values(
            value.condition,
            merge_missing(machine, value.then, default),
            merge_missing(machine, value.other, default),
        )
    return value


def string_method(text: str, name: str) -> Callable[..., Value]:
    """A method of a string whose arguments are known."""

    def method(*args: Value, **kwargs: Value) -> Value:
        plain = [arg for arg in args if isinstance(arg, str | int | float | tuple)]
        if len(plain) != len(args) or kwargs:
            return Foreign(f"{text!r}.{name}({', '.join(map(describe, args))})")
        result = getattr(text, name)(*plain)
        if isinstance(result, str | bool | int):
            return result
        return tuple(result) if isinstance(result, list) else Foreign(str(result))

    return method
