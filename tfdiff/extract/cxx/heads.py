"""What the head of a definition says: its name, what it specialises, its bases, its device."""

import re
from typing import Final, NamedTuple

import tree_sitter

from tfdiff.extract.cxx.lex import Token
from tfdiff.extract.cxx.model import Use
from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.uses import arguments_after, plain
from tfdiff.facts import Device

_DEVICES: Final[tuple[tuple[re.Pattern[str], Device], ...]] = (
    (re.compile(r"\bSYCLDevice\b|USE_SYCL|SYCL$"), "sycl"),
    (re.compile(r"\bGPUDevice\b|GOOGLE_CUDA|USE_ROCM"), "gpu"),
    (re.compile(r"\bCPUDevice\b|\bThreadPoolDevice\b"), "cpu"),
)
_PARAMETER_NAMES: Final = frozenset({"type_identifier", "identifier"})
_ACCESS: Final = frozenset({b"public", b"private", b"protected", b"virtual"})


class Name(NamedTuple):
    """A definition's name: ``functor::ApplyAdam<GPUDevice, T>::operator()`` in its parts."""

    name: str
    arguments: tuple[str, ...]
    member: str


def symbol(name: Name, parameters: tuple[str, ...]) -> str:
    """The stable name of a region: arguments that are mere template parameters are left out."""
    said = [argument for argument in name.arguments if argument not in parameters]
    arguments = f"<{', '.join(said)}>" if said else ""
    return name.name + arguments + (f"::{name.member}" if name.member else "")


def name_of(parsed: Parsed, node: tree_sitter.Node) -> Name:
    """The parts of a declared name; a namespace in front of it is left out."""
    tokens = parsed.tokens(node)
    parts: list[tuple[str, tuple[str, ...]]] = []
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == b"<") - (token.text == b">")
        if depth == 0 and token.text == b"operator":
            parts.append((b"".join(part.text for part in tokens[index:]).decode(), ()))
            break
        if depth == 0 and token.kind == "word":
            parts.append((token.text.decode(), arguments_after(tokens, index)))
    if not parts:
        return Name(parsed.text(node), (), "")
    owner = len(parts) - 2
    qualified = owner >= 0 and node.type == "qualified_identifier"
    if qualified and (parts[owner][1] or parts[owner][0][:1].isupper()):
        return Name(*parts[owner], parts[-1][0])
    return Name(*parts[-1], "")


def parameters_of(template: tree_sitter.Node) -> list[str]:
    """Names of the parameters of one ``template <...>``."""
    listed = template.child_by_field_name("parameters")
    names: list[str] = []
    for parameter in listed.named_children if listed is not None else ():
        named = [node for node in parameter.children if node.type in _PARAMETER_NAMES]
        node = parameter.child_by_field_name("declarator") or (named[-1] if named else None)
        if node is not None and node.text is not None:
            names.append(node.text.decode())
    return names


def bases_of(head: list[Token]) -> tuple[Use, ...]:
    """Base classes in the tokens of a class's head."""
    colon = next((at for at, token in enumerate(head) if token.text == b":"), len(head))
    found: list[Use] = []
    depth = 0
    for index in range(colon + 1, len(head)):
        depth += (head[index].text == b"<") - (head[index].text == b">")
        following = head[index + 1].text if index + 1 < len(head) else b","
        named = depth == 0 and head[index].kind == "word" and following in {b",", b"<"}
        if named and head[index].text not in _ACCESS:
            found.append(Use(plain([head[index].text]), arguments_after(head, index)))
    return tuple(found)


def device_in(text: str) -> Device | None:
    """The device that a text names, a device type or a build condition."""
    return next((device for pattern, device in _DEVICES if pattern.search(text)), None)
