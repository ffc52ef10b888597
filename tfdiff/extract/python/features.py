"""What a statement has to do with, beside the formula: devices, modes, state, errors.

Judged by the names that TensorFlow has for these matters in all its releases. A feature is the
smallest expression that shows it, so that a statement that changed elsewhere does not count.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from tfdiff.facts import Feature

_KINDS: dict[str, tuple[str, ...]] = {
    "eager": (
        r"executing_eagerly\w*",
        r"init_scope",
        r"eager_mode",
        r"graph_mode",
        r"building_function",
        r"run_eagerly",
        r"inside_function",
        r"is_eager\w*",
        r"in_graph_mode",
        r"is_keras_tensor",
        r"is_symbolic_tensor",
        r"EagerTensor",
        r"py_func",
        r"IS_IN_GRAPH_FUNCTION",
    ),
    "strategy": (
        r"merge_call",
        r"get_replica_context",
        r"get_cross_replica_context",
        r"get_strategy",
        r"has_strategy",
        r"in_cross_replica_context",
        r"num_replicas_in_sync",
        r"call_for_each_\w+",
        r"(batch_)?reduce_to",
        r"batch_reduce",
        r"update_non_slot",
        r"non_slot_devices",
        r"colocate_vars_with",
        r"unwrap",
        r"all_reduce",
        r"_?\w*distribut(ion|ed|e)\w*",
        r"get_loss_reduction",
        r"all_gather",
        r"_aggregate_gradients",
        r"\w*strategy\w*",
        r"scale_loss_by_num_\w+",
        r"_scale_loss",
        r"cross_replica_sum",
        r"(?!\w*Optimizer)\w*[Rr]eplicas?\w*",  # no optimizer that is called so
    ),
    "tracking": (
        r"_track_\w+",
        r"_?checkpoint\w*",
        r"(?!\w*_to_restore)\w*[Rr]estor\w*",
        r"_handle_deferred\w*",
        r"_lookup_dependency",
        r"_gather_saveables\w*",
        r"\w*[Tt]rackable\w*",
        r"_add_variable_with_custom_getter",
        r"_no_dependency",
        r"\w*_dependenc(y|ies)_?\w*getter",
        r"_deferred_\w+",
        r"_maybe_initialize_\w+",
        r"track_variable",
        r"tracked?_\w+",
        r"\w*[Ss]aveables?\w*",
        r"_obj_reference_counts\w*",
    ),
    "constraint": (r"\w*constraints?",),
    "clipping": (r"\w*clip\w*",),
    "duplicates": (
        r"\w*dedup\w*",
        r"unsorted_segment_sum",
        r"\w*duplicate_indices",
        r"unique",
    ),
    "locking": (
        r"_?use_locking",
        r"\w*_lock",
        r"lock",
        r"RLock",
    ),
    "gradients": (
        r"gradients(_function)?",
        r"_?\w*compute_gradients",
        r"GradientTape",
        r"implicit_\w*grad\w*",
        r"gradients_\w+",
        r"val_and_grad\w*",
        r"backprop",
        r"gate_gradients",
        r"GATE_\w+",
        r"aggregation_method",
        r"grad_loss",
        r"stop_gradients?",
        r"\w*tape",
        r"\w*gradient_function",
        r"\w*get_gradients",
        r"_filter_(empty_)?grad\w*",
        r"filter_empty_gradients",
        r"_transform_\w*gradients",
    ),
    "hyper": (
        r"_[sg]et_hyper",
        r"_call_if_callable",
        r"_serialize_hyperparameter",
        r"_create_hypers",
        r"_decayed_lr",
        r"_hyper(s_created|_names)?",
        r"callable",
        r"\w*[Ll]earningRateSchedule\w*",
        r"_?initial_decay",
        r"apply_state",
        r"_prepare(_local)?",
        r"_fallback_apply_state",
    ),
    "iterations": (
        r"_?iterations?",
        r"_?global_step\w*",
        r"_?\w*global_step",
        r"local_step",
        r"_?step",
    ),
    "variables": (
        r"(Base)?ResourceVariable",
        r"_?is_resource(_variable)?",
        r"RefVariable",
        r"VarHandleOp",
        r"PartitionedVariable",
        r"_OptimizableVariable",
        r"_get_processor",
        r"_\w+Processor",
        r"_in_graph_mode",
    ),
    "session": (
        r"\w*[Ss]ession\w*",
        r"_SESSION",
        r"batch_[gs]et_value",
        r"_initialize_variables",
        r"is_(variable_)?initialized",
    ),
    "state": (
        r"_?(create|get|add|make|zeros|get_or_make)_\w*slot\w*",
        r"_zeros_slot",
        r"slot_name\w*",
        r"_slots?\w*",
        r"Variable",
        r"get_variable",
        r"_?add_weight",
        r"add_variable\w*",
        r"add_optimizer_variables",
        r"_?create_\w*(slot|var|weights)\w*",
        r"initial(?!_decay)\w*",
        r"init",
        r"\w*initializer",
        r"_?weights",
        r"set_weights",
        r"get_weights",
        r"create_zeros_slot",
        r"slot_creator",
        r"trainable",
        r"create_or_get\w*",
        r"track_variable",
        r"_set_weights",
        r"validate_shape",
        r"_?var_key\w*",
    ),
    "placement": (
        r"colocate_with\w*",
        r"_?\w*device\w*",
        r"colocate_gradients_with_ops",
        r"\w*colocat\w*",
    ),
    "control": (
        r"\w*control_dependenc(y|ies)\w*",
        r"with_dependencies",
        r"group",
    ),
    "scope": (
        r"\w*name_scope\w*",
        r"variable_scope",
        r"get_variable_scope",
        r"unique_(object_)?name",
        r"op_scope",
        r"_shared_name",
        r"scope(_name)?",
        r"_?unique_id",
        r"_init_set_name",
        r"_keras_api_names",
    ),
    "collection": (
        r"add_to_collections?",
        r"get_collection(_ref)?",
        r"GraphKeys",
    ),
    "config": (
        r"_?get_config",
        r"from_config",
        r"get_init_config",
        r"\w*serialize\w*",
        r"custom_objects",
    ),
    "logging": (
        r"logging",
        r"warn(ing)?",
        r"warnings",
        r"\w*summar(y|ize)\w*",
        r"info",
        r"vlog",
        r"\w*gauge\w*",
        r"get_cell",
    ),
    "dtype": (
        r"_?valid_dtypes",
        r"\w*cast\w*",
        r"\w*dtypes?\w*",
        r"floatx",
        r"bfloat16",
        r"\w*_precision\w*",
    ),
    "shape": (
        r"shape\w*",
        r"\w*_shape\w*",
        r"ndims?",
        r"is_fully_defined",
        r"assert_\w*",
        r"set_shape",
        r"as_list",
        r"size",
    ),
    "passing": (r"identity", r"no_op", r"read_value"),
    "name": (r"name",),
}
_PATTERNS = tuple((kind, re.compile("|".join(names))) for kind, names in _KINDS.items())
_IN_USE = frozenset({"dtype", "scope", "shape"})  # matters of what is done with a value
_DEPRECATION = re.compile(r"deprecat\w*|\w*deprecated\w*")
_CALLED = frozenset({"group", "unique"})  # plain words, unless they are called
# as locals: what an optimizer keeps is an attribute, and who is handed a scope's name opens none
_OF_ANYTHING = frozenset({"weights", "scope"})
_EXPORT = re.compile(r"\w+_export|do_not_generate_docs\w*")


def kind_of_name(name: str) -> str | None:
    """The matter that a name belongs to, None for none."""
    if _DEPRECATION.fullmatch(name):
        return "deprecation"
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(name)), None)


def features(nodes: Iterable[ast.AST | None]) -> tuple[Feature, ...]:
    """The features of a statement, given by the parts that it evaluates itself."""
    found: list[Feature] = []
    for node in nodes:
        if node is not None:
            told = _features(node, None)
            found += (one for one in told if not (one.kind in _IN_USE and _keeps(node)))
    return tuple(dict.fromkeys(found))


def _keeps(node: ast.AST) -> bool:
    """Whether a statement does no more than keep what it was given in an attribute."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))], value=ast.Name()):
            return True
        case _:
            return False


