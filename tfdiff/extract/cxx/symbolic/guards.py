"""Which branch of ``#if`` the default build of a device takes."""

import operator
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

_BRANCHES: Final = frozenset({"preproc_if", "preproc_ifdef", "preproc_elif", "preproc_else"})
_ALWAYS: Final = frozenset({"EIGEN_USE_THREADS", "NDEBUG"})
# What the build of each device's kernels defines; ROCm's branches are another build.
DEFINED: Final = {
    "cpu": _ALWAYS,
    "gpu": _ALWAYS | {"GOOGLE_CUDA", "EIGEN_USE_GPU", "__CUDACC__"},
    "xla": _ALWAYS,
    "sycl": _ALWAYS | {"TENSORFLOW_USE_SYCL", "EIGEN_USE_SYCL"},
}
_OPERATORS: Final[dict[str, Callable[[int, int], object]]] = {
    "||": lambda left, right: bool(left or right),
    "&&": lambda left, right: bool(left and right),
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def children(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The named children without comments, which C++ does not see."""
    return [child for child in node.named_children if child.type != "comment"]


def statements(
    nodes: list[tree_sitter.Node], defined: frozenset[str]
) -> Iterator[tree_sitter.Node]:
    """The nodes that the build sees, with preprocessor branches replaced by what they select."""
    for node in nodes:
        if node.type in _BRANCHES:
            yield from statements(_selected(node, defined), defined)
        else:
            yield node


def _selected(node: tree_sitter.Node, defined: frozenset[str]) -> list[tree_sitter.Node]:
    if node.type == "preproc_else":
        return children(node)
    other = node.child_by_field_name("alternative")
    if node.type == "preproc_ifdef":
        guard = node.child_by_field_name("name")
        holds = guard is not None and _text(guard) in defined
        if node.children[0].type == "#ifndef":
            holds = not holds
    else:
        guard = node.child_by_field_name("condition")
        holds = guard is not None and _number(guard, defined) != 0
    if holds:
        return [child for child in children(node) if child not in (guard, other)]
    return [other] if other is not None else []


def _number(node: tree_sitter.Node, defined: frozenset[str]) -> int:
    # What no build here defines is 0, as for the preprocessor itself.
    values = [_number(child, defined) for child in children(node)]
    match node.type, values:
        case "preproc_defined", [value]:
            return value
        case "parenthesized_expression", [value]:
            return value
        case "unary_expression", [value]:
            return int(not value) if node.children[0].type == "!" else -value
        case "binary_expression", [left, right]:
            joined = _OPERATORS.get(node.children[1].type)
            return int(bool(joined(left, right))) if joined is not None else 0
        case "number_literal", _:
            digits = _text(node).rstrip("uUlL")
            return int(digits) if digits.isdecimal() else 0
        case _:
            return int(_text(node) in defined)


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
