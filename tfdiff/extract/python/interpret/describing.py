"""Values as text, for messages and for what is known by its text only."""

from hashlib import sha256

from tfdiff.extract.python.interpret.values import (
    TENSOR,
    Assigned,
    Bound,
    Class,
    Dtype,
    Foreign,
    Instance,
    Module,
    Value,
    Variable,
)
from tfdiff.ir.expr import Call, Expr, Number, Operation, Select, Symbol, children
from tfdiff.ir.walk import ordered


def describe(value: Value) -> str:  # noqa: C901, PLR0911 - one kind of value each
    """A value as text: the same for the same value, ``<...>`` where it is not told apart."""
    match value:
        case Foreign(text) | Module(text):
            return text
        case str() | int() | float():
            return repr(value)
        case Symbol(name) | Dtype(name):
            return name.removeprefix(TENSOR)
        case Variable(state) | Assigned(state):
            return state.partition(":")[2]
        case Instance(definition=definition) | Class(definition):
            return definition.name
        case Bound(receiver, name):
            return f"{describe(receiver)}.{name}"
        case None:
            return "None"
        case tuple():
            return f"({', '.join(map(describe, value))})"
        case Number(exact):
            return str(exact)
        case Operation() | Call() | Select():
            return f"{_word(value)} {_digest(value)}"
        case _:
            return f"<{type(value).__name__.lower()}>"


def _word(node: Expr) -> str:
    match node:
        case Operation(op=word) | Call(function=word):
            return word
        case Select():
            return "select"
        case _:
            return repr(node)


def _digest(root: Expr) -> str:
    """A short name of an expression's structure, the same in every release."""
    known: dict[Expr, str] = {}
    for node in ordered((root,)):
        inner = ",".join(known[child] for child in children(node))
        known[node] = sha256(f"{_word(node)}({inner})".encode()).hexdigest()[:12]
    return known[root][:8]