def decorator_features(node: ast.expr) -> tuple[Feature, ...]:
    """What a decorator says."""
    text = ast.unparse(node)
    last = text.partition("(")[0].rpartition(".")[2]
    if _EXPORT.fullmatch(last):
        return (Feature("export", text),)
    if _DEPRECATION.fullmatch(last):
        return (Feature("deprecation", text),)
    return (Feature("decorator", text), *features([node]))


def _features(node: ast.AST, whole: ast.AST | None) -> Iterator[Feature]:
    """Walk down; ``whole`` is the call or dotted name that the node is the head of."""
    whole = whole or node
    if kind := _as_a_whole(node) or _property(node):
        yield Feature(kind, ast.unparse(node))
        return
    match node:
        case ast.Raise() | ast.Assert():
            yield Feature("raise", ast.unparse(node))
        case ast.Call(func=func, args=args, keywords=keywords):
            yield from _features(func, node)
            for inner in (*args, *keywords):
                yield from _features(inner, None)
        case ast.keyword(arg=str(name), value=value):
            yield from _named(name, node)
            yield from _features(value, None)
        case ast.Attribute(value=value, attr=name):
            yield from _named(name, whole)
            head = value if isinstance(value, ast.Name | ast.Attribute) else None
            yield from _features(value, whole if head is not None else None)
        case ast.Name(id=name) if _tells(node, whole):
            yield from _named(name, whole)
        case ast.Name(id="logging" | "tf_logging" | "warnings" as name):
            yield from _named(name.removeprefix("tf_"), whole)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _features(child, None)


