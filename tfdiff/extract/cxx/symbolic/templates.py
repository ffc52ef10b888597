"""Which specialization of a class a use means, and the object that it makes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.symbolic.frames import Frame, Instance, Types
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.program import (
    ClassCode,
    FunctionCode,
    Program,
    argument_texts,
    declared_name,
)
from tfdiff.extract.cxx.symbolic.values import Functor, Thing

if TYPE_CHECKING:
    import tree_sitter

    from tfdiff.extract.cxx.symbolic.machine import Machine

Constructor: TypeAlias = Callable[[FunctionCode, Instance], None]


def choose(
    program: Program, name: str, arguments: tuple[str, ...]
) -> tuple[ClassCode, Types] | None:
    """The most special class of that name that fits the arguments, and what they bind."""
    best: tuple[int, ClassCode, Types] | None = None
    for code in program.classes.get(name, ()):
        bound = _fit(code, arguments)
        if bound is not None and (best is None or bound[0] > best[0]):
            best = (bound[0], code, bound[1])
    return None if best is None else (best[1], best[2])


def _fit(code: ClassCode, arguments: tuple[str, ...]) -> tuple[int, Types] | None:
    if code.pattern is None:
        if not (code.methods or code.bases):
            return None  # only declared: a specialization says what it does
        types = dict(code.defaults)
        types.update(zip(code.templates, arguments, strict=False))
        return 0, types
    if len(code.pattern) != len(arguments):
        return None
    types, fixed = {}, 0
    for wanted, given in zip(code.pattern, arguments, strict=True):
        if wanted in code.templates:
            if types.setdefault(wanted, given) != given:
                return None
        elif _plain(wanted) == _plain(given):
            fixed += 1
        else:
            return None
    return fixed + 1, types


def _plain(text: str) -> str:
    return "".join(text.split()).removeprefix("Eigen::").removeprefix("::")


def make(machine: "Machine", name: str, arguments: tuple[str, ...]) -> Functor | None:
    """An object of a class of the sources, its members set as its class says."""
    chosen = choose(machine.program, name, arguments)
    if chosen is None:
        return None
    classes, types = _with_bases(machine.program, *chosen)
    instance = Instance(classes, {}, types)
    for code in reversed(classes):
        _set_members(machine, code, instance)
    return Functor(chosen[0], instance)


def _with_bases(
    program: Program, code: ClassCode, types: Types
) -> tuple[tuple[ClassCode, ...], Types]:
    classes, known = [code], dict(types)
    for base in code.bases:
        name, arguments = base_of(base, code.parsed, types)
        found = choose(program, name, arguments)
        if found is not None:
            inherited, bound = _with_bases(program, *found)
            classes.extend(inherited)
            known = {**bound, **known}
    return tuple(classes), known


def base_of(node: "tree_sitter.Node", parsed: Parsed, types: Types) -> tuple[str, tuple[str, ...]]:
    """A base class's name and arguments, as the deriving class's arguments make them."""
    while node.type == "qualified_identifier":
        inner = node.child_by_field_name("name")
        if inner is None:
            break
        node = inner
    if node.type == "template_type":
        name = parsed.text(node.child_by_field_name("name") or node)
        listed = argument_texts(node.child_by_field_name("arguments"), parsed)
        return name, tuple(types.get(each, each) for each in listed)
    return parsed.text(node), ()


def _set_members(machine: "Machine", code: ClassCode, instance: Instance) -> None:
    frame = Frame(code.parsed, instance.types, instance)
    for member in code.members:
        if member.type == "alias_declaration":
            name, kind = member.child_by_field_name("name"), member.child_by_field_name("type")
            if name is not None and kind is not None:
                text = code.parsed.text(kind)
                instance.types.setdefault(code.parsed.text(name), instance.types.get(text, text))
            continue
        default = member.child_by_field_name("default_value")
        for declarator in member.children_by_field_name("declarator"):
            if declarator.type == "function_declarator":
                continue
            named = declared_name(declarator)
            if named is not None:
                value = machine.evaluate(default, frame) if default is not None else None
                instance.members[code.parsed.text(named)] = machine.allocate(value)


def construct(machine: "Machine", instance: Instance, call_constructor: "Constructor") -> None:
    """Run the constructors that take the construction context, base classes first."""
    for code in reversed(instance.classes):
        for method in code.methods.get(code.name, ()):
            if len(method.parameters) == 1:
                _initializers(machine, method, instance)
                call_constructor(method, instance)


def _initializers(machine: "Machine", method: FunctionCode, instance: Instance) -> None:
    frame = Frame(method.parsed, instance.types, instance)
    for listed in method.node.children:
        if listed.type != "field_initializer_list":
            continue
        for initializer in children(listed):
            name, given = (*children(initializer), None)[:2]
            member = name is not None and instance.members.get(method.parsed.text(name))
            inside = children(given) if given is not None else []
            if isinstance(member, int) and len(inside) == 1:
                value = machine.evaluate(inside[0], frame)
                machine.store.values[member] = value if not isinstance(value, Thing) else None
