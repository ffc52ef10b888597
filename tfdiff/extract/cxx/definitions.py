"""Classes, functors, functions and ``__global__`` kernels of one parsed file, as regions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import tree_sitter

from tfdiff.extract.cxx.heads import Name, bases_of, device_in, name_of, parameters_of, symbol
from tfdiff.extract.cxx.kinds import class_kind, function_declarator, function_kind, is_interface
from tfdiff.extract.cxx.lex import Token, code, digest, hashes, lex
from tfdiff.extract.cxx.locking import attributes, locking
from tfdiff.extract.cxx.macros import Event, Macro, conditions_at
from tfdiff.extract.cxx.model import Definition
from tfdiff.extract.cxx.parse import Parsed, is_cuda
from tfdiff.extract.cxx.uses import uses
from tfdiff.facts import Device, Region, RegionKind, Span

_SCOPES: Final = frozenset(
    {"namespace_definition", "linkage_specification", "declaration_list"}
    | {"preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "preproc_elifdef"}
)
_CLASSES: Final = frozenset({"class_specifier", "struct_specifier"})


def definitions(parsed: Parsed, events: tuple[Event, ...]) -> tuple[Definition, ...]:
    """All definitions between the macro calls of a file, in source order.

    Macros that stand between definitions are definitions too: a body may use them.
    """
    reader = _Reader(parsed, events)
    made = (reader.definition(found) for found in _walk(parsed.root, local=False))
    known = [definition for definition in made if definition is not None]
    undefined = {event.text for event in events if event.kind == "undef"}
    macros = [
        event.macro
        for event in events
        if event.macro is not None and event.macro.body and event.text not in undefined
    ]
    known += [reader.macro(macro) for macro in macros if not _inside(macro, known)]
    return _distinct(sorted(known, key=lambda definition: definition.start))


@dataclass(frozen=True, slots=True)
class _Found:
    """A node to make a definition of, and how it is scoped.

    Attributes:
        node: with its ``template <...>`` line; ``inner`` without.
    """

    node: tree_sitter.Node
    inner: tree_sitter.Node
    local: bool
    parameters: tuple[str, ...]


def _walk(node: tree_sitter.Node, *, local: bool) -> Iterator[_Found]:
    for child in node.named_children:
        if child.type in _SCOPES:
            anonymous = (
                child.type == "namespace_definition" and child.child_by_field_name("name") is None
            )
            yield from _walk(child, local=local or anonymous)
            continue
        inner = child
        parameters: list[str] = []
        while inner.type == "template_declaration":
            parameters += parameters_of(inner)
            inner = inner.named_children[-1]
        yield _Found(child, inner, local, tuple(parameters))


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file: its tree and its conditions."""

    parsed: Parsed
    events: tuple[Event, ...]

    def definition(self, found: _Found) -> Definition | None:
        """The definition that a node makes, if any."""
        inner = found.inner
        if inner.type == "declaration":
            held = inner.child_by_field_name("type")
            inner = held if held is not None and held.type in _CLASSES else inner
        if inner.type in _CLASSES:
            return self._class(found, inner)
        if inner.type in {"function_definition", "declaration"}:
            return self._function(found, inner)
        return None

    def _class(self, found: _Found, inner: tree_sitter.Node) -> Definition | None:
        named = inner.child_by_field_name("name")
        if named is None:
            return None
        body = inner.child_by_field_name("body")
        name = name_of(self.parsed, named)
        tokens = self._tokens(found.node, found.node.start_byte)
        inside = self._tokens(found.node, body.start_byte) if body is not None else []
        bases = bases_of(tokens[: len(tokens) - len(inside)])
        kind = class_kind(self.parsed.path, bases, tokens)
        read = attributes(tokens) if kind in {"kernel", "xla"} else ()
        return Definition(
            name=name.name,
            region=self._region(found, kind, name, ""),
            parameters=found.parameters,
            arguments=name.arguments,
            declared=body is None or is_interface(body),
            local=found.local,
            bases=bases,
            uses=uses(inside, found.parameters),
            attributes=read,
            locking=locking(tokens, read) if kind == "kernel" else None,
            start=found.node.start_byte,
            end=found.node.end_byte,
        )

    def _function(self, found: _Found, inner: tree_sitter.Node) -> Definition | None:
        declarator = function_declarator(inner)
        named = declarator.child_by_field_name("declarator") if declarator is not None else None
        if declarator is None or named is None:
            return None
        defined = inner.child_by_field_name("body") is not None
        head = self.parsed.slice(found.node.start_byte, declarator.start_byte)
        name = name_of(self.parsed, named)
        kind = function_kind(head, name)
        tokens = self._tokens(found.node, declarator.start_byte) if defined else []
        return Definition(
            name=name.name,
            region=self._region(found, kind, name, self.parsed.text(declarator)),
            parameters=found.parameters,
            arguments=name.arguments,
            declared=not defined,
            local=found.local or bool(re.search(r"\bstatic\b", head)),
            bases=(),
            uses=uses(tokens, found.parameters),
            attributes=(),
            locking=None,
            start=found.node.start_byte,
            end=found.node.end_byte,
        )

    def macro(self, macro: Macro) -> Definition:
        """A macro that bodies may use."""
        body = code(" ".join(macro.body).encode())
        said = "\n".join((*(macro.parameters or ()), "=", *macro.body))
        region = Region(
            kind="helper",
            symbol=f"#define {macro.name}",
            device=self._device(Name(macro.name, (), ""), macro.start, ""),
            tokens=digest(said.encode()),
            docs=hashes(lex(self.parsed.source, macro.start, macro.end)).docs,
            text=self.parsed.slice(macro.start, macro.end),
            span=Span(self.parsed.path, macro.line, macro.end_line),
        )
        return Definition(
            name=macro.name,
            region=region,
            parameters=(),
            arguments=(),
            declared=False,
            local=not self.parsed.path.endswith(".h"),
            bases=(),
            uses=uses([token for token in body if token.kind != "directive"], ()),
            attributes=(),
            locking=None,
            start=macro.start,
            end=macro.end,
        )

    def _tokens(self, node: tree_sitter.Node, start: int) -> list[Token]:
        """Tokens of a node from an offset on; those inside directives count as its own."""
        found = self.parsed.surface.between(start, node.end_byte)
        if b"#" not in self.parsed.source[start : node.end_byte]:
            return [token for token in found if token.kind != "comment"]
        tokens: list[Token] = []
        for token in found:
            if token.kind == "directive":
                tokens += code(token.text.lstrip(b" \t#"))
            elif token.kind != "comment":
                tokens.append(token)
        return tokens

    def _region(self, found: _Found, kind: RegionKind, name: Name, heading: str) -> Region:
        node = found.node
        digests = hashes(self.parsed.surface.between(node.start_byte, node.end_byte))
        return Region(
            kind=kind,
            symbol=symbol(name, found.parameters),
            device=self._device(name, node.start_byte, heading),
            tokens=digests.tokens,
            docs=digests.docs,
            text=self.parsed.text(node),
            span=self.parsed.span(node),
        )

    def _device(self, name: Name, start: int, heading: str) -> Device | None:
        """Which device the code is for: its name, its arguments, its file, or its ``#if``."""
        if "/tf2xla/" in self.parsed.path:
            return "xla"
        named = device_in(" ".join((*name.arguments, name.name)))
        if named is not None:
            return named
        if is_cuda(self.parsed.path):
            return "gpu"
        active = [c for c in conditions_at(self.events, start) if not c.startswith("!")]
        return device_in(" ".join(active)) or device_in(heading)


def _inside(macro: Macro, known: list[Definition]) -> bool:
    return any(one.start <= macro.start and macro.end <= one.end for one in known)


def _distinct(found: list[Definition]) -> tuple[Definition, ...]:
    """Overloads get their place in the file as part of their symbol, the first keeps its name."""
    seen: dict[tuple[str, Device | None], int] = {}
    result: list[Definition] = []
    for definition in found:
        region = definition.region
        if not definition.declared:
            key = (region.symbol, region.device)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                region = replace(region, symbol=f"{region.symbol} #{seen[key]}")
        result.append(replace(definition, region=region))
    return tuple(result)
