"""The public methods of an optimizer, as its users may call them."""

from collections.abc import Iterator

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Head
from tfdiff.extract.python.values import Evaluator
from tfdiff.facts import Method, Parameter, Span


def public_methods(model: Model, cls: ResolvedClass) -> tuple[Method, ...]:
    """Own and inherited public methods, by name; the class that comes first has its say."""
    found: dict[str, Method] = {}
    for owner in cls.mro:
        for head in owner.facts.methods:
            if not head.name.startswith("_") and not head.is_setter:
                found.setdefault(head.name, _method(model, owner, head))
    for owner in cls.mro:
        for name, line in _attributes(owner):
            span = Span(owner.ref.path, line, line)
            found.setdefault(name, Method(name, owner.ref.name, (), "attribute", span))
    return tuple(found[name] for name in sorted(found))


def _attributes(owner: ResolvedClass) -> Iterator[tuple[str, int]]:
    """Public attributes that the class's own constructor sets, with their lines."""
    for function in owner.functions:
        if function.name == "__init__":
            for one in function.assignments:
                name = one.target.removeprefix("self.")
                if name != one.target and name.isidentifier() and not name.startswith("_"):
                    yield name, one.line


def _method(model: Model, owner: ResolvedClass, head: Head) -> Method:
    static = "staticmethod" in head.decorators
    first = 0 if static else 1
    evaluator = Evaluator(model, owner.ref.path, owner)
    span = Span(owner.ref.path, head.line, head.end_line)
    parameters: list[Parameter] = []
    for one in head.parameters[first:]:
        default = None if one.default is None else evaluator.value(one.default)
        kind = one.kind if one.kind in {"keyword", "*", "**"} else "positional"
        place = Span(owner.ref.path, one.line, one.line)
        parameters.append(Parameter(one.name, kind, default, default, place))  # type: ignore[arg-type]
    is_property = any(one.rpartition(".")[2] == "property" for one in head.decorators)
    called = "property" if is_property else "static method" if static else "method"
    if "classmethod" in head.decorators:
        called = "class method"
    return Method(head.name, owner.ref.name, tuple(parameters), called, span)  # type: ignore[arg-type]
