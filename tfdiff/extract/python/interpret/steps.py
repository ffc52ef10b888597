"""One whole step of an optimizer on each path, as expressions in the old state."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from tfdiff.extract.python.interpret import (
    attributes,
    calls,
    comparisons,
    containers,
    expressions,
    rows,
    statements,
)
from tfdiff.extract.python.interpret.assumed import assumed_base, is_assumed
from tfdiff.extract.python.interpret.creation import Making
from tfdiff.extract.python.interpret.finish import finished
from tfdiff.extract.python.interpret.kernels import Kernels
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.program import ClassDefinition, Program
from tfdiff.extract.python.interpret.protocols import Start, is_moving_average, starts
from tfdiff.extract.python.interpret.values import (
    Choice,
    Class,
    DictRef,
    Foreign,
    Instance,
    OverBudgetError,
    Raised,
    Scope,
    Value,
)
from tfdiff.facts import (
    ClassRef,
    CreatedState,
    Creation,
    Gradient,
    Makings,
    OpFacts,
    UpdateRule,
)
from tfdiff.facts import Variable as VariableKind
from tfdiff.ir.expr import symbol

# What the constructors of wrappers call the optimizer that they wrap.
_WRAPPED = re.compile(r"(opt|\w*_?optimizer|inner_opt|base_opt)$")
Ops = Callable[[str], OpFacts | None]


class _Semantics:
    """The interpreter's parts, put together."""

    evaluate = staticmethod(expressions.evaluate)
    condition = staticmethod(comparisons.condition)
    execute = staticmethod(statements.execute)
    call = staticmethod(calls.call)
    attribute = staticmethod(attributes.attribute)
    super_of = staticmethod(calls.super_of)
    iterate = staticmethod(containers.iterate)
    summed = staticmethod(rows.summed)


def update_rules(
    program: Program, reference: ClassRef, kernels: Kernels, ops: Ops
) -> tuple[UpdateRule, ...]:
    """One whole step (what ``minimize`` does) of an optimizer on every path.

    Args:
        program: the Python of the release.
        reference: the optimizer's class.
        kernels: an op's kernel rule on a device; None where it is not registered or not read.
        ops: an op's facts; None where the source does not carry them.

    Returns:
        A rule per path that the optimizer has. A path that it refuses (``NotImplementedError``)
        has none; one that could not be read has a rule whose ``var`` is opaque.
    """
    definition = program.class_at(reference)
    if definition is None:
        return ()
    if is_assumed(definition):
        definition.resolution.append(assumed_base())
    rules: list[UpdateRule] = []
    for gradient, variable in _paths(definition):
        for start in starts(definition):
            machine = Machine(program, _Semantics(), ops, variable, gradient)
            failure = _taken(machine, definition, start)
            if failure is None:
                break
        if failure != "NotImplementedError":
            rules.extend(finished(machine, kernels, failure))
    return tuple(rules)


def created_state(
    program: Program, reference: ClassRef, ops: Ops, alone: frozenset[str] = frozenset()
) -> CreatedState:
    """The variables that a step makes, in a graph and in eager mode.

    Args:
        program: the Python of the release.
        reference: the optimizer's class.
        ops: an op's facts; None where the source does not carry them.
        alone: the constructor's parameters that keep their defaults, as all do that its
            ``**kwargs`` take; the others may be anything.
    """
    definition = program.class_at(reference)
    if definition is None or is_assumed(definition):
        return CreatedState(None, None)
    kinds = tuple(dict.fromkeys(variable for _, variable in _paths(definition)))
    regions: set[str] = set()

    def of_kinds(kinds: Iterable[VariableKind], *, eager: bool) -> Makings | None:
        found: list[tuple[Creation, ...]] = []
        for variable in kinds:
            making = partial(Making, eager, alone)
            machine, made, failure = _made(program, definition, ops, variable, making)
            if failure == "NotImplementedError":
                continue  # it takes no such variables
            if failure is not None or not all(one.read for one in made):
                return None
            found.append(tuple(made))
            regions.update(machine.regions)
        return tuple(found) or None

    eager = tuple(kind for kind in kinds if kind == "resource")
    graph, eagerly = of_kinds(kinds, eager=False), of_kinds(eager, eager=True)
    return CreatedState(graph, eagerly, frozenset(regions))