def _tells(name: ast.Name, whole: ast.AST) -> bool:
    """Whether a plain name may say what a statement has to do with."""
    imported = getattr(name, "from_import", False) and whole is not name
    return name.id not in _OF_ANYTHING and not imported


def _as_a_whole(node: ast.AST) -> str:
    """The matter of an expression whatever its parts have to do with, "" for most.

    A test of what kind of variable (or what in its place) something is; a shape, whatever it is
    the shape of; an argument that is kept as a tensor.
    """
    match node:
        case ast.Call(
            func=ast.Name(id="hasattr" | "getattr"), args=[_, ast.Constant(value=str(name)), *_]
        ):
            return kind_of_name(name) or ""
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]) if any(
            word in ast.unparse(kinds) for word in ("Variable", "ops.Tensor")
        ):
            return "variables"
        case ast.Compare(left=ast.Attribute(value=ast.Attribute(attr="op"), attr="type")):
            return "variables"
        case ast.Call(func=ast.Name(id="shape") | ast.Attribute(attr="shape")):
            return "shape"
        case ast.Assign(targets=[ast.Attribute()], value=ast.Call(func=func, args=[value, *_])) if (
            ast.unparse(func).endswith("convert_to_tensor") and isinstance(value, ast.Name)
        ):
            return "hyper"  # an argument is kept as a tensor
    return ""


def _property(node: ast.AST) -> str:
    """``dtype`` or ``shape`` for that of a value, whatever the value is for."""
    match node:
        case ast.Attribute(attr="dtype" | "shape" as matter, value=value) if _is_dotted(value):
            return matter
    return ""


def _is_dotted(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Attribute) and _is_dotted(node.value)
    )


def _named(name: str, whole: ast.AST) -> Iterator[Feature]:
    kind = kind_of_name(name)
    if kind is not None and (name not in _CALLED or isinstance(whole, ast.Call)):
        if isinstance(whole, ast.keyword):
            yield Feature(kind, f"{whole.arg}={ast.unparse(whole.value)}")
        else:
            yield Feature(kind, ast.unparse(whole))
