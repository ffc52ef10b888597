"""Python's own functions, and those of its standard library that optimizers use."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.attributes import OPEN, has_attribute
from tfdiff.extract.python.interpret.binding import set_attribute
from tfdiff.extract.python.interpret.containers import iterate, merge_missing
from tfdiff.extract.python.interpret.creation import makes_initial
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.kinds import is_instance, name_of_class
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.sequences import SEQUENCES, elements_of
from tfdiff.extract.python.interpret.values import (
    CALLABLE,
    EXPRESSIONS,
    Bound,
    Class,
    DictRef,
    Foreign,
    Function,
    Instance,
    Method,
    Missing,
    Partial,
    Raised,
    Record,
    Value,
    Variable,
)
from tfdiff.ir.expr import Boolean, Call, Expr, boolean, call, number, operation, select
from tfdiff.ir.walk import symbols

Args = tuple[Value, ...]

Kwargs = dict[str, Value]

Builtin = Callable[[Machine, Args, Kwargs], Value]


def _is_instance(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    def ask(classes: Value) -> Value:
        return machine.lift(args[0], lambda one: is_instance(machine, one, classes))

    return machine.lift(args[1], ask)


def _has(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    name = args[1]
    if not isinstance(name, str):
        return Foreign("hasattr")
    return machine.lift(args[0], lambda one: has_attribute(machine, one, name))


def _get(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    receiver, name, *default = args
    if not isinstance(name, str):
        return Foreign("getattr")

    def read() -> Value:
        if isinstance(receiver, Instance):
            entries = machine.memory.entries(receiver.address)
            if default and name in entries:
                return merge_missing(machine, entries[name], default[0])
        return machine.attribute(receiver, name)

    if not default:
        return read()
    found = machine.truth(has_attribute(machine, receiver, name))
    return machine.branch(found, read, lambda: default[0])


def _set(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    receiver, name, value = args
    if isinstance(name, str):
        set_attribute(machine, receiver, name, value)
    return None


def _callable(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    def one(value: Value) -> Value:
        if isinstance(value, Foreign):
            return machine.making is not None and makes_initial(value.text)
        return isinstance(value, CALLABLE)

    return machine.lift(args[0], one)


def _extreme(name: str) -> Builtin:
    def pick(machine: Machine, args: Args, kwargs: Kwargs) -> Value:
        elements = elements_of(machine, args[0]) if len(args) == 1 else args
        if "key" in kwargs or len(elements) == 1:
            return elements[0]
        if not elements:
            raise Raised("ValueError")
        if all(isinstance(one, int | float) for one in elements):
            plain = [one for one in elements if isinstance(one, int | float)]
            return max(plain) if name == "max" else min(plain)
        result = machine.tensor(elements[0])
        for one in elements[1:]:
            result = call(name, result, machine.tensor(one))
        return result

    return pick


def _count(machine: Machine, node: Expr) -> Expr:
    return select(node, number(1), number(0)) if machine.is_boolean(node) else node


def _sum(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0])
    if elements is None:
        return Foreign("sum")
    if all(isinstance(one, int | float) for one in elements):
        return sum(one for one in elements if isinstance(one, int | float))
    if len(elements) == 1 and _of_whole_gradient(machine.settle(elements[0])):
        return call("sum_over_variables", machine.tensor(elements[0]))
    total = _count(machine, machine.tensor(elements[0]))
    for one in elements[1:]:
        total = operation("add", total, _count(machine, machine.tensor(one)))
    return total


def _of_whole_gradient(value: Value) -> bool:
    """Whether a value is one number for each variable: what is worked out of all its gradient.

    One variable stands for all; a sum of such numbers is over the others as well.
    """
    match value:
        case Call(function="sum" | "sum over occurrences", args=args):
            return "grad" in symbols(args)
        case _:
            return False


def _quantifier(word: str) -> Builtin:
    settling = word == "or"

    def decide(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
        conditions = [machine.truth(one) for one in elements_of(machine, args[0])]
        open_ones = [c for c in conditions if not isinstance(c, Boolean)]
        if boolean(settling) in conditions:
            return settling
        if not open_ones:
            return not settling
        return open_ones[0] if len(open_ones) == 1 else operation(word, *open_ones)

    return decide


def _absolute(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    value = args[0]
    return abs(value) if isinstance(value, int | float) else call("abs", machine.tensor(value))


def _number(kind: type[int] | type[float]) -> Builtin:
    def convert(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
        value = args[0] if args else 0
        if isinstance(value, int | float | str):
            return kind(value)
        numeric = isinstance(value, (*EXPRESSIONS, Variable))
        return machine.tensor(value) if numeric else value

    return convert


def _truth(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    condition = machine.truth(args[0]) if args else boolean(value=False)
    return condition.value if isinstance(condition, Boolean) else condition


def _text(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    value = args[0] if args else ""
    plain = isinstance(value, str | int | float)
    return str(value) if plain else Foreign(f"str({describe(value)})")


def _type(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    if isinstance(args[0], Instance):
        return Class(args[0].definition)
    return Foreign(f"type({describe(args[0])})")


def _identity(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return Foreign(f"id {describe(args[0])}")


def _partial(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return Partial(args[0], args[1:], tuple(kwargs.items()))


def _argument_names(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``inspect.getfullargspec``: an object whose ``args`` are the parameter names."""
    function = args[0].function if isinstance(args[0], Method) else args[0]
    if not isinstance(function, Function):
        return Foreign("argspec")
    spec = function.node.args
    names = [arg.arg for arg in [*spec.posonlyargs, *spec.args]]
    listed = machine.make_list(tuple(names))
    return Record((("args", listed), ("varargs", None), ("varkw", None), ("keywords", None)))


