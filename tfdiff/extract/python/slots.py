"""The state that an optimizer keeps: slots per variable, and variables of its own.

State is created through a handful of calls. Those of the base classes at hand are understood by
the names of their parameters (``slot_name``, ``initializer``, ``op_name`` ...), so that a change
of their order needs no change here; those from outside (``tf.Variable``, ``K.zeros``) by the
names in their public signatures.
"""

import ast
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.construction import Construction
from tfdiff.extract.python.creators import CREATORS, INITIALS, Creators, listed, per_parameter
from tfdiff.extract.python.initial import InitialValues
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import CallSite, Condition
from tfdiff.extract.python.placement import around
from tfdiff.extract.python.reach import Reached
from tfdiff.extract.python.values import Evaluator, parsed, with_names
from tfdiff.facts import Literal, Slot, Span, Unknown, Value

_NAMES = ("slot_name", "name", "variable_name")
_SCOPES = ("op_name",)
_FOLLOWS = re.compile(r"\bdtype\b")
_FOLLOWS_SHAPE = re.compile(r"shape|^None$")

_VARIABLE = Literal("variable")
_AS_INITIAL = Literal("initial value")
_OF_BACKEND = re.compile(r"\bkeras(\.src)?\.backend\.(?!\w*_like$)[a-z]\w*$")
_FLOATX = Literal("floatx")
_NONE = Literal(None)


@dataclass(frozen=True, slots=True)
class State:
    """The slots and variables found, and what could not be read of them."""

    slots: tuple[Slot, ...]
    unknowns: tuple[Unknown, ...]


def read_slots(
    model: Model, cls: ResolvedClass, construction: Construction, reached: Iterable[Reached]
) -> State:
    """Find all state that the reached functions create, in source order."""
    reader = _Reader(model, cls, construction)
    for one in reached:
        if one.function.name not in CREATORS:
            reader.function(one)
    return State(tuple(reader.slots.values()), tuple(reader.unknowns))


class _Reader:
    def __init__(self, model: Model, cls: ResolvedClass, construction: Construction) -> None:
        self._model = model
        self._cls = cls
        self._construction = construction
        self._parameters = {  # attribute -> the one parameter that it holds
            f"self.{name}": held.roots[0]
            for name, held in construction.attributes.items()
            if len(held.roots) == 1
        }
        self._creators = Creators(model, cls)
        self.slots: dict[tuple[str, bool], Slot] = {}
        self.unknowns: list[Unknown] = []

    def function(self, one: Reached) -> None:
        """Record what one function creates."""
        for assigned in one.function.assignments:
            call = per_parameter(assigned)
            if call is not None:
                arguments = listed(call)
                name = call.target.removeprefix("self.").lstrip("_")
                slot = self._slot(name, arguments, call, one, per_variable=True)
                named = call.target.startswith("self.") or _first(arguments, _NAMES) is not None
                self._record(replace(slot, local=not named))
        for call in one.function.calls:
            given = self._creators.given(call, one)
            if given is None:
                continue
            arguments, per_variable = given
            per_variable = per_variable or self._follows_loop(arguments, call, one)
            for place, name in enumerate(self._names(arguments, call, one)):
                own = _own_share(arguments, place)
                self._record(self._slot(name, own, call, one, per_variable=per_variable))

    def _follows_loop(self, arguments: dict[str, str], call: CallSite, one: Reached) -> bool:
        """Whether a call makes one state for each variable: ``add_variable(shape=var.shape)``."""
        owner, dot, what = arguments.get("shape", "").rpartition(".")
        if not dot or what != "shape" or not owner.isidentifier():
            return False
        _, loop = around(self._model, one, call.line)
        head = self._model.text(Span(one.path, loop, loop)) if loop else ""
        return re.search(rf"\bfor\b.*\b{owner}\b.*\bin\b", head) is not None

    def _record(self, slot: Slot) -> None:
        known = self.slots.setdefault((slot.name, slot.per_variable), slot)
        if known is not slot and known.condition != slot.condition:
            # created in both arms of a branch: always
            self.slots[slot.name, slot.per_variable] = _either(known, slot)

    def _names(self, arguments: dict[str, str], call: CallSite, one: Reached) -> Iterator[str]:
        written = _first(arguments, _NAMES)
        if written is None and call.target:
            yield call.target.removeprefix("self.").lstrip("_")
            return
        if any(parameter.name == written for parameter in one.function.parameters):
            return  # machinery: whoever calls it names the state
        values = InitialValues(self._model, self._cls, self._construction, one)
        found = list(values.texts(written or ""))
        if not found and values.of_hypers(written or ""):
            return  # a base class by itself has none
        if not found:
            span = Span(one.path, call.line, call.end_line)
            self.unknowns.append(Unknown("the state's name is not read", written or "", span))
            found = [_without_locals(written or "?", one)]
        yield from found

    def _slot(
        self,
        name: str,
        arguments: dict[str, str],
        call: CallSite,
        one: Reached,
        *,
        per_variable: bool,
    ) -> Slot:
        evaluator = Evaluator(self._model, one.path, self._cls)
        values = InitialValues(self._model, self._cls, self._construction, one)
        written = _first(arguments, INITIALS)
        initial: Value = Literal(0)
        held = self._construction.attributes.get(f"_hyper[{name!r}]")
        if held is not None and not per_variable and len(held.roots) >= 1:
            initial = Literal(held.roots[0], written or "")
        elif written is not None and written != "None":
            initial = values.initial(written, call)
        elif not per_variable and written is None:
            initial = Unknown("no initial value is given")
        scope = _first(arguments, _SCOPES)
        given = _local(arguments.get("dtype"), one)
        own = self._own_type(call, one) if given in {None, "None"} else None
        dtype = own or _dtype(given, evaluator, per_variable=per_variable)
        placement, loop = around(self._model, one, call.line, arguments.get("colocate_with"))
        return Slot(
            name,
            per_variable,
            initial,
            _NONE if scope is None else values.scope(scope),
            dtype,
            _shape(arguments.get("shape"), per_variable=per_variable),
            self._condition(call.conditions, one),
            Span(one.path, call.line, call.end_line),
            placement,
            loop,
        )

    def _own_type(self, call: CallSite, one: Reached) -> Literal | None:
        """The type that a creator in the tree gives what is made without one: Keras' backend's."""
        target = self._model.resolve(one.path, call.callee)
        if target.kind == "external" and _OF_BACKEND.search(target.name):
            return _FLOATX  # the file is none that is read, but all of them do
        made_by = (
            self._model.function(target.path, target.name) if target.kind == "function" else None
        )
        return _FLOATX if made_by and "floatx" in made_by.references else None

    def _condition(self, conditions: Iterable[Condition], one: Reached) -> str | None:
        """The branches that depend on hyperparameters, in terms of the parameters."""
        said: list[str] = []
        for condition in conditions:
            test = self._in_parameters(_with_values(condition.test, one))
            test = test and _without_locals(test, one, self._construction.parameters)
            if test is not None and test not in said:
                said.append(test if condition.holds else f"not ({test})")
        return " and ".join(said) or None

    def _in_parameters(self, test: str) -> str | None:
        names = set(self._construction.parameters)
        found = False
        parts = re.split(r"(?<![\w.])((?:self\.)?\w+(?:\(['\"]\w+['\"]\))?)", test)
        for place, part in enumerate(parts):
            parameter = self._parameters.get(part, part)
            parts[place] = parameter
            found = found or (parameter in names and parameter not in {"name", "kwargs"})
        return "".join(parts) if found else None


