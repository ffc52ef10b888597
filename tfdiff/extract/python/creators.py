"""The calls that create state, and what they are given by parameter name.

Those of the base classes at hand are understood by the names of their parameters
(``slot_name``, ``initializer``, ``op_name`` ...), so that a change of their order needs no change
here; those from outside (``tf.Variable``, ``K.zeros``) by the names in their public signatures.
"""

import ast
import re
from collections.abc import Mapping

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Argument, Assignment, CallSite
from tfdiff.extract.python.reach import Reached
from tfdiff.extract.python.values import parsed

# creators of the base classes: whether what they create is kept per variable
CREATORS: Mapping[str, bool] = {
    "_zeros_slot": True,
    "_get_or_make_slot": True,
    "_get_or_make_slot_with_initializer": True,
    "zeros_slot": True,
    "create_slot": True,
    "create_slot_with_initializer": True,
    "create_zeros_slot": True,
    "add_slot": True,
    "add_variable_from_reference": True,
    "add_optimizer_variables": True,
    "_create_non_slot_variable": False,
    "create_non_slot": False,
    "add_weight": False,
    "add_variable": False,
}
# public functions from outside that make variables, and their positional parameters
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "Variable": ("initial_value", "trainable", "collections"),
    "variable": ("initial_value", "dtype", "name"),
    "zeros": ("shape", "dtype", "name"),
    "ones": ("shape", "dtype", "name"),
    "get_variable": ("name", "shape", "dtype", "initializer"),
}
_MAKERS = re.compile(
    r"(^|\.)(variables|variable_scope|resource_variable_ops|tf|backend|K|tf_variables|vs)"
    r"\.(Variable|variable|get_variable)$|(^|\.)(K|backend)\.zeros$"
)
_LISTED = re.compile(r"(^|\.)(K|backend)\.(zeros|variable|zeros_like)$|^shared_zeros$")
INITIALS = ("val", "initial_value", "initializer", "value")
# the same creators where the base class is not at hand: their public signatures
OUTSIDE: Mapping[str, tuple[str, ...]] = {
    "add_slot": ("var", "slot_name", "initializer", "shape"),
    "add_weight": ("name", "shape", "dtype", "initializer"),
    "_zeros_slot": ("var", "slot_name", "op_name"),
    "_get_or_make_slot": ("var", "val", "slot_name", "op_name"),
    "_create_non_slot_variable": ("initial_value", "name", "colocate_with"),
    "_get_or_make_slot_with_initializer": (
        "var", "initializer", "shape", "dtype", "slot_name", "op_name",
    ),
    "add_variable_from_reference": ("reference_variable", "name", "initializer"),
    "add_variable": ("shape", "initializer", "dtype", "aggregation", "layout", "name"),
}  # fmt: skip


class Creators:
    """Understands the creating calls of one optimizer."""

    def __init__(self, model: Model, cls: ResolvedClass) -> None:
        self._model = model
        self._cls = cls

    def given(self, call: CallSite, one: Reached) -> tuple[dict[str, str], bool] | None:
        """The arguments of a creating call by parameter name; None for any other call."""
        last = call.callee.rpartition(".")[2]
        if last in CREATORS:
            places = self._signature(call.callee, one)
            if places is None:
                return None
            return {**self._defaults(call.callee), **_bound(call, places)}, CREATORS[last]
        if _MAKERS.search(call.callee) and call.target not in {"", "_"}:
            arguments = _bound(call, FOREIGN.get(last, ("initial_value",)))
            if last == "zeros":
                arguments.setdefault("initial_value", "0")
            return arguments, False
        return None

    def _signature(self, callee: str, one: Reached) -> tuple[str, ...] | None:
        """The parameter names of a creator, as its definition at hand gives them."""
        head, _, name = callee.rpartition(".")
        member = self._cls.find(name) if head in {"self", "super()"} else None
        if member is not None:
            return tuple(p.name for p in member.head.parameters[1:])
        target = self._model.resolve(one.path, callee)
        if target.kind == "function":
            function = self._model.module(target.path).function(target.name)
            return tuple(p.name for p in function.parameters) if function else None
        return self._anywhere(name) or OUTSIDE.get(name)

    def _defaults(self, callee: str) -> dict[str, str]:
        """The initial value that a creator of a base class takes if none is given."""
        head, _, name = callee.rpartition(".")
        member = self._cls.find(name) if head in {"self", "super()"} else None
        given = member.head.parameters if member is not None else ()
        return {one.name: one.default for one in given
                if one.name in INITIALS and one.default is not None}  # fmt: skip

    def _anywhere(self, name: str) -> tuple[str, ...] | None:
        """The signature of ``state.zeros_slot``: a helper class of a base class's file."""
        for base in self._cls.mro:
            for cls in self._model.module(base.ref.path).classes:
                method = cls.method(name)
                if method is not None:
                    return tuple(p.name for p in method.parameters[1:])
        return None


def _bound(call: CallSite, places: tuple[str, ...]) -> dict[str, str]:
    bound: dict[str, str] = {}
    for place, argument in enumerate(call.arguments):
        if argument.keyword in {"*", "**"}:
            break
        name = argument.keyword or (places[place] if place < len(places) else "")
        if name:
            bound[name] = argument.text
    return bound


def per_parameter(one: Assignment) -> CallSite | None:
    """``ms = [K.zeros(K.int_shape(p)) for p in params]``: Keras 1.x keeps slots in lists."""
    node = parsed(one.value) if one.value.startswith("[") else None
    if not isinstance(node, ast.ListComp) or not isinstance(node.elt, ast.Call):
        return None
    made = node.elt
    arguments = (
        *(Argument("", ast.unparse(argument)) for argument in made.args),
        *(Argument(given.arg or "**", ast.unparse(given.value)) for given in made.keywords),
    )
    callee = ast.unparse(made.func)
    if not _LISTED.search(callee):
        return None
    return CallSite(callee, arguments, one.target, one.conditions, one.line, one.end_line)


def listed(call: CallSite) -> dict[str, str]:
    """The arguments of a list's element, by parameter name."""
    places = FOREIGN.get(call.callee.rpartition(".")[2], ("shape",))
    return {"initial_value": "0"} | _bound(call, places)
