"""``REGISTER_OP("X").Input("var: Ref(T)").Attr("use_locking: bool = false")`` to facts."""

import re
from ast import literal_eval
from collections.abc import Sequence
from typing import Final

from tfdiff.extract.cxx.expand import Leaf
from tfdiff.extract.cxx.lex import digest
from tfdiff.extract.cxx.registrations import Member, chain, string
from tfdiff.facts import Literal, OpArg, OpAttr, OpFacts, Region, Span, Unknown, Value

_SPEC: Final = re.compile(r"\s*(\w+)\s*:\s*(.*?)\s*", re.DOTALL)
_DEFAULT: Final = re.compile(r"(.*?[^<>=!])\s*=(?!=)\s*(.*)", re.DOTALL)
_BOOLEANS: Final = {"true": True, "false": False}


def read_op(leaf: Leaf, path: str) -> OpFacts | Unknown:
    """The facts of one ``REGISTER_OP``, from its expanded tokens."""
    span = Span(path, leaf.call.line, leaf.call.end_line)
    text = leaf.call.text
    name = string(leaf.arguments)
    if name is None:
        return Unknown("op registration not understood", text[:200], span)
    inputs: list[OpArg] = []
    outputs: list[OpArg] = []
    attrs: list[OpAttr] = []
    flags: list[str] = []
    shape = ""
    docs = ""
    for member in chain(leaf.chain):
        spec = string(member.arguments[0]) if member.arguments else None
        match member.name:
            case "Input" if spec is not None:
                inputs.append(_arg(spec))
            case "Output" if spec is not None:
                outputs.append(_arg(spec))
            case "Attr" if spec is not None:
                attrs.append(_attr(spec, span))
            case "SetShapeFn":
                shape = _spell(member)
            case "Doc":
                docs = spec or ""
            case _:
                flags.append(member.name + (f"({_spell(member)})" if member.arguments else ""))
    said = repr((name, inputs, outputs, attrs, flags, shape))
    region = Region(
        kind="op",
        symbol=f"REGISTER_OP({name})",
        device=None,
        tokens=digest(said.encode()),
        docs=digest(" ".join(docs.split()).encode()),
        text=text,
        span=span,
    )
    return OpFacts(
        name=name,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        attrs=tuple(attrs),
        flags=tuple(flags),
        shape_function=shape,
        region=region,
        span=span,
    )


def _arg(spec: str) -> OpArg:
    match = _SPEC.fullmatch(spec)
    return OpArg(match[1], " ".join(match[2].split())) if match else OpArg(spec, "")


def _attr(spec: str, span: Span) -> OpAttr:
    match = _SPEC.fullmatch(spec)
    if match is None:
        return OpAttr(spec, "", None)
    typed = _DEFAULT.fullmatch(match[2])
    if typed is None:
        return OpAttr(match[1], " ".join(match[2].split()), None)
    return OpAttr(match[1], " ".join(typed[1].split()), _value(typed[2].strip(), span))


def _value(text: str, span: Span) -> Value:
    """A default as OpDef writes it: a number, ``true``, ``'text'``, ``[1, 2]``, ``DT_FLOAT``."""
    if text in _BOOLEANS:
        return Literal(_BOOLEANS[text], text)
    try:
        value: object = literal_eval(text)
    except (ValueError, SyntaxError):
        return Literal(text, text)
    if isinstance(value, list):
        return Literal(tuple(value), text)
    if isinstance(value, int | float | str):
        return Literal(value, text)
    return Unknown("default value of another kind", text, span)


def _spell(member: Member) -> str:
    parts: Sequence[str] = [_join(argument) for argument in member.arguments]
    return ", ".join(parts)


def _join(tokens: Sequence[str]) -> str:
    """Tokens with a space only where two words would run together."""
    text = ""
    for token in tokens:
        text += " " if text and _wordy(text[-1]) and _wordy(token[0]) else ""
        text += token
    return text


def _wordy(character: str) -> bool:
    return character.isalnum() or character == "_"
