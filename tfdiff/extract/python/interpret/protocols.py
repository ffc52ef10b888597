"""How an optimizer is asked for one step: the calls that users make, by the class's protocol."""

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress

from tfdiff.extract.python.interpret.machine import LOSS, RAW_GRADIENT, Machine
from tfdiff.extract.python.interpret.program import ClassDefinition, SourceModule
from tfdiff.extract.python.interpret.state import assign
from tfdiff.extract.python.interpret.values import (
    Choice,
    Foreign,
    Function,
    Instance,
    Method,
    Raised,
    Rows,
    Scope,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import symbol

Start = Callable[[Machine, Instance], None]
TRAINED = Variable("state:var")


def starts(definition: ClassDefinition) -> Iterator[Start]:
    """The ways to ask for a step, the one that users take first.

    ``minimize`` is what training takes: some releases clip gradients there and others in
    ``apply_gradients``. Where it cannot be followed the step starts at ``apply_gradients``.
    """
    if is_moving_average(definition):
        yield _average
    elif definition.find("apply_gradients") is None:
        yield _get_updates
    else:
        if definition.find("minimize"):
            yield _minimize
        yield _apply_gradients


def is_moving_average(definition: ClassDefinition) -> bool:
    """Whether a class keeps averages of variables (``tf.train.ExponentialMovingAverage``)."""
    return bool(definition.find("apply") and definition.find("average_name"))


def _average(machine: Machine, instance: Instance) -> None:
    machine.keeps_variable = True
    machine.call(machine.attribute(instance, "apply"), machine.make_list((TRAINED,)))


def _get_updates(machine: Machine, instance: Instance) -> None:
    """``get_updates(loss, params)``, and ``constraints`` between them in earlier releases."""
    updates = machine.attribute(instance, "get_updates")
    known: dict[str, Value] = {
        "loss": LOSS,
        "params": machine.make_list((TRAINED,)),
        "constraints": machine.make_dict({}),
    }
    machine.deferred = True
    given = {name: known.get(name, Foreign(name)) for name in _parameters(updates)}
    for update in machine.semantics.iterate(machine, machine.call(updates, **given)) or ():
        _carry_out(machine, update)


def _carry_out(machine: Machine, update: Value) -> Value:
    """``K.function`` assigns what is given back as ``(variable, value)``."""
    update = machine.settle(update)
    match update:
        case Choice(condition, then, other):
            return machine.branch(
                condition,
                lambda: _carry_out(machine, then),
                lambda: _carry_out(machine, other),
            )
        case (target, value):
            return assign(machine, "assign", target, value)
        case _:
            return update


def _minimize(machine: Machine, instance: Instance) -> None:
    if machine.wrapped:
        # The wrapped optimizer answers for its gradients; they are taken as they come.
        raise Raised("AttributeError")
    minimize = machine.attribute(instance, "minimize")
    names = _parameters(minimize)
    counted = "global_step" in names
    machine.parameters.add(symbol("global_step"))
    known: dict[str, Value] = {
        # What counts global steps is made for graphs, where the loss is a tensor.
        "loss": LOSS if counted else _loss_function(machine, instance.definition.module),
        "var_list": machine.make_list((TRAINED,)),
        "global_step": symbol("global_step"),
    }
    machine.call(minimize, **{name: known[name] for name in names if name in known})


def _loss_function(machine: Machine, module: SourceModule) -> Value:
    """A function without arguments that gives the loss."""
    scope = Scope(machine.allocate({"loss": LOSS}), module, None, None)
    node = ast.parse("lambda: loss", mode="eval").body
    assert isinstance(node, ast.Lambda)  # noqa: S101 - written so above
    return Function(node, module, scope, None)


def _apply_gradients(machine: Machine, instance: Instance) -> None:
    sparse = Slices(RAW_GRADIENT, Rows(unique=False))
    gradient: Value = symbol("grad") if machine.gradient == "dense" else sparse
    pairs = machine.make_list(((gradient, TRAINED),))
    if machine.wrapped and instance.definition.find("compute_gradients"):
        _note(machine, instance)
    apply = machine.attribute(instance, "apply_gradients")
    # Wrappers refuse to work without a global step; nobody's update depends on it.
    asked = "global_step" in _parameters(apply)
    counter: dict[str, Value] = {"global_step": symbol("global_step")} if asked else {}
    machine.parameters.add(symbol("global_step"))
    machine.call(apply, pairs, **counter)


def _note(machine: Machine, instance: Instance) -> None:
    """Wrappers may note with the gradients what they ask for when these are applied."""
    before = dict(machine.memory.states)
    with suppress(Raised):
        machine.call(machine.attribute(instance, "compute_gradients"), LOSS)
    made = {state: symbol(state) for state in machine.memory.states}
    machine.memory.states = made | before


def _parameters(function: Value) -> list[str]:
    """The names of a method's parameters without ``self``; none where it is not at hand."""
    if isinstance(function, Method):
        return [argument.arg for argument in function.function.node.args.args][1:]
    if isinstance(function, Function):
        return [argument.arg for argument in function.node.args.args]
    return []
