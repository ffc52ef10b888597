"""A call of a named function or method, before it is known what it calls."""

from dataclasses import dataclass

import tree_sitter

from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.program import argument_texts


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a named function.

    Attributes:
        scope: what stands before the name, ``Eigen::numext``.
        templates: explicit template arguments.
    """

    node: tree_sitter.Node
    frame: Frame
    name: str
    scope: str
    templates: tuple[str, ...]
    arguments: list[tree_sitter.Node]


def named(node: tree_sitter.Node, frame: Frame) -> tuple[str, tuple[str, ...]]:
    """A function's or method's name and its template arguments, as they are bound here."""
    while node.type in {"dependent_name", "qualified_identifier"}:
        inner = node.child_by_field_name("name") or children(node)[-1]
        node = inner
    if node.type in {"template_function", "template_method", "template_type"}:
        name = frame.parsed.text(node.child_by_field_name("name") or node)
        listed = argument_texts(node.child_by_field_name("arguments"), frame.parsed)
        return name, tuple(frame.types.get(each, each) for each in listed)
    return frame.parsed.text(node), ()


def scope_of(node: tree_sitter.Node, frame: Frame) -> str:
    """What stands before a qualified name, without template arguments: ``Eigen::numext``."""
    parts = []
    inner: tree_sitter.Node | None = node
    while inner is not None and inner.type == "qualified_identifier":
        scope = inner.child_by_field_name("scope")
        if scope is not None:
            parts.append(frame.parsed.text(scope.child_by_field_name("name") or scope))
        inner = inner.child_by_field_name("name")
    return "::".join(parts)
