"""What a statement has to do with, beside the formula: devices, modes, state, errors.

Judged by the names that TensorFlow has for these matters in all its releases. A feature is the
smallest expression that shows it, so that a statement that changed elsewhere does not count.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from tfdiff.facts import Feature

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "eager",
        r"executing_eagerly\w*|init_scope|eager_mode|graph_mode|building_function|run_eagerly"
        r"|inside_function|is_eager\w*|_?in_graph_mode|is_keras_tensor|is_symbolic_tensor"
        r"|EagerTensor|py_func|IS_IN_GRAPH_FUNCTION",
    ),
    (
        "strategy",
        r"merge_call|get_replica_context|get_cross_replica_context|get_strategy|has_strategy"
        r"|in_cross_replica_context|num_replicas_in_sync|call_for_each_\w+|(batch_)?reduce_to"
        r"|batch_reduce|update_non_slot|non_slot_devices|colocate_vars_with|unwrap|all_reduce"
        r"|_?\w*distribut(ion|ed|e)\w*|get_loss_reduction|all_gather|_aggregate_gradients"
        r"|\w*strategy\w*|scale_loss_by_num_\w+|_scale_loss|cross_replica_sum|\w*[Rr]eplicas?\w*",
    ),
    (
        "tracking",
        r"_track_\w+|_?checkpoint\w*|\w*[Rr]estore\w*|_handle_deferred\w*|_lookup_dependency"
        r"|_gather_saveables\w*|\w*[Tt]rackable\w*|_add_variable_with_custom_getter"
        r"|_no_dependency|\w*_dependenc(y|ies)_?\w*getter|_deferred_\w+|_maybe_initialize_\w+"
        r"|track_variable|tracked?_\w+|\w*[Ss]aveables?\w*|_obj_reference_counts\w*",
    ),
    ("constraint", r"\w*constraints?"),
    ("clipping", r"\w*clip\w*"),
    ("duplicates", r"\w*dedup\w*|unsorted_segment_sum|\w*duplicate_indices|unique"),
    ("locking", r"_?use_locking|\w*_lock|lock|RLock"),
    (
        "gradients",
        r"gradients(_function)?|_?\w*compute_gradients|GradientTape|implicit_\w*grad\w*"
        r"|gradients_\w+|val_and_grad\w*|backprop|gate_gradients|GATE_\w+|aggregation_method"
        r"|grad_loss|stop_gradients?|\w*tape|\w*gradient_function|\w*get_gradients"
        r"|_filter_(empty_)?grad\w*|filter_empty_gradients|_transform_\w*gradients",
    ),
    (
        "hyper",
        r"_[sg]et_hyper|_call_if_callable|_serialize_hyperparameter|_create_hypers|_decayed_lr"
        r"|_hyper(s_created|_names)?|callable|\w*[Ll]earningRateSchedule\w*|_initial_decay"
        r"|apply_state|_prepare_local|_fallback_apply_state",
    ),
    ("iterations", r"_?iterations?|_?global_step\w*|_?\w*global_step|local_step|_?step"),
    (
        "state",
        r"_?(create|get|add|make|zeros|get_or_make)_\w*slot\w*|_zeros_slot|slot_name\w*|_slots?\w*"
        r"|Variable|get_variable|_?add_weight|add_variable\w*|add_optimizer_variables"
        r"|_?create_\w*(slot|var|weights)\w*|initial\w*|init|\w*initializer|_?weights|set_weights"
        r"|get_weights|_?\w*beta\d?_power\w*|create_zeros_slot|slot_creator|trainable|is_initialized"
        r"|create_or_get\w*|variables|track_variable|_set_weights|validate_shape",
    ),
    ("placement", r"colocate_with\w*|_?\w*device\w*|colocate_gradients_with_ops|\w*colocat\w*"),
    (
        "control",
        r"\w*control_dependenc(y|ies)\w*|with_dependencies|group|identity|no_op|read_value",
    ),
    (
        "scope",
        r"\w*name_scope\w*|variable_scope|get_variable_scope|unique_(object_)?name|op_scope"
        r"|_shared_name|scope(_name)?|_?unique_id|_init_set_name|_keras_api_names",
    ),
    ("collection", r"add_to_collections?|get_collection(_ref)?|GraphKeys"),
    ("config", r"_?get_config|from_config|get_init_config|\w*serialize\w*|custom_objects"),
    ("logging", r"logging|warn(ing)?|warnings|\w*summar(y|ize)\w*|info|vlog|\w*gauge\w*|get_cell"),
    ("dtype", r"_?valid_dtypes|\w*cast\w*|\w*dtypes?\w*|floatx|bfloat16|\w*_precision\w*"),
    ("shape", r"shape\w*|\w*_shape\w*|ndims?|is_fully_defined|assert_\w*|set_shape|as_list|size"),
    ("name", r"name"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_DEPRECATION = re.compile(r"deprecat\w*|\w*deprecated\w*")
_EXPORT = re.compile(r"\w+_export|do_not_generate_docs\w*")


def kind_of_name(name: str) -> str | None:
    """The matter that a name belongs to, None for none."""
    if _DEPRECATION.fullmatch(name):
        return "deprecation"
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(name)), None)


def features(nodes: Iterable[ast.AST | None]) -> tuple[Feature, ...]:
    """The features of a statement, given by the parts that it evaluates itself."""
    found = (feature for node in nodes if node is not None for feature in _features(node, None))
    return tuple(dict.fromkeys(found))


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
    match node:
        case ast.Raise():
            yield Feature("raise", ast.unparse(node))
            return
        case ast.Assert():
            yield Feature("raise", ast.unparse(node))
            return
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
        case ast.Name(id=name) if not getattr(node, "from_import", False) or whole is node:
            yield from _named(name, whole)
        case ast.Name(id="logging" | "tf_logging" | "warnings" as name):
            yield from _named(name.removeprefix("tf_"), whole)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _features(child, None)


def _named(name: str, whole: ast.AST) -> Iterator[Feature]:
    kind = kind_of_name(name)
    if kind is not None:
        if isinstance(whole, ast.keyword):
            yield Feature(kind, f"{whole.arg}={ast.unparse(whole.value)}")
        else:
            yield Feature(kind, ast.unparse(whole))
