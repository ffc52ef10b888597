"""A call of a named function or method, before it is known what it calls."""

from dataclasses import dataclass

import tree_sitter

from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.program import argument_texts


class NotUnderstoodError(Exception):
    """Code that is not what it seemed; what it stands in becomes opaque, with this reason."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a named function.

    Attributes:
        scope: what stands before the name, ``Eigen::numext``.
        templates: explicit template arguments; ``owner`` those of the class before the name.
    """

    node: tree_sitter.Node
    frame: Frame
    name: str
    scope: str
    templates: tuple[str, ...]
    arguments: list[tree_sitter.Node]
    owner: tuple[str, ...] = ()

    def argument(self, index: int) -> tree_sitter.Node:
        """One argument.

        Raises:
            NotUnderstoodError: the call has fewer.
        """
        if index >= len(self.arguments) or -index > len(self.arguments):
            raise NotUnderstoodError(f"{self.name} has too few arguments")
        return self.arguments[index]


def last(node: tree_sitter.Node) -> tree_sitter.Node:
    """The last child that C++ sees: an operand, a name.

    Raises:
        NotUnderstoodError: there is none.
    """
    inner = children(node)
    if not inner:
        raise NotUnderstoodError("operand missing")
    return inner[-1]


def named(node: tree_sitter.Node, frame: Frame) -> tuple[str, tuple[str, ...]]:
    """A function's or method's name and its template arguments, as they are bound here."""
    while node.type in {"dependent_name", "qualified_identifier"}:
        node = node.child_by_field_name("name") or last(node)
    if node.type in {"template_function", "template_method", "template_type"}:
        name = frame.parsed.text(node.child_by_field_name("name") or node)
        listed = argument_texts(node.child_by_field_name("arguments"), frame.parsed)
        return name, tuple(frame.types.get(each, each) for each in listed)
    return frame.parsed.text(node), ()


def owner_arguments(node: tree_sitter.Node, frame: Frame) -> tuple[str, ...]:
    """Template arguments of the class that a qualified name belongs to, as they are bound here."""
    inner: tree_sitter.Node | None = node
    listed: tuple[str, ...] = ()
    while inner is not None and inner.type == "qualified_identifier":
        scope = inner.child_by_field_name("scope")
        found = scope.child_by_field_name("arguments") if scope is not None else None
        listed = argument_texts(found, frame.parsed)
        inner = inner.child_by_field_name("name")
    return tuple(frame.types.get(each, each) for each in listed)


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
