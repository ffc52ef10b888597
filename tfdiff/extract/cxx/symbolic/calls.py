"""Calls: functions and functors of the sources are entered, the rest is known by name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.parse import statements as fragment_statements
from tfdiff.extract.cxx.symbolic import declarations, library, methods, templates
from tfdiff.extract.cxx.symbolic.call import (
    Call,
    NotUnderstoodError,
    named,
    owner_arguments,
    scope_of,
)
from tfdiff.extract.cxx.symbolic.frames import Frame, Instance, Types
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import position
from tfdiff.extract.cxx.symbolic.program import FunctionCode, declared_name
from tfdiff.extract.cxx.symbolic.values import (
    Cell,
    Context,
    FunctionValue,
    Functor,
    Lambda,
    Scalar,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import Expr

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_FOREIGN: Final = frozenset(
    {"std", "Eigen", "numext", "xla", "XlaHelpers", "absl", "errors", "strings"}
)


def call_expression(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """The value of a call, after its side effects."""
    function = node.child_by_field_name("function")
    listed = node.child_by_field_name("arguments")
    if function is None or listed is None:
        return machine.opaque(node, frame, "call not understood")
    arguments = children(listed)
    if function.type == "field_expression":
        return methods.call_method(machine, node, function, arguments, frame)
    if function.type in {"call_expression", "parenthesized_expression", "subscript_expression"}:
        return apply(machine, machine.evaluate(function, frame), arguments, node, frame)
    name, given = named(function, frame)
    scope = scope_of(function, frame)
    owner = owner_arguments(function, frame)
    return _free(machine, Call(node, frame, name, scope, given, arguments, owner))


def _free(machine: "Machine", call: Call) -> Value:
    slot = call.frame.slot(call.name) if not call.scope else None
    held = machine.store.get(slot) if slot is not None else None
    if held is not None and not isinstance(held, Scalar):
        return apply(machine, held, call.arguments, call.node, call.frame)
    known = library.HANDLERS.get(call.name)
    if known is not None:
        return known(machine, call)
    if library.is_type(call.name, call.frame):
        return library.converted(machine, call)
    texts = tuple(call.frame.parsed.text(each) for each in call.arguments)
    expanded = machine.expansion(call.frame, call.name, texts) if not call.scope else None
    if expanded is not None:
        return expanded_value(machine, expanded, call.node, call.frame)
    return _from_sources(machine, call) or library.outside(machine, call)


def expanded_value(
    machine: "Machine", expanded: Parsed, node: tree_sitter.Node, frame: Frame
) -> Value:
    """The value of a macro that stands for an expression.

    Raises:
        NotUnderstoodError: it stands for something else.
    """
    inside = fragment_statements(expanded)
    if not inside or inside[0].type != "expression_statement" or not children(inside[0]):
        raise NotUnderstoodError("macro is no expression")
    scope = frame.elsewhere(expanded, frame.span(node))
    return machine.evaluate(children(inside[0])[0], scope)


def _from_sources(machine: "Machine", call: Call) -> Value | None:
    """A method of the running object, a function or a class of the sources; None for others."""
    own = call.frame.this
    if own is not None and methods_of(own, call.name, call.scope):
        return _chosen(machine, call, methods_of(own, call.name, call.scope), own)
    made = templates.make(machine, call.scope.split("::")[-1], call.owner) if call.scope else None
    if made is not None and methods_of(made.instance, call.name):
        return _chosen(machine, call, methods_of(made.instance, call.name), made.instance)
    if call.scope.split("::")[0] in _FOREIGN:
        return None
    codes = machine.program.functions.get(call.name, ())
    if _fitting(codes, len(call.arguments), call.frame):
        return _chosen(machine, call, codes, None)
    return templates.make(machine, call.name, call.templates)


def _chosen(
    machine: "Machine", call: Call, codes: Sequence[FunctionCode], this: Instance | None
) -> Value:
    given = [machine.evaluate(each, call.frame) for each in call.arguments]
    fitting = _fitting(codes, len(given), call.frame)
    if len(fitting) == 1:
        return enter(machine, fitting[0], call.templates, given, this)
    by = machine.opaque(call.node, call.frame, f"not one function of that name: {call.name}")
    for each in given:
        machine.taint(each, by)
    return by


def call_on(machine: "Machine", instance: Instance, call: Call) -> Value | None:
    """A method called on an object of the sources; None if its class has none of that name."""
    codes = methods_of(instance, call.name)
    return _chosen(machine, call, codes, instance) if codes else None


def _fitting(codes: Sequence[FunctionCode], count: int, frame: Frame) -> Sequence[FunctionCode]:
    """The functions that a call can mean; those of the same file hide the others."""
    fitting = [code for code in codes if code.accepts(count)]
    near = [code for code in fitting if code.parsed.path == frame.parsed.path]
    return near or fitting


def methods_of(instance: Instance, name: str, scope: str = "") -> tuple[FunctionCode, ...]:
    """The methods that an object's class has, or the nearest base that has any.

    ``Base::Method()`` names the class whose method is meant: the scope.
    """
    found = (
        code.methods[name]
        for code in instance.classes
        if scope in ("", code.name) and name in code.methods
    )
    return next(found, ())


def apply(
    machine: "Machine",
    value: Value,
    arguments: list[tree_sitter.Node],
    node: tree_sitter.Node,
    frame: Frame,
) -> Value:
    """``value(arguments)``."""
    given = [machine.evaluate(each, frame) for each in arguments]
    match value:
        case View() if not given:
            return Cell(machine.view_cell(value))
        case View():
            return element(machine, value, tuple(map(machine.read, given)))
        case Lambda():
            return call_lambda(machine, value, given)
        case Functor(_, instance):
            fitting = _fitting(methods_of(instance, "operator()"), len(given), frame)
            if len(fitting) == 1:
                return enter(machine, fitting[0], (), given, instance)
        case FunctionValue(codes, given_types):
            fitting = _fitting(codes, len(given), frame)
            if len(fitting) == 1:
                return enter(machine, fitting[0], given_types, given, None)
        case _:
            pass
    by = machine.opaque(node, frame, "call not understood")
    for each in given:
        machine.taint(each, by)
    return by


def element(machine: "Machine", view: View, at: tuple[Expr, ...]) -> Value:
    """One element of a tensor: a cell, or the row number that a tensor of indices holds."""
    if view.storage.kind == "index" and len(at) == 1:
        return Scalar(machine.locations.row(view.storage.name, at[0]))
    place = at if view.at is None else (view.at, *at)
    return Cell(machine.cell(view.storage, view.rank, position(*place), chunk=view.chunk))


def call_lambda(machine: "Machine", value: Lambda, given: list[Value]) -> Value:
    """Run a lambda's body in the scope that it was made in."""
    declarator = value.node.child_by_field_name("declarator")
    body = value.node.child_by_field_name("body")
    frame = value.frame.inner()
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    for node, each in zip(children(listed) if listed is not None else [], given, strict=False):
        inner = node.child_by_field_name("declarator")
        name = declared_name(inner)
        if name is not None:
            how = declarations.declared(node.child_by_field_name("type"), inner, frame)
            declarations.bind(machine, frame, frame.parsed.text(name), each, how)
    if body is None:
        return Thing("lambda")
    return machine.run(children(body), frame).value or Thing("void")


