"""Bytes to a syntax tree, and an account of every byte that the grammar did not take.

What no grammar accepts is blanked at equal length first (see ``surface``), so that offsets and
lines in the tree are those of the file. ``Parsed.text`` gives the *original* text of a node.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import tree_sitter
import tree_sitter_cpp
import tree_sitter_cuda

from tfdiff.extract.cxx.lex import Token
from tfdiff.extract.cxx.surface import Invocation, Stretch, Surface, scan
from tfdiff.facts import Span

_CUDA: Final = re.compile(r"\.cu(\.(cc|h|hpp|cpp))?$|\.cuh$")
_INK: Final = re.compile(rb"[^\n\r]")
_COMMENT: Final = re.compile(rb"/\*(?:[^*\\]|\*(?!/)|\\(?!\r?\n))*\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Share:
    """How many bytes of a file were taken by the grammar, not understood, or left out.

    ``skipped`` bytes were blanked before parsing, each stretch for a known reason; ``macros``
    are the macro calls between definitions, which are expanded and read apart from the tree.
    """

    parsed: int
    opaque: int
    skipped: int
    macros: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """One parsed file, or a fragment of one.

    Attributes:
        source: the file as it stands; ``cleaned`` is what the grammar was given.
        root: the root node (``translation_unit``).
        surface: macro calls, directives and blanked stretches.
        errors: stretches that the grammar did not understand.
    """

    path: str
    source: bytes
    cleaned: bytes
    root: tree_sitter.Node
    surface: Surface
    errors: tuple[Stretch, ...]

    @property
    def blanked(self) -> tuple[Stretch, ...]:
        """What was blanked before parsing, and why."""
        return self.surface.blanked

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """Macro calls between the definitions."""
        return self.surface.invocations

    def text(self, node: tree_sitter.Node) -> str:
        """A node's text in the file, blanked stretches included."""
        return self.slice(node.start_byte, node.end_byte)

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets."""
        return self.source[start:end].decode("utf-8", "replace")

    def tokens(self, node: tree_sitter.Node) -> list[Token]:
        """A node's tokens without comments."""
        found = self.surface.between(node.start_byte, node.end_byte)
        return [token for token in found if token.kind != "comment"]

    def span(self, node: tree_sitter.Node) -> Span:
        """The lines of a node."""
        return Span(self.path, node.start_point[0] + 1, node.end_point[0] + 1)

    def share(self) -> Share:
        """The file's bytes, by what became of them."""
        opaque = sum(error.end - error.start for error in self.errors)
        skipped = sum(stretch.end - stretch.start for stretch in self.blanked)
        macros = sum(call.end - call.start for call in self.invocations)
        return Share(len(self.source) - opaque - skipped - macros, opaque, skipped, macros)


def is_cuda(path: str) -> bool:
    """Does the file's name say CUDA?"""
    return _CUDA.search(path) is not None


@lru_cache(maxsize=64)  # a release's files are read twice: for facts, then for kernels' bodies
def parse(path: str, content: bytes) -> Parsed:
    """Parse one file with the grammar that its name asks for."""
    return _parse(path, content, cuda=is_cuda(path))


def forget() -> None:
    """Let go of the trees of all files: they are parsed anew if they are asked for again."""
    parse.cache_clear()


def parse_statements(text: str, *, cuda: bool = False, path: str = "") -> Parsed:
    """Parse statements that stand in no file, such as the expansion of a function-local macro.

    The statements are the children of the body of a function that is put around them; use
    ``statements`` to get at them.
    """
    return _parse(path, b"void f() {\n" + text.encode() + b"\n}\n", cuda=cuda)


def statements(parsed: Parsed) -> tuple[tree_sitter.Node, ...]:
    """The statements of a ``parse_statements`` result."""
    function = parsed.root.named_children[0]
    body = function.child_by_field_name("body")
    return tuple(body.named_children) if body is not None else ()


def _parse(path: str, content: bytes, *, cuda: bool) -> Parsed:
    surface = scan(content)
    cleaned = bytearray(content)
    unseen = [(stretch.start, stretch.end) for stretch in surface.blanked]
    unseen += [(call.start, call.end) for call in surface.invocations]
    for start, end in unseen:
        cleaned[start:end] = _INK.sub(b" ", content[start:end])
    for directive in surface.directives:  # the grammars know no comment inside a directive
        if b"/*" in directive.text:
            plain = _COMMENT.sub(lambda found: _INK.sub(b" ", found[0]), directive.text)
            cleaned[directive.start : directive.end] = plain
    for new in surface.rewritten:
        cleaned[new.start : new.start + len(new.text)] = new.text
    tree = tree_sitter.Parser(_language(cuda=cuda)).parse(bytes(cleaned))
    return Parsed(
        path=path,
        source=content,
        cleaned=bytes(cleaned),
        root=tree.root_node,
        surface=surface,
        errors=tuple(_errors(tree.root_node)),
    )


@cache
def _language(*, cuda: bool) -> tree_sitter.Language:
    grammar = tree_sitter_cuda if cuda else tree_sitter_cpp
    return tree_sitter.Language(grammar.language())


def _errors(node: tree_sitter.Node) -> Iterator[Stretch]:
    todo = [node]
    while todo:
        one = todo.pop()
        if one.is_error or one.is_missing:
            reason = f"{one.type} missing" if one.is_missing else "not accepted by the grammar"
            yield Stretch(one.start_byte, one.end_byte, reason)
        elif one.has_error:
            todo += reversed(one.children)