def _made(
    program: Program,
    definition: ClassDefinition,
    ops: Ops,
    variable: VariableKind,
    making: Callable[[], Making],
) -> tuple[Machine, list[Creation], str | None]:
    """A machine that has taken a step, and what that makes; the reason if it failed."""
    failure: str | None = "no way to ask for a step"
    for start in starts(definition):
        machine = Machine(program, _Semantics(), ops, variable, "dense")
        machine.making = noted = making()
        failure = _taken(machine, definition, start)
        if failure is None:
            break
    return machine, noted.made, failure


def _taken(machine: Machine, definition: ClassDefinition, start: Start) -> str | None:
    machine.memory.states["state:var"] = symbol("state:var")
    # Only what graphs are built from has a method for reference variables.
    machine.plain_graph = definition.find("_apply_dense") is not None
    return _run(machine, definition, start)


def _paths(definition: ClassDefinition) -> Iterator[tuple[Gradient, VariableKind]]:
    """The paths that a class can be asked for, by the methods that serve them."""
    served: tuple[tuple[VariableKind, tuple[str, ...]], ...] = (
        ("ref", ("_apply_dense", "get_updates")),
        ("resource", ("_resource_apply_dense", "get_updates", "update_step")),
    )
    v2 = definition.find("_resource_apply_dense") and not definition.find("_apply_dense")
    gradients: tuple[Gradient, ...] = ("dense", "sparse")
    if is_moving_average(definition):
        yield from (("dense", "ref"), ("dense", "resource"))
    for variable, methods in served:
        if any(definition.find(name) for name in methods) and not (v2 and variable == "ref"):
            for gradient in gradients:
                yield gradient, variable


def _run(machine: Machine, definition: ClassDefinition, start: Start) -> str | None:
    """Make the optimizer and let it take a step; the reason if that fails."""
    try:
        instance = calls.call(machine, Class(definition), (), _arguments(machine, definition))
        assert isinstance(instance, Instance)  # noqa: S101 - calling a class makes an instance
        start(machine, instance)
    except Raised as raised:
        return raised.kind.rpartition(".")[2] or "an exception"
    except (OverBudgetError, RecursionError) as error:
        return str(error)
    return None


def _arguments(machine: Machine, definition: ClassDefinition) -> dict[str, Value]:
    """A hyperparameter for each of the constructor's parameters."""
    member = definition.find("__init__")
    if member is None or not isinstance(member.node, ast.FunctionDef):
        return {}
    spec = member.node.args
    scope = Scope(machine.allocate({}), member.owner.module, None, member.owner)
    positional = [*spec.posonlyargs, *spec.args][1:]
    defaults: list[ast.expr | None] = list(spec.defaults)
    padding: list[ast.expr | None] = [None] * (len(positional) - len(defaults))
    pairs = [*zip(positional, padding + defaults, strict=True)]
    pairs += zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    given = {
        parameter.arg: _hyperparameter(machine, parameter.arg, default, scope)
        for parameter, default in pairs
    }
    if spec.kwarg and machine.making is None:
        given["**"] = DictRef(machine.allocate({}), open=True)
    return given


def _hyperparameter(machine: Machine, name: str, default: ast.expr | None, scope: Scope) -> Value:
    if default is None and _WRAPPED.match(name):
        machine.wrapped.add(name)
        machine.objects.add(name)
        return Foreign(name)
    value: Value = 0.0 if default is None else machine.evaluate(default, scope)
    if name == "name":
        return value if isinstance(value, str) else "optimizer"
    if value is not None and not isinstance(value, bool | int | float):
        return value
    if machine.making is not None and machine.making.keeps(name, value):
        return value
    machine.parameters.add(symbol(name))
    if isinstance(value, bool):
        machine.booleans.add(symbol(name))
    if value is None:
        absent = symbol(f"{name} is None")
        machine.booleans.add(absent)
        return Choice(absent, None, symbol(name))
    return symbol(name)