def _update_attributes(machine: Machine, instance: Instance, given: Value) -> None:
    """``self.__dict__.update(kwargs)``: what the caller may pass becomes attributes."""
    if isinstance(given, DictRef):
        entries = dict(machine.memory.entries(instance.address))
        passed = machine.memory.entries(given.address).items()
        entries.update({name: value for name, value in passed if not isinstance(value, Missing)})
        if given.open:
            entries[OPEN] = given
        machine.memory.cells[instance.address] = entries


def dictionary_of(machine: Machine, receiver: Bound, name: str, args: Args) -> Value:
    """A method of an instance's ``__dict__``."""
    instance = receiver.receiver
    if isinstance(instance, Instance) and name == "update" and args:
        _update_attributes(machine, instance, args[0])
        return None
    return Foreign(f"__dict__.{name}()")


def _nothing(machine: Machine, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return None


BUILTINS: dict[str, Builtin] = {
    **SEQUENCES,
    "isinstance": _is_instance,
    "issubclass": lambda _m, args, _k: name_of_class(args[0]) == name_of_class(args[1]),
    "hasattr": _has,
    "getattr": _get,
    "setattr": _set,
    "callable": _callable,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "sum": _sum,
    "any": _quantifier("or"),
    "all": _quantifier("and"),
    "abs": _absolute,
    "float": _number(float),
    "int": _number(int),
    "bool": _truth,
    "str": _text,
    "repr": _text,
    "type": _type,
    "id": _identity,
    "print": _nothing,
}

# Reached through a module: ``functools.partial``, ``six.moves.zip``, ``tf_inspect.getargspec``.
LIBRARY: dict[str, Builtin] = {
    "partial": _partial,
    "getfullargspec": _argument_names,
    "getargspec": _argument_names,
    "zip": SEQUENCES["zip"],
    "izip": SEQUENCES["zip"],
    "range": SEQUENCES["range"],
    "xrange": SEQUENCES["xrange"],
    "OrderedDict": SEQUENCES["OrderedDict"],
    "iteritems": lambda m, args, _k: m.call(Bound(args[0], "items")),
    "itervalues": lambda m, args, _k: m.call(Bound(args[0], "values")),
}

LIBRARY_MODULES = ("functools", "six", "collections", "inspect", "tf_inspect")


def builtin(text: str) -> Builtin | None:
    """Python's meaning of a name that no module of the release defines."""
    owner, _, name = text.rpartition(".")
    if not owner:
        return BUILTINS.get(name)
    parts = owner.split(".")
    return LIBRARY.get(name) if any(part in LIBRARY_MODULES for part in parts) else None
