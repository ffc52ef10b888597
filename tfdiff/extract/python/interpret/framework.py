"""Calls of TensorFlow and Keras functions: state, sparse updates, control flow, and the rest."""

import re
from collections.abc import Callable

from tfdiff.extract.python.interpret import arithmetic
from tfdiff.extract.python.interpret.attributes import GRAPH
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.kernels import kernel_call, op_name, snake
from tfdiff.extract.python.interpret.machine import RAW_GRADIENT, Machine, describe
from tfdiff.extract.python.interpret.replicas import REPLICAS
from tfdiff.extract.python.interpret.rows import gathered, summed
from tfdiff.extract.python.interpret.state import (
    assign,
    commit,
    create,
    scatter,
)
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Choice,
    Dtype,
    Foreign,
    ListRef,
    Positions,
    Rows,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import Call, Expr, call, number, operation, symbol

Args = tuple[Value, ...]
Kwargs = dict[str, Value]
Primitive = Callable[[Machine, str, Args, Kwargs], Value]
NUMERIC = (*EXPRESSIONS, bool, int, float, Variable, Assigned, Slices)


# -- state ------------------------------------------------------------------------------


def _assign(kind: str) -> Primitive:
    def carry_out(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
        return assign(machine, kind, args[0], _second(args, kwargs))

    return carry_out


def _second(args: Args, kwargs: Kwargs) -> Value:
    if len(args) > 1:
        return args[1]
    named = ("value", "new_x", "delta", "increment", "decrement", "x")
    return next((kwargs[name] for name in named if name in kwargs), None)


def _scatter(kind: str) -> Primitive:
    def carry_out(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
        given = [*args, *(kwargs[n] for n in ("resource", "ref") if n in kwargs)]
        names = ("indices", "updates")
        rest = [*given[1:], *(kwargs[n] for n in names if n in kwargs)]
        if not rest:
            return Foreign(f"{text}({', '.join(map(describe, given))})")
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


def _gather(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    given = (*args, *kwargs.values())
    source, index = given[0], given[1]
    if isinstance(index, Rows):
        return gathered(machine.tensor(source))
    return call("gather", machine.tensor(source), machine.tensor(index))


def _unique(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return (Rows(unique=True), Positions()) if isinstance(args[0], Rows) else Foreign("unique()")


def _segment_sum(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """Summing the occurrences of each row makes the row's gradient."""
    given = (*args, *kwargs.values())
    values = machine.tensor(given[0])
    if isinstance(given[1], Positions):
        return summed(values)
    return call("unsorted_segment_sum", values)


def _slices(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    given = dict(zip(("values", "indices"), args, strict=False)) | kwargs
    return Slices(given["values"], given["indices"])


# -- control flow -----------------------------------------------------------------------


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


def _gradients(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    given: Value = Slices(RAW_GRADIENT, Rows(unique=False))
    gradient = symbol("grad") if machine.gradient == "dense" else given
    return machine.make_list((gradient,))


def _clip_by_norm(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    value, norm = arithmetic.operands(args, kwargs)[:2]
    if isinstance(value, Slices):
        clipped = call("clip_by_norm", machine.tensor(value.values), machine.tensor(norm))
        return Slices(clipped, value.indices)
    return call("clip_by_norm", machine.tensor(value), machine.tensor(norm))


def _clip_by_global_norm(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    """All gradients are scaled alike; what the other variables' gradients are is not known."""
    gradients, norm = arithmetic.operands(args, kwargs)[:2]
    clipped: list[Value] = []
    for one in iterate(machine, gradients) or ():
        scaled = _clip_by_norm(machine, text, (one, norm), {}) if one is not None else None
        clipped.append(scaled)
    globally = tuple(_renamed(one, "clip_by_global_norm") for one in clipped)
    return machine.make_list(globally), call("global_norm", machine.tensor(norm))


def _renamed(value: Value, name: str) -> Value:
    if isinstance(value, Slices):
        return Slices(_renamed(value.values, name), value.indices)
    return call(name, *value.args) if isinstance(value, Call) else value


def _variables(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    """All variables of the graph: the trained one."""
    return machine.make_list((Variable("state:var"),))


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


def _constant(value: Value) -> Primitive:
    return lambda machine, text, args, kwargs: value  # noqa: ARG005


def _first(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return args[0] if args else next(iter(kwargs.values()), None)


def _list_of_first(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:  # noqa: ARG001
    return machine.make_list((args[0],))


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
    **dict.fromkeys(("gather", "embedding_lookup", "sparse_read", "resource_gather"), _gather),
    **dict.fromkeys(("unique", "unique_v2"), _unique),
    "unsorted_segment_sum": _segment_sum,
    "IndexedSlices": _slices,
    **dict.fromkeys(("cond", "smart_cond", "cond_v2"), _cond),
    "init_scope": _call_first,
    "control_dependencies": _dependencies,
    "with_dependencies": _with_dependencies,
    "gradients": _gradients,
    **dict.fromkeys(
        ("trainable_variables", "global_variables", "all_variables"), _variables),
    **dict.fromkeys(("get_global_step", "get_or_create_global_step"), _global_step),
    "moving_average_update": _moving_average,
    "forward_compatible": _forward_compatible,
    "copy_sharding": _second_argument,
    "clip_by_norm": _clip_by_norm,
    "clip_by_global_norm": _clip_by_global_norm,
    "map_structure": _map_structure,
    "flatten": _flatten,
    **dict.fromkeys(
        ("executing_eagerly", "in_eager_mode", "has_strategy", "has_distribution_strategy",
         "in_cross_replica_context", "get_cross_tower_context", "in_cross_tower_context",
         "is_symbolic_tensor", "is_extension_type", "can_jit_compile", "list_physical_devices",
         "should_use_jit", "is_distributed_variable", "is_distributed_table",
         "running_with_dtensor_strategy", "is_dtensor", "is_tpu_strategy"), _constant(value=False)),
    **dict.fromkeys(
        ("in_graph_mode", "executing_eagerly_outside_functions", "variable_created_in_scope",
         "is_tensor", "is_dense_tensor_like", "is_keras_tensor"), _constant(value=True)),
    **dict.fromkeys(("get_default_graph", "_get_graph_from_inputs", "get_graph"),
                    _constant(GRAPH)),
    "get_update_replica_id": _constant(None),
    "backend": _constant("tensorflow"),
    **dict.fromkeys(("epsilon",), _constant(1e-7)),
    **dict.fromkeys(("floatx", "dtype"), _constant(Dtype("float32"))),
    **dict.fromkeys(("get_filtered_grad_fn",), _first),
    **REPLICAS,
}  # fmt: skip


def foreign_call(machine: Machine, text: str, args: Args, kwargs: Kwargs) -> Value:
    """Call a function that no file of the release defines, or that is TensorFlow's own."""
    name = text.rpartition(".")[2]
    op = op_name(machine, text)
    if op is not None:
        return kernel_call(machine, op, args, kwargs)
    if name[:1].isupper() and "_ops." in text:
        name = snake(name)
        text = f"{text.rpartition('.')[0]}.{name}"
    primitive = PRIMITIVES.get(name)
    if primitive is not None:
        return primitive(machine, text, args, kwargs)
    for index, value in enumerate(args):
        if isinstance(value, Choice) and not _numeric_choice(value):
            before, after = args[:index], args[index + 1 :]

            def again(one: Value, before: Args = before, after: Args = after) -> Value:
                return foreign_call(machine, text, (*before, one, *after), kwargs)

            return machine.lift(value, again)
    return tensor_call(machine, text, args, kwargs)


def _numeric_choice(value: Value) -> bool:
    return isinstance(value, Choice) and all(
        arm is None or isinstance(arm, NUMERIC) or _numeric_choice(arm)
        for arm in (value.then, value.other)
    )


def tensor_call(  # noqa: PLR0911 - one kind of function each
    machine: Machine, text: str, args: Args, kwargs: Kwargs
) -> Value:
    """A function of tensors: elementwise ones as expressions, others by their name."""
    name = text.rpartition(".")[2]
    given = arithmetic.operands(args, kwargs)
    if name in arithmetic.LISTS:
        return arithmetic.total(tuple(map(machine.tensor, iterate(machine, given[0]) or ())))
    if name in arithmetic.FIRST_ONLY:
        value = given[0] if given else None
        if isinstance(value, Slices) and name in {"cast", "convert_to_tensor_or_indexed_slices"}:
            return value
        if not isinstance(value, (*NUMERIC, Choice)):
            return value  # a type, a text or an object that stays what it is
        return arithmetic.ELEMENTWISE[name](machine.tensor(value))
    builder = arithmetic.ELEMENTWISE.get(name)
    if builder is not None and name in arithmetic.ON_SLICES and isinstance(given[0], Slices):
        return _on_slices(machine, builder, given)
    if builder is not None:
        try:
            return builder(*map(machine.tensor, given))
        except TypeError:
            return machine.not_read(text, "arguments not understood")
    return _unknown(machine, text, name, args, kwargs)


def _on_slices(machine: Machine, builder: Callable[..., Expr], given: Args) -> Value:
    """An elementwise function with f(0) = 0 keeps a sparse gradient sparse."""
    first = given[0]
    assert isinstance(first, Slices)  # noqa: S101 - asked for by the caller
    result = builder(machine.tensor(first.values), *map(machine.tensor, given[1:]))
    return Slices(result, first.indices)


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
        numeric = [v for v in given if isinstance(v, (*NUMERIC, Choice, tuple, ListRef))]
        return call(name, *map(machine.tensor, numeric))
    return Foreign(shown)


def _computes(text: str) -> bool:
    """Whether a foreign function belongs to a module of tensor functions."""
    return _TENSOR_MODULE.search(text.rpartition(".")[0]) is not None


def _leaves(machine: Machine, given: Args, *, within: bool = False) -> Args:
    """The numbers, tensors and variables among the arguments, and all that lists hold."""
    leaves: list[Value] = []
    for value in given:
        if (
            isinstance(value, NUMERIC)
            or _numeric_choice(value)
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
