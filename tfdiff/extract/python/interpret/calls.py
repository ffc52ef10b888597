"""Calls: binding of arguments, methods, ``super()``, constructors, and everything foreign."""

import ast
from functools import lru_cache

from tfdiff.extract.python.interpret.bound import bound_method
from tfdiff.extract.python.interpret.builtin import builtin
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.flow import attempt, run
from tfdiff.extract.python.interpret.framework import foreign_call
from tfdiff.extract.python.interpret.machine import DEEPEST, Machine
from tfdiff.extract.python.interpret.outcomes import Fork, Leaf, Outcome, join
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Bound,
    Choice,
    Class,
    DictRef,
    Dtype,
    Foreign,
    Function,
    Instance,
    Method,
    Missing,
    Module,
    OverBudgetError,
    Partial,
    Raised,
    Scope,
    Super,
    Value,
    Variable,
)

# Functions of ``training/`` that are known by what they mean, as TensorFlow's own are: the name
# that a slot creator makes up for the graph is not the slot's, a graph's counter is one number.
KNOWN_BY_NAME = frozenset(
    {"create_slot", "create_zeros_slot", "create_slot_with_initializer", "get_global_step"}
    | {"get_or_create_global_step"}
)
Kwargs = dict[str, Value]


def call(  # noqa: C901, PLR0911, PLR0912 - one kind of value each
    machine: Machine, function: Value, args: tuple[Value, ...], kwargs: Kwargs
) -> Value:
    """Call a function, method, class or anything else that can be called."""
    match function:
        case Function(node=ast.FunctionDef(name=name), owner=None) if _known(machine, name):
            return _foreign(machine, name, args, kwargs)
        case Function():
            return call_function(machine, function, args, kwargs)
        case Method(inner, receiver):
            return call_function(machine, inner, (receiver, *args), kwargs)
        case Partial(inner, first, given):
            return call(machine, inner, (*first, *args), {**dict(given), **kwargs})
        case Class(definition):
            return _construct(machine, Class(definition), args, kwargs)
        case Bound(receiver, name):
            return bound_method(machine, receiver, name, args, kwargs)
        case Instance(definition=definition):
            member = definition.find("__call__")
            if member is not None and isinstance(member.node, ast.FunctionDef):
                method = Function(member.node, member.owner.module, None, member.owner)
                return call_function(machine, method, (function, *args), kwargs)
            return Foreign(f"{definition.name}()")
        case Foreign(text) | Module(text):
            return _foreign(machine, text, args, kwargs)
        case Choice(condition, then, other):
            return machine.branch(
                condition,
                lambda: call(machine, then, args, kwargs),
                lambda: call(machine, other, args, kwargs),
            )
        case Variable():
            return machine.tensor(function)  # ``variable.value()``
        case Dtype():
            return args[0] if args else function
        case None | Missing():
            raise machine.of_none("TypeError")
        case _ if isinstance(function, EXPRESSIONS):
            # A hyperparameter that is called is taken to be the plain number it may also be.
            return function
        case _:
            return Foreign(f"{describe(function)}()")


def _known(machine: Machine, name: str) -> bool:
    within = machine.making is not None and "slot" in name
    return name in KNOWN_BY_NAME and not within


def _foreign(machine: Machine, text: str, args: tuple[Value, ...], kwargs: Kwargs) -> Value:
    kwargs = {name: value for name, value in kwargs.items() if name != "**"}
    python = builtin(text)
    if python is not None:
        return python(machine, args, kwargs)
    return foreign_call(machine, text, args, kwargs)


def _construct(machine: Machine, made: Class, args: tuple[Value, ...], kwargs: Kwargs) -> Value:
    instance = Instance(machine.allocate({}), made.definition)
    member = made.definition.find("__init__")
    if member is not None and isinstance(member.node, ast.FunctionDef):
        function = Function(member.node, member.owner.module, None, member.owner)
        call_function(machine, function, (instance, *args), kwargs)
    elif made.definition.foreign_bases == ["collections.namedtuple"]:
        return args
    return instance


