"""Which kind of region a class or function is."""

from typing import Final

import tree_sitter

from tfdiff.extract.cxx.heads import Name, device_in
from tfdiff.extract.cxx.lex import Token
from tfdiff.extract.cxx.model import Use
from tfdiff.facts import RegionKind

_WRAPPERS: Final = frozenset({"reference_declarator", "parenthesized_declarator"})


def class_kind(path: str, bases: tuple[Use, ...], tokens: list[Token]) -> RegionKind:
    """Kernel, XLA kernel, functor, or any other class."""
    for base in bases:
        if base.name.endswith("OpKernel"):
            return "xla" if base.name.startswith("Xla") else "kernel"
    texts = [token.text for token in tokens]
    if b"XlaOpKernelContext" in texts and "/tf2xla/" in path:
        return "xla"
    if b"OpKernelContext" in texts and b"override" in texts:
        return "kernel"
    called = any(texts[at : at + 3] == [b"operator", b"(", b")"] for at in range(len(texts)))
    inherits = any(device_in(" ".join(base.arguments)) for base in bases)
    return "functor" if called or inherits else "helper"


def function_kind(head: str, name: Name) -> RegionKind:
    """``__global__`` function, a functor's or kernel's method, or any other function."""
    if "__global__" in head:
        return "cuda"
    if name.member == "operator()":
        return "functor"
    return "kernel" if name.member.startswith("Compute") else "helper"


def function_declarator(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The name and parameters of a function, below pointers and references; None for others."""
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type != "function_declarator":
        held = inner.child_by_field_name("declarator")
        if held is None and inner.type in _WRAPPERS and inner.named_children:
            held = inner.named_children[-1]
        inner = held
    return inner


def is_interface(body: tree_sitter.Node) -> bool:
    """Methods are declared here and defined elsewhere: a functor's primary template."""
    declared = False
    for member in body.named_children:
        inner = member.named_children[-1] if member.type == "template_declaration" else member
        if inner.type == "function_definition":
            return False
        declared = declared or function_declarator(inner) is not None
    return declared
