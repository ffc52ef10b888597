"""Calls of TensorFlow and Keras functions: state, sparse updates, control flow, and the rest."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.attributes import GRAPH
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.creation import FILLED, filled
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.gradients import GRADIENTS
from tfdiff.extract.python.interpret.kernels import kernel_call, op_name, snake
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.replicas import REPLICAS
from tfdiff.extract.python.interpret.state import (
    assign,
    commit,
    create,
    scatter,
)
from tfdiff.extract.python.interpret.stores import CREATORS as STORES
from tfdiff.extract.python.interpret.stores import make_store
from tfdiff.extract.python.interpret.tensors import NUMERIC, chooses, tensor_call
from tfdiff.extract.python.interpret.values import Assigned, Choice, Dtype, Foreign, Value, Variable
from tfdiff.ir.expr import call, number, operation

Args = tuple[Value, ...]

Kwargs = dict[str, Value]

Primitive = Callable[[Machine, str, Args, Kwargs], Value]

_VALUES = ("value", "new_x", "delta", "increment", "decrement", "x")


def _assign(kind: str) -> Primitive:
    def carry_out(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
        given = [*args, *(kwargs[n] for n in ("ref", "resource") if n in kwargs)]
        rest = [*given[1:], *(kwargs[n] for n in _VALUES if n in kwargs)]
        if not given or not rest:
            return _not_followed(text, given)  # another library's function of that name
        return assign(machine, kind, given[0], rest[0])

    return carry_out


def _not_followed(text: str, given: list[Value]) -> Foreign:
    return Foreign(f"{text}({', '.join(map(describe, given))})")


def _scatter(kind: str) -> Primitive:
    def carry_out(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
        given = [*args, *(kwargs[n] for n in ("resource", "ref") if n in kwargs)]
        names = ("indices", "updates")
        rest = [*given[1:], *(kwargs[n] for n in names if n in kwargs)]
        if not given or not rest:
            return _not_followed(text, given)
        return scatter(machine, kind, given[0], rest[0], rest[1] if len(rest) > 1 else rest[0])

    return carry_out


def _create(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    return create(machine, text, args, kwargs)


def _zeros(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    """Keras' ``K.zeros`` makes a variable; everybody else's makes a tensor."""
    value = 1 if text.endswith(("ones", "ones_like")) else 0
    if "backend" in text and not text.endswith("_like"):
        return create(machine, text, args, {**kwargs, "initial_value": value})
    return number(value)


def _fill(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return machine.tensor(args[1] if len(args) > 1 else kwargs.get("value"))


# -- sparse -------------------------------------------------------------------------------


def _cond(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    names = ("pred", "true_fn", "false_fn", "fn1", "fn2")
    given = (*args, *(kwargs[name] for name in names if name in kwargs))
    predicate, arms = given[0], given[1:]
    then = arms[0]
    other = arms[1] if len(arms) > 1 else None
    return machine.branch(
        machine.truth(predicate), lambda: _thunk(machine, then), lambda: _thunk(machine, other)
    )


def _thunk(machine: Machine, function: Value) -> Value:
    return None if function is None else machine.call(function)


def _call_first(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return machine.call(args[0]) if args else None


def _dependencies(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    waited_for = args[0] if args else kwargs.get("control_inputs")
    for value in iterate(machine, waited_for) or () if waited_for is not None else ():
        if isinstance(value, Assigned):
            commit(machine, value.state)
    return Foreign("control_dependencies()")


def _with_dependencies(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    _dependencies(machine, text, args, kwargs)
    value = args[1]
    return machine.tensor(value) if isinstance(value, NUMERIC) else value


def _variables(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """All variables of the graph: the trained one."""
    return machine.make_list((Variable("state:var"),))


def _collection(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """What else a graph has to train beside the variables that it is asked to: nothing."""
    key = describe(args[0]) if args else ""
    if key.endswith(("_STREAMING_MODEL_PORTS", "TRAINABLE_RESOURCE_VARIABLES")):
        return machine.make_list(())
    return Foreign(f"{text}({key})")


def _map_structure(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[1]) if not isinstance(args[1], NUMERIC) else None
    if elements is None:
        return machine.call(args[0], args[1])
    return machine.make_list(tuple(machine.call(args[0], one) for one in elements))


def _flatten(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    elements = iterate(machine, args[0]) if not isinstance(args[0], NUMERIC) else None
    if elements is None:
        return machine.make_list((args[0],))
    flat: list[Value] = []
    for one in elements:
        inner = iterate(machine, _flatten(machine, text, (one,), {}))
        flat.extend(inner or ())
    return machine.make_list(tuple(flat))


def _forward_compatible(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Whether a release writes what others can only read from a date on, by its own horizon."""
    horizon = machine.program.horizon
    date = tuple(one for one in args if isinstance(one, int))
    return horizon > date if horizon else Foreign(f"{text}{date}")