def enter(
    machine: "Machine",
    code: FunctionCode,
    given_types: tuple[str, ...],
    given: list[Value],
    this: Instance | None,
) -> Value:
    """Run a function of the sources."""
    types: Types = dict(this.types) if this is not None else {}
    types.update({name: types.get(name, name) for name in code.templates})
    types.update(zip(code.templates, given_types, strict=False))
    frame = Frame(code.parsed, types, this)
    machine.note(code)
    for index, parameter in enumerate(code.parameters):
        declarator = parameter.node.child_by_field_name("declarator")
        how = declarations.declared(parameter.node.child_by_field_name("type"), declarator, frame)
        value: Value | None = given[index] if index < len(given) else None
        if value is None and parameter.default is not None:
            value = machine.evaluate(parameter.default, frame)
        declarations.bind(machine, frame, parameter.name, value, how)
    with machine.deeper() as room:
        if not room:
            return machine.opaque(code.node, frame, "calls itself too deeply")
        return machine.run(children(code.body), frame).value or Thing("void")


def construct(machine: "Machine", functor: Functor) -> None:
    """Run the constructors of a kernel."""

    def run(method: FunctionCode, instance: Instance) -> None:
        enter(machine, method, (), [Context()], instance)

    templates.construct(machine, functor.instance, run)