def call_function(
    machine: Machine, function: Function, args: tuple[Value, ...], kwargs: Kwargs
) -> Value:
    """Call a function of the source: bind its arguments and carry out its body."""
    if len(machine.frames) >= DEEPEST:
        raise OverBudgetError(f"calls nested more than {DEEPEST} deep")
    scope = Scope(machine.allocate({}), function.module, function.scope, function.owner)
    bind_arguments(machine, function, args, kwargs, scope)
    node = function.node
    here = machine.here
    machine.frames.append(scope)
    machine.slot_names.append(_slot_name(machine, scope))
    try:
        if isinstance(node, ast.Lambda):
            return machine.evaluate(node.body, scope)
        owner = f"{function.owner.name}." if function.owner and not function.scope else ""
        machine.visit(f"{owner}{node.name}", function.module.path)
        if _is_generator(node):
            return Foreign(f"{node.name}()")
        outcome = attempt(machine, lambda: run(machine, node.body, scope))
        result = _result(machine, outcome, node.name)
        machine.here = here  # after an exception it stays where that was raised
        return result
    finally:
        machine.frames.pop()
        machine.slot_names.pop()


def _slot_name(machine: Machine, scope: Scope) -> str | None:
    """The slot that a call is about, by the argument that TensorFlow and Keras name it with."""
    local = machine.memory.entries(scope.address)
    names = ["slot_name", "variable_name", *(["name"] if "reference_variable" in local else [])]
    found = next((local[name] for name in names if name in local), None)
    return found if isinstance(found, str) else None


def _returned(outcome: Outcome) -> Outcome:
    """Falling off the end of a function returns None."""
    if isinstance(outcome, Fork):
        return Fork(outcome.condition, _returned(outcome.then), _returned(outcome.other))
    return Leaf("return", None, outcome.memory) if outcome.ending == "next" else outcome


def _result(machine: Machine, outcome: Outcome, name: str) -> Value:
    joined = join(_returned(outcome))
    if not isinstance(joined, Leaf):
        return machine.not_read(name, "arms that end differently")
    machine.memory = joined.memory
    if joined.raised:
        raise joined.raised
    return machine.settle(joined.value)


@lru_cache(maxsize=4096)
def _is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))


def bind_arguments(
    machine: Machine,
    function: Function,
    args: tuple[Value, ...],
    kwargs: Kwargs,
    scope: Scope,
) -> None:
    """Give a function's parameters their values, as Python does."""
    spec = function.node.args
    kwargs = dict(kwargs)
    spread = kwargs.pop("**", None)
    around = function.scope or Scope(machine.allocate({}), function.module, None, function.owner)
    positional = [*spec.posonlyargs, *spec.args]
    defaults = [None] * (len(positional) - len(spec.defaults)) + list(spec.defaults)
    local: dict[Value, Value] = {}
    for index, (parameter, default) in enumerate(zip(positional, defaults, strict=True)):
        if index < len(args):
            local[parameter.arg] = args[index]
        else:
            local[parameter.arg] = _argument(machine, parameter, default, kwargs, around)
    for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        local[parameter.arg] = _argument(machine, parameter, default, kwargs, around)
    if spec.vararg:
        local[spec.vararg.arg] = args[len(positional) :]
    elif len(args) > len(positional):
        raise Raised("TypeError")
    if spec.kwarg:
        rest: dict[Value, Value] = {}
        if isinstance(spread, DictRef):
            entries = machine.memory.entries(spread.address)
            rest.update({k: v for k, v in entries.items() if isinstance(v, Missing)})
        rest.update(kwargs)
        local[spec.kwarg.arg] = DictRef(machine.allocate(rest), open=isinstance(spread, DictRef))
    elif kwargs:
        raise Raised("TypeError")
    machine.memory.cells[scope.address] = local


def _argument(
    machine: Machine,
    parameter: ast.arg,
    default: ast.expr | None,
    kwargs: Kwargs,
    around: Scope,
) -> Value:
    if parameter.arg in kwargs:
        return kwargs.pop(parameter.arg)
    if default is None:
        raise Raised("TypeError")
    return machine.evaluate(default, around)


def super_of(machine: Machine, args: list[Value], scope: Scope) -> Value:
    """``super()`` and ``super(Class, self)``."""
    if len(args) > 1 and isinstance(args[0], Class):
        return Super(args[0].definition, args[1])
    owner = scope.owner
    around: Scope | None = scope
    while around is not None:
        entries = machine.memory.entries(around.address)
        receiver = next(iter(entries.values()), None)
        if owner is not None and isinstance(receiver, Instance | Class):
            return Super(owner, receiver)
        around = around.parent
    return Foreign("super()")