def _moving_average(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Keras' ``moving_average_update(x, value, momentum)``."""
    average, value, momentum = (*args, *kwargs.values())[:3]
    distance = operation("sub", machine.tensor(average), machine.tensor(value))
    rest = operation("sub", number(1), machine.tensor(momentum))
    return assign(machine, "sub", average, operation("mul", distance, rest))


def _global_step(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """The graph's own step counter, when it is read."""
    return call("get_global_step")


def _second_argument(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return args[1]


def _outside_graphs(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Whether a graph, which the step is always followed in, is a function's in eager mode."""
    return not machine.plain_graph


def _eager(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Steps are followed in a graph, but where eager mode may make other variables."""
    return machine.making is not None and machine.making.eager


def _in_graph(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    return not _eager(machine, text, args, kwargs)


def _constant(value: Value) -> Primitive:
    return lambda machine, text, args, kwargs: value  # noqa: ARG005


def _epsilon(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """``K.epsilon()``: what Keras' configuration starts with at the release."""
    written = machine.program.epsilon(machine.place.path)
    return number(written) if written else Foreign(f"{text}()")


def _first(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return args[0] if args else next(iter(kwargs.values()), None)


CREATORS = (
    "Variable", "VariableV1", "variable", "get_variable", "create_slot", "create_zeros_slot",
    "create_slot_with_initializer", "make_variable", "_add_variable_with_custom_getter",
    "add_weight", "add_variable", "ResourceVariable", "DVariable",
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {
    **dict.fromkeys(CREATORS, _create),
    **dict.fromkeys(("zeros", "ones"), _zeros),
    "fill": _fill,
    **dict.fromkeys(("assign", "update", "assign_variable_op"), _assign("assign")),
    **dict.fromkeys(("assign_add", "update_add", "assign_add_variable_op"), _assign("add")),
    **dict.fromkeys(("assign_sub", "update_sub", "assign_sub_variable_op"), _assign("sub")),
    **{f"{prefix}scatter_{kind}": _scatter(kind)
       for prefix in ("", "resource_") for kind in ("add", "sub", "update", "mul", "div")},
    **dict.fromkeys(("cond", "smart_cond", "cond_v2"), _cond),
    "init_scope": _call_first,
    "control_dependencies": _dependencies,
    "with_dependencies": _with_dependencies,
    **dict.fromkeys(
        ("trainable_variables", "global_variables", "all_variables"), _variables),
    **dict.fromkeys(("get_global_step", "get_or_create_global_step"), _global_step),
    "moving_average_update": _moving_average,
    "forward_compatible": _forward_compatible,
    "copy_sharding": _second_argument,
    "get_collection": _collection,
    **dict.fromkeys(("group", "no_op"), _constant(Foreign("operation"))),
    "map_structure": _map_structure,
    "flatten": _flatten,
    **dict.fromkeys(
        ("has_strategy", "has_distribution_strategy",
         "in_cross_replica_context", "get_cross_tower_context", "in_cross_tower_context",
         "is_symbolic_tensor", "is_extension_type", "can_jit_compile", "list_physical_devices",
         "should_use_jit", "is_distributed_variable", "is_distributed_table",
         "running_with_dtensor_strategy", "is_dtensor", "is_tpu_strategy"), _constant(value=False)),
    **dict.fromkeys(
        ("variable_created_in_scope", "is_tensor", "is_dense_tensor_like",
         "is_keras_tensor"), _constant(value=True)),
    **dict.fromkeys(("get_default_graph", "_get_graph_from_inputs", "get_graph"),
                    _constant(GRAPH)),
    **dict.fromkeys(("executing_eagerly", "in_eager_mode"), _eager),
    "in_graph_mode": _in_graph,
    "executing_eagerly_outside_functions": _outside_graphs,
    "get_update_replica_id": _constant(None),
    **dict.fromkeys(("get_replica_context", "get_tower_context"),
                    _constant(Foreign("replica_context"))),
    "backend": _constant("tensorflow"),
    "epsilon": _epsilon,
    **dict.fromkeys(("floatx", "dtype"), _constant(Dtype("float32", own=True))),
    **dict.fromkeys(("get_filtered_grad_fn",), _first),
    **dict.fromkeys(STORES, make_store),
    **GRADIENTS,
    **REPLICAS,
}  # fmt: skip


# How many arguments TensorFlow's functions of these names are given by position at least:
# another library's may take fewer.
_FEWEST = {
    **dict.fromkeys(("with_dependencies", "map_structure", "copy_sharding"), 2),
    **dict.fromkeys(("batch_reduce", "batch_reduce_to", "update_non_slot"), 2),
    **dict.fromkeys(("flatten", "unique", "merge_call", "maybe_merge_call"), 1),
    **dict.fromkeys(("unwrap", "local_results", "experimental_local_results"), 1),
    **dict.fromkeys(("call_for_each_replica", "call_for_each_tower"), 1),
}

# What a wrapped optimizer hands back as it is, on one replica and without a gradient transform.
_PASSED_THROUGH = frozenset({"_transform_unaggregated_gradients", "_aggregate_gradients"})


def foreign_call(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    """Call a function that no file of the release defines, or that is TensorFlow's own."""
    name = text.rpartition(".")[2]
    op = op_name(machine, text)
    if op is not None:
        return kernel_call(machine, op, args, kwargs)
    if name[:1].isupper() and "_ops." in text:
        name = snake(name)
        text = f"{text.rpartition('.')[0]}.{name}"
    if name in _PASSED_THROUGH and text.partition(".")[0] in machine.wrapped:
        return args[0]
    if machine.making is not None and "backend" not in text and name in FILLED:
        return filled(machine, name, args, kwargs)
    primitive = PRIMITIVES.get(name)
    if primitive is not None and len(args) >= _FEWEST.get(name, 0):
        return primitive(machine, text, args, kwargs)
    for index, value in enumerate(args):
        if isinstance(value, Choice) and chooses(machine, text, value):
            before, after = args[:index], args[index + 1 :]

            def again(one: Value, before: Args = before, after: Args = after) -> Value:
                return foreign_call(machine, text, (*before, one, *after), kwargs)

            return machine.lift(value, again)
    return tensor_call(machine, text, args, kwargs)
