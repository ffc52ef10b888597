"""Distribution strategies, followed as one replica: what they call is called once."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.state import assign
from tfdiff.extract.python.interpret.values import CALLABLE, DictRef, Foreign, Value

Args = tuple[Value, ...]
Kwargs = dict[str, Value]
CONTROL = frozenset({"args", "kwargs", "grouped", "group", "strategy", "merge_call"})


def _spread(machine: Machine, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs]:
    """Arguments given directly (until 1.12) or in ``args`` and ``kwargs`` (since)."""
    listed = iterate(machine, kwargs["args"]) if kwargs.get("args") is not None else ()
    named = kwargs.get("kwargs")
    rest = {name: value for name, value in kwargs.items() if name not in CONTROL}
    if isinstance(named, DictRef):
        entries = machine.memory.entries(named.address)
        rest.update({str(name): value for name, value in entries.items()})
    return (*args, *(listed or ())), rest


def merge_call(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``context.merge_call(function, ...)``."""
    given, named = _spread(machine, args[1:], kwargs)
    return machine.call(args[0], Foreign("distribution"), *given, **named)


def maybe_merge_call(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``maybe_merge_call(function, strategy, ...)``."""
    return machine.call(args[0], Foreign("distribution"), *args[2:], **kwargs)


def update(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    """``distribution.update(variable, function, ...)``; Keras' ``K.update`` assigns."""
    function = args[1] if len(args) > 1 else kwargs.get("fn")
    if function is None:
        return Foreign(f"{text}({', '.join(map(describe, args))})")
    if not isinstance(function, CALLABLE):
        return assign(machine, "assign", args[0], function) if args else None
    kwargs = {name: value for name, value in kwargs.items() if name != "fn"}
    if ".extended." in text and len(args) > 2:  # noqa: PLR2004 - ``update(variable, fn, args)``
        args, kwargs = args[:2], {**kwargs, "args": args[2]}
    given, named = _spread(machine, args[2:], kwargs)
    result = machine.call(function, args[0], *given, **named)
    return machine.make_list((result,))


def update_non_slot(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``distribution.update_non_slot(devices, function, ...)``."""
    given, named = _spread(machine, args[2:], kwargs)
    result = machine.call(args[1], *given, **named)
    return machine.make_list((result,))


def reduce_batch(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``batch_reduce(how, pairs)``: one replica's gradients are the sum."""
    pairs = iterate(machine, args[1]) or ()
    return machine.make_list(tuple(p[0] for p in pairs if isinstance(p, tuple)))


def replicate(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``call_for_each_replica(function, args)``."""
    given, named = _spread(machine, args[1:], kwargs)
    return machine.call(args[0], *given, **named)


def unwrapped(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``unwrap(value)``: the one replica's value."""
    return machine.make_list((args[0],))


def reduced(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``all_reduce(how, value)``: one replica's value is the sum."""
    return args[1] if len(args) > 1 else None


REPLICAS: dict[str, Callable[[Machine, str, Args, Kwargs], Value]] = {
    "merge_call": merge_call,
    "maybe_merge_call": maybe_merge_call,
    "update": update,
    "update_non_slot": update_non_slot,
    "batch_reduce": reduce_batch,
    "batch_reduce_to": reduce_batch,
    "call_for_each_replica": replicate,
    "call_for_each_tower": replicate,
    "unwrap": unwrapped,
    "experimental_local_results": unwrapped,
    "local_results": unwrapped,
    "all_reduce": reduced,
    "reduce_to": reduced,
    "_replica_ctx_all_reduce": reduced,
}