def _first(arguments: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((arguments[name] for name in names if name in arguments), None)


def _local(written: str | None, one: Reached) -> str | None:
    """What a local name was assigned, if it was once."""
    found = [a.value for a in one.function.assignments if a.kind == "=" and a.target == written]
    return found[0] if len(found) == 1 else written


def _without_locals(written: str, one: Reached, known: Container[str] = ()) -> str:
    """What is computed, whatever the function calls what it is computed from.

    Names that are ``known`` stay: the constructor's parameters are called so by everyone.
    """
    targets = (assigned.target for assigned in one.function.assignments)
    names = {name for target in targets for name in re.findall(r"\w+", target)}
    nothing = ast.Constant(...)
    return _replaced(written, {name: nothing for name in names if name not in known})


def _with_values(written: str, one: Reached) -> str:
    """A text with what each local name was assigned, if it was once."""
    values = {assigned.target: parsed(assigned.value) for assigned in one.function.assignments
              if _local(assigned.target, one) != assigned.target}  # fmt: skip
    return _replaced(written, {name: value for name, value in values.items() if value})


def _replaced(written: str, by: Mapping[str, ast.expr]) -> str:
    return with_names(written, by) if by else written


def _dtype(written: str | None, evaluator: Evaluator, *, per_variable: bool) -> Value:
    if written is None or written == "None":
        return _VARIABLE if per_variable else _AS_INITIAL
    value = evaluator.value(written)
    if isinstance(value, Literal):
        return value
    if _FOLLOWS.search(written):
        return _VARIABLE if per_variable else Literal(written, written)
    return value


def _shape(written: str | None, *, per_variable: bool) -> Value:
    if written is None:
        return _VARIABLE if per_variable else _AS_INITIAL
    if written in {"[]", "()"}:
        return Literal("()", written)
    if per_variable and _FOLLOWS_SHAPE.search(written):
        return Literal("variable", written)
    return Literal(f"({written},)" if written.isdigit() else written, written)


def _either(slot: Slot, other: Slot) -> Slot:
    """State that is created in both arms of a branch, maybe of another shape in each."""
    whole = replace(slot, condition=None)
    first, second = slot.shape, other.shape
    arms = other.condition == f"not ({slot.condition})" and slot.span.path == other.span.path
    if first == second or not (arms and isinstance(first, Literal) and isinstance(second, Literal)):
        return whole
    shape = Literal(f"{first.value} if {slot.condition}, else {second.value}")
    lines = (*_lines(slot), *_lines(other))
    return replace(whole, shape=shape, span=Span(slot.span.path, min(lines), max(lines)))


def _lines(slot: Slot) -> tuple[int, int]:
    return slot.span.line, slot.span.end_line


def _own_share(arguments: dict[str, str], place: int) -> dict[str, str]:
    """Of ``add_optimizer_variables(vars, ["m", "v"], ["zeros", "ones"])`` the one's initialiser."""
    listed = parsed(arguments.get("initializer", ""))
    if isinstance(listed, (ast.List, ast.Tuple)) and place < len(listed.elts):
        return arguments | {"initializer": ast.unparse(listed.elts[place])}
    return arguments
