"""Python's functions of lists, tuples and dictionaries."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import DictRef, Foreign, Value

Args = tuple[Value, ...]
Kwargs = dict[str, Value]
Builtin = Callable[[Machine, Args, Kwargs], Value]


def elements_of(machine: Machine, value: Value) -> Args:
    """The elements of a value; of something unknown, none can be named."""
    return iterate(machine, value) or ()


def _unknown(name: str, args: Args) -> Foreign:
    return Foreign(f"{name}({', '.join(map(describe, args))})")


def _length(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0])
    return len(elements) if elements is not None else Foreign(f"len({describe(args[0])})")


def _zip(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    columns = [iterate(machine, arg) for arg in args]
    known = [column for column in columns if column is not None]
    if len(known) != len(columns):
        return _unknown("zip", args)
    return machine.make_list(tuple(tuple(row) for row in zip(*known, strict=False)))


def _enumerate(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0])
    if elements is None:
        return _unknown("enumerate", args)
    return machine.make_list(tuple((i, element) for i, element in enumerate(elements)))


def _range(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    bounds = [arg for arg in args if isinstance(arg, int)]
    return (
        machine.make_list(tuple(range(*bounds)))
        if len(bounds) == len(args)
        else _unknown("range", args)
    )


def _list(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0]) if args else ()
    return machine.make_list(elements) if elements is not None else args[0]


def _tuple(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0]) if args else ()
    return elements if elements is not None else args[0]


def _dict(machine: Machine, args: Args, kwargs: Kwargs) -> Value:
    entries: dict[Value, Value] = {}
    if args and isinstance(args[0], DictRef):
        entries.update(machine.memory.entries(args[0].address))
    elif args:
        for pair in elements_of(machine, args[0]):
            if isinstance(pair, tuple):
                entries[pair[0]] = pair[1]
    entries.update(kwargs)
    return machine.make_dict(entries)


def _sorted(machine: Machine, args: Args, kwargs: Kwargs) -> Value:
    elements = elements_of(machine, args[0])
    keys = [one[0] if isinstance(one, tuple) and one else one for one in elements]
    if "key" not in kwargs and all(isinstance(key, str) for key in keys):
        order = sorted(range(len(keys)), key=lambda index: str(keys[index]))
        elements = tuple(elements[index] for index in order)
    return machine.make_list(elements)


def _reversed(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return machine.make_list(elements_of(machine, args[0])[::-1])


def _map(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    columns = [elements_of(machine, arg) for arg in args[1:]]
    rows = zip(*columns, strict=False)
    return machine.make_list(tuple(machine.call(args[0], *row) for row in rows))


def _filter(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    kept = []
    for one in elements_of(machine, args[1]):
        verdict = one if args[0] is None else machine.call(args[0], one)
        if machine.decided(machine.truth(verdict)) is not False:
            kept.append(one)
    return machine.make_list(tuple(kept))


SEQUENCES: dict[str, Builtin] = {
    "len": _length,
    "zip": _zip,
    "enumerate": _enumerate,
    "range": _range,
    "xrange": _range,
    "list": _list,
    "set": _list,
    "frozenset": _list,
    "tuple": _tuple,
    "dict": _dict,
    "OrderedDict": _dict,
    "sorted": _sorted,
    "reversed": _reversed,
    "iter": _list,
    "map": _map,
    "filter": _filter,
}
