"""Calls of TensorFlow's training ops: which op, and what is passed for which input.

Python's names (``resource_apply_rms_prop``) are generated from the registered ones
(``ResourceApplyRMSProp``) and lose their capitals on the way, so the registered names and the
order of the inputs are read from the op definitions, or from the generated module where the
source is an installed package. ``tf.raw_ops`` calls carry both themselves.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import CallSite
from tfdiff.extract.python.reach import Reached
from tfdiff.extract.trace import Journal
from tfdiff.facts import OpCall, Span, Unknown

DEFINITIONS = "tensorflow/core/ops/training_ops.cc"
GENERATED = "tensorflow/python/training/gen_training_ops.py"

_REGISTER = re.compile(r'REGISTER_OP\(\s*"(\w+)"\s*\)')
_DOC = re.compile(r'R"doc\(.*?\)doc"', re.DOTALL)
_FIELD = re.compile(r'\.(Input|Attr)\(\s*"(\w+)\s*:([^"]*)')
_DEF = re.compile(r"^def (\w+)\(([^)]*)\)", re.MULTILINE)
_QUOTED = re.compile(r'"([A-Z]\w+)"')
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UPDATES = re.compile(r"assign_(add|sub)|scatter_(add|sub|update|nd_\w+)")
_MODULE = re.compile(r"(^|\.)((gen_)?training_ops|raw_ops)$")


class Signature(NamedTuple):
    """An op's registered name, and its Python parameters: inputs, then attributes."""

    op: str
    parameters: tuple[str, ...]


Signatures = Mapping[str, Signature]


def snake(op: str) -> str:
    """The generated Python name of an op: ``apply_adagrad_da`` for ``ApplyAdagradDA``."""
    return _CAPITAL.sub("_", op).lower()


def camel(name: str) -> str:
    """The likely registered name for a Python name; acronyms cannot be told apart."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def read_definitions(source: str) -> dict[str, Signature]:
    """The signatures of the ops that a file registers, by Python name."""
    found: dict[str, Signature] = {}
    parts = _REGISTER.split(_DOC.sub("", source))
    for op, chain in zip(parts[1::2], parts[2::2], strict=True):
        fields = _FIELD.findall(chain)
        inputs = [name for kind, name, _ in fields if kind == "Input"]
        attributes = [name for kind, name, rest in fields if kind == "Attr" and "=" in rest]
        found[snake(op)] = Signature(op, (*inputs, *attributes))
    return found


def read_generated(source: str) -> dict[str, Signature]:
    """The signatures that a generated Python module defines, by Python name."""
    ops = {snake(op): op for op in _QUOTED.findall(source)}
    return {
        name: Signature(ops[name], tuple(p.partition("=")[0].strip() for p in given.split(",")))
        for name, given in _DEF.findall(source)
        if name in ops
    }


def signatures(model: Model) -> Signatures:
    """The training ops of a release; empty where the source carries no definition of them."""
    for path, read in ((DEFINITIONS, read_definitions), (GENERATED, read_generated)):
        if path in model.paths:
            make = partial(_read, model, path, read)
            return model.store.get("python-ops", model.tree.blob_id(path) or "", make)
    return {}


def _read(
    model: Model, path: str, read: Callable[[str], dict[str, Signature]]
) -> dict[str, Signature]:
    return read(model.tree.read(path).decode("utf-8", "replace"))


def calls(model: Model, one: Reached, known: Signatures) -> Iterator[OpCall | Unknown]:
    """The training ops that a function calls, in source order."""
    aliases = {
        assigned.target: assigned.value
        for assigned in one.function.assignments
        if assigned.kind == "=" and re.fullmatch(r"[\w.]+", assigned.value)
    }
    for call in one.function.calls:
        callee = aliases.get(call.callee, call.callee)
        home, _, name = callee.rpartition(".")
        if not home or callee.startswith(("self.", "super()")):
            continue
        target = model.resolve(one.path, callee)
        home, _, name = target.name.rpartition(".")
        if target.kind == "external" and _MODULE.search(home):
            yield from _call(call, name, one, known, model.journal)


def plain_ops(functions: Iterable[Reached]) -> tuple[str, ...]:
    """The ops that update a variable in place outside of the training ops, each once.

    ``state_ops.assign_sub`` and ``v.assign_sub`` stand for the op of a reference variable and that
    of a resource variable: which one it is, only the variable knows.
    """
    found: dict[str, None] = {}
    for function in functions:
        for call in function.function.calls:
            home, _, name = call.callee.rpartition(".")
            name = name.removeprefix("resource_").removesuffix("_variable_op")
            if _UPDATES.fullmatch(name) and home not in {"", "self", "super()"}:
                stem = camel(name)
                found |= dict.fromkeys((stem, f"{stem}VariableOp", f"Resource{stem}"))
    return tuple(found)


def signature_of(name: str, known: Signatures) -> Signature | None:
    """What is known of the op that Python calls by a name."""
    return known.get(name) or known.get(snake(name))


def _call(
    call: CallSite, name: str, one: Reached, known: Signatures, journal: Journal
) -> Iterator[OpCall | Unknown]:
    span = Span(one.path, call.line, call.end_line)
    signature = signature_of(name, known)
    journal.note(("signature", name), repr(signature))
    op = signature.op if signature else name if name[:1].isupper() else camel(name)
    places = signature.parameters if signature else ()
    bound: list[tuple[str, str]] = []
    for place, argument in enumerate(call.arguments):
        if argument.keyword:
            bound.append((argument.keyword, argument.text))
        elif place < len(places):
            bound.append((places[place], argument.text))
        else:
            yield Unknown("which input of the op it is, is not at hand", argument.text, span)
    yield OpCall(one.function.name, op, tuple(bound), span)
