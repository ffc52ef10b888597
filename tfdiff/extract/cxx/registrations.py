"""Expanded registrations to facts: ``Name("X").Device(D).TypeConstraint<T>("T"), Class<...>``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from tfdiff.extract.cxx.dtypes import argument_name, type_name
from tfdiff.extract.cxx.expand import Leaf
from tfdiff.extract.cxx.replacement import split
from tfdiff.facts import Registration, Span, Unknown

_XLA: Final = "REGISTER_XLA_OP"
_MOST_TYPES: Final = 400
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration with what the link needs.

    Attributes:
        macro: ``REGISTER_KERNEL_BUILDER`` or ``REGISTER_XLA_OP``.
        class_name, arguments: the kernel class and its template arguments.
        pieces: lines in the file that took part: the call and the macros it went through.
    """

    fact: Registration
    macro: str
    class_name: str
    arguments: tuple[str, ...]
    pieces: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member call of a chain: ``.TypeConstraint<T>("T")``."""

    name: str
    template: tuple[str, ...]
    arguments: tuple[tuple[str, ...], ...]


def read_registration(
    leaf: Leaf,
    path: str,
    constants: Mapping[str, tuple[str, ...]],
    builds: tuple[str, ...],
) -> tuple[Registered, ...] | Unknown:
    """The registrations of one leaf, one per combination of types.

    Args:
        leaf: the registration with all macros expanded.
        path: of the file.
        constants: named lists of types (``kFloatTypes``).
        builds: macros of which one has to be defined, () for none.

    Returns:
        Unknown where the leaf registers something else than a kernel, or cannot be read.
    """
    span = Span(path, leaf.call.line, leaf.call.end_line)
    text = f"{leaf.name}({' '.join(leaf.arguments)})"[:_LONGEST_TEXT]
    parts = split(leaf.arguments)
    members = chain(parts[0])
    if not members or members[0].name != "Name":
        return Unknown("registers something else than a kernel", text, span)
    name = string(members[0].arguments[0]) if members[0].arguments else None
    device, host, types = _read(members, constants, default="XLA" if leaf.name == _XLA else "")
    if name is None or not device or len(parts) < len(("builder", "class")):
        return Unknown("kernel registration not understood", text, span)
    kernel = leaf.arguments[len(parts[0]) + 1 :]
    class_name, arguments = _class(kernel)
    macros = tuple((macro.line, macro.end_line) for macro in leaf.macros)
    pieces = ((leaf.call.line, leaf.call.end_line), *macros)
    return tuple(
        Registered(
            Registration(name, device, combination, host, _spell(kernel), span, builds),
            leaf.name,
            class_name,
            arguments,
            pieces,
        )
        for combination in _combinations(types)
    )


def _read(
    members: Sequence[Member], constants: Mapping[str, tuple[str, ...]], default: str
) -> tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]:
    device = default
    host: list[str] = []
    types: dict[str, tuple[str, ...]] = {}
    for member in members[1:]:
        first = member.arguments[0] if member.arguments else ()
        if member.name == "Device":
            device = (string(first) or "".join(first)).removeprefix("DEVICE_")
        elif member.name == "HostMemory":
            host.append(string(first) or " ".join(first))
        elif member.name == "TypeConstraint":
            attribute = string(first) or " ".join(first)
            types[attribute] = _types(member, constants)
    return device, tuple(sorted(host)), types


def _types(member: Member, constants: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if member.template:
        return tuple(type_name(text) for text in member.template)
    listed = member.arguments[1] if len(member.arguments) > 1 else ()
    if listed[:1] == ("{",):
        return tuple(type_name("".join(part)) for part in split(listed[1:-1]) if part)
    text = type_name("".join(listed))
    return constants.get(text, (text,))


def _combinations(types: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """All combinations, sorted by attribute; beyond a limit the lists stay lists."""
    ordered = sorted(types.items())
    size = 1
    for _, names in ordered:
        size *= max(len(names), 1)
    if size > _MOST_TYPES:
        yield tuple((attribute, "|".join(names)) for attribute, names in ordered)
        return
    for chosen in product(*(names for _, names in ordered)):
        yield tuple(zip((attribute for attribute, _ in ordered), chosen, strict=True))


def chain(tokens: Sequence[str]) -> tuple[Member, ...]:
    """Member calls of ``Name("X").Device(D)`` in order, the leading call included."""
    members: list[Member] = []
    index = 0
    while index < len(tokens):
        if tokens[index] == "." or not (tokens[index][:1].isalpha() or tokens[index][:1] == "_"):
            index += 1
            continue
        name = tokens[index]
        index += 1
        template: tuple[str, ...] = ()
        if index < len(tokens) and tokens[index] == "<":
            end = _angle(tokens, index)
            template = tuple("".join(part) for part in _split_angle(tokens[index + 1 : end]))
            index = end + 1
        if index < len(tokens) and tokens[index] == "(":
            end = _round(tokens, index)
            inside = tokens[index + 1 : end]
            members.append(Member(name, template, tuple(split(inside)) if inside else ()))
            index = end + 1
    return tuple(members)


def string(tokens: Sequence[str]) -> str | None:
    """The value of adjacent string literals; None if something else stands there."""
    if not tokens or not all(token[-1:] == '"' for token in tokens):
        return None
    return "".join(_literal(token) for token in tokens)


def _literal(token: str) -> str:
    if token.startswith('R"'):
        return token[token.index("(") + 1 : token.rindex(")")]
    body = token[token.index('"') + 1 : -1]
    return body.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def _class(tokens: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Class name without qualification, and its template arguments, types by short name."""
    if "<" not in tokens:
        return (tokens[-1] if tokens else ""), ()
    opening = list(tokens).index("<")
    inside = tokens[opening + 1 : _angle(tokens, opening)]
    return tokens[opening - 1], tuple(argument_name(part) for part in _split_angle(inside))


def _spell(tokens: Sequence[str]) -> str:
    return "".join(tokens).replace(",", ", ")


def _angle(tokens: Sequence[str], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index] == "<") - (tokens[index] == ">")
        if depth == 0:
            return index
    return len(tokens)


def _round(tokens: Sequence[str], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index] == "(") - (tokens[index] == ")")
        if depth == 0:
            return index
    return len(tokens)


def _split_angle(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    parts: list[list[str]] = [[]]
    depth = 0
    for text in tokens:
        depth += (text in {"<", "("}) - (text in {">", ")"})
        if text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(text)
    return [tuple(part) for part in parts]
