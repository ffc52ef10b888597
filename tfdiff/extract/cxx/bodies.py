"""Syntax trees of the definitions that an op reaches, parsed when they are asked for.

For readers that go into bodies (the symbolic executor). From op to syntax, at one release::

    index = read_kernels(tree, store)
    bodies = Bodies(tree)
    for walk in index.walks("ResourceApplyAdam"):   # one per kernel class and device
        walk.device                                  # "cpu", "gpu", "sycl", "xla", None
        for reached in walk.reached:                 # the kernel class first, then what it names
            reached.bindings                         # (("Device", "CPUDevice"), ("T", "float"))
            reached.definition.region.symbol         # "ApplyAdam<CPUDevice>"
            parsed, node = bodies.node(reached.definition)

``parsed.text(node)`` is the source as it stands, ``node`` a tree-sitter node of the blanked
source: a loop macro stands there as ``while`` (its name is in ``parsed.text``). By symbol:
``index.find("ApplyAdam<CPUDevice>")``. Inside a class node, ``method`` finds a method.

A function-local ``#define`` is a ``preproc_function_def`` inside its function's node;
``bodies.macros`` gives those of a definition by name, and ``parse_statements`` (in ``parse``)
parses its expansion. A macro between definitions is a definition of its own, with the symbol
``#define NAME``.
"""

from collections.abc import Mapping
from typing import Final

import tree_sitter

from tfdiff.extract.cxx.lex import code
from tfdiff.extract.cxx.macros import Lines, Macro, read_macro
from tfdiff.extract.cxx.model import Definition
from tfdiff.extract.cxx.parse import Parsed, parse
from tfdiff.sources.tree import SourceTree

_CLASSES: Final = frozenset({"class_specifier", "struct_specifier"})


class Bodies:
    """Parsed files of one release, each parsed once and kept in memory."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._parsed: dict[str, Parsed] = {}

    def parsed(self, path: str) -> Parsed:
        """One file, parsed."""
        if path not in self._parsed:
            self._parsed[path] = parse(path, self._tree.read(path))
        return self._parsed[path]

    def node(self, definition: Definition) -> tuple[Parsed, tree_sitter.Node]:
        """A definition's syntax node, without its ``template <...>`` line, and its file."""
        parsed = self.parsed(definition.region.span.path)
        node = parsed.root.named_descendant_for_byte_range(definition.start, definition.end)
        while node is not None and node.type == "template_declaration":
            node = node.named_children[-1]
        if node is None:
            raise LookupError(f"No syntax node for {definition.region.symbol}")
        return parsed, node

    def macros(self, definition: Definition) -> Mapping[str, Macro]:
        """The macros that a definition's own source defines, by name, the last one wins."""
        parsed = self.parsed(definition.region.span.path)
        lines = Lines(parsed.source)
        found = (
            read_macro(token, lines)
            for token in parsed.surface.between(definition.start, definition.end)
            if token.kind == "directive"
        )
        return {macro.name: macro for macro in found if macro is not None}


def method(parsed: Parsed, node: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    """The definition of a method in a class node (``Compute``, ``operator()``); None if absent.

    A function node is returned as it is if it defines that name.
    """
    if node.type == "function_definition":
        return node if _defines(parsed, node, name) else None
    body = node.child_by_field_name("body") if node.type in _CLASSES else None
    for member in body.named_children if body is not None else ():
        inner = member
        while inner.type == "template_declaration":
            inner = inner.named_children[-1]
        if inner.type == "function_definition" and _defines(parsed, inner, name):
            return inner
    return None


def _defines(parsed: Parsed, node: tree_sitter.Node, name: str) -> bool:
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator")
    named = declarator.child_by_field_name("declarator") if declarator is not None else None
    if named is None:
        return False
    spelled = "".join(token.text.decode() for token in code(parsed.text(named).encode()))
    return spelled == name or spelled.endswith(f"::{name}")
