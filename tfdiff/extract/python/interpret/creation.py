"""Which variables one step creates, in order, each with the name that a checkpoint knows it by.

The step is carried out as for the update rules, but into the slot creators, whose own names and
scopes matter here. What is compared is what the graph's variables are made with: the scopes round
them, name, initial value, dtype, shape, and the collections that they are put into.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tfdiff.extract.python.creators import FOREIGN, INITIALS, OUTSIDE
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.values import (
    TENSOR,
    Choice,
    Dtype,
    Foreign,
    Function,
    ListRef,
    Method,
    Partial,
    Raised,
    Value,
)
from tfdiff.facts import Creation
from tfdiff.ir.expr import Expr
from tfdiff.ir.show import text as shown
from tfdiff.ir.walk import opaques

if TYPE_CHECKING:
    from tfdiff.extract.python.interpret.machine import Machine

_SCOPE = re.compile(r"(\w*name_scope\w*|variable_scope)\(.*\)$", re.DOTALL)
_HOME = re.compile(r"\b(?:tensorflow|tf_keras|keras)\.(?:\w+\.)*(?=\w)")  # which moves about
_INITIALIZER = re.compile(r"^(?:\w+_initializer|\w*Initializer|Zeros|Ones)\(")
# What makes the same of an initial value: the registry that it is looked up in, the call with
# shape and dtype, which stand beside it, and the initializer of a constant.
_WRAPPED = (
    (re.compile(r"^get\((.*?)\)(?=$|\(shape=)"), r"\1"),
    (re.compile(r"\(shape=[^()]*, dtype=[^()]*\)$"), ""),
    (re.compile(r"^constant_initializer\(([^(),]*)(?:, [^()]*)?\)$"), r"\1"),
    (re.compile(r"^(?:'zeros'|(?:zeros_initializer|Zeros)\([^()]*\))$"), "0"),
    (re.compile(r"^(?:'ones'|(?:ones_initializer|Ones)\([^()]*\))$"), "1"),
)
_OWN_SHAPE = frozenset({"var.shape", "var.get_shape()", "shape(var)", "int_shape(var)", "var"})
FILLED: Mapping[str, tuple[str, ...]] = {
    "zeros": ("shape", "dtype"),
    "ones": ("shape", "dtype"),
    "zeros_like": ("shape", "dtype"),
    "ones_like": ("shape", "dtype"),
    "fill": ("shape", "value"),
    "constant": ("value", "dtype", "shape"),
}
"""Functions that make a tensor of one number, and their parameters."""
_OF_TENSOR: tuple[str, ...] = ("shape", "dtype")
_ALIASES = {"dims": "shape", "tensor": "shape", "input": "shape"}
_KEPT = ("name", "initial", "dtype", "shape", "collections", "trainable")


@dataclass(slots=True)
class Making:
    """What is created while a machine runs.

    Attributes:
        eager: whether the step is taken in eager mode, and not in a graph.
        alone: the constructor's parameters that keep their defaults.
    """

    eager: bool = False
    alone: frozenset[str] = frozenset()
    scopes: list[str] = field(default_factory=list)
    made: list[Creation] = field(default_factory=list)

    def keeps(self, name: str, default: Value) -> bool:
        """Whether a parameter keeps its default, as names do that nobody need choose."""
        return name in self.alone or (default is None and name.endswith("name"))

    def create(
        self, machine: "Machine", maker: str, args: tuple[Value, ...], kwargs: Mapping[str, Value]
    ) -> None:
        """A variable is made here."""
        places = FOREIGN.get(maker) or OUTSIDE.get(maker) or FOREIGN["Variable"]
        given = {**dict(zip(places, args, strict=False)), **kwargs}
        for name in INITIALS:
            if name in given:
                given["initial"] = given.pop(name)
        initial = given.get("initial")
        if isinstance(initial, Partial):
            given = {**dict(initial.kwargs), **given}
        if isinstance(initial, Function | Method):
            given["initial"] = _called(machine, initial, given)
        said = {
            name: _described(machine, given[name]) for name in _KEPT if given.get(name) is not None
        }
        when = tuple(sorted(f"{shown(node)} is {holds}" for node, holds in machine.known.items()))
        self.made.append(
            Creation(
                tuple(self.scopes), when, tuple(_but_the_variables(_plain(said), given).items())
            )
        )


def _but_the_variables(arguments: Mapping[str, str], given: Mapping[str, Value]) -> dict[str, str]:
    """The arguments without dtype and shape where these are the trained variable's own."""
    dtype = given.get("dtype")
    own = {"dtype"} if isinstance(dtype, Dtype) and dtype.own else set[str]()
    if arguments.get("shape") in _OWN_SHAPE:
        own.add("shape")
    return {name: text for name, text in arguments.items() if name not in own}


def _called(machine: "Machine", function: Value, given: Mapping[str, Value]) -> Value:
    """What a function gives that a variable starts from; the function where it fails."""
    asked = {name: given[name] for name in ("shape", "dtype") if name in given}
    for kwargs in ({}, asked):
        with suppress(Raised):
            return machine.call(function, **kwargs)
    return function


def makes_initial(text: str) -> bool:
    """Whether a value known by its text only is an initializer."""
    return _INITIALIZER.search(_HOME.sub("", text)) is not None


def _plain(arguments: dict[str, str]) -> dict[str, str]:
    """Initializers of a constant as that constant, where the dtype is given beside them."""
    text = arguments.get("initial", "")
    if "dtype" in arguments:
        for wrapping, inside in _WRAPPED:
            text = wrapping.sub(inside, text)
    return arguments | {"initial": text} if text else arguments


def filled(
    machine: "Machine", name: str, args: tuple[Value, ...], kwargs: Mapping[str, Value]
) -> Foreign:
    """A tensor of one number, by the number alone where shape and dtype are the variable's."""
    given = dict(zip(FILLED[name], args, strict=False))
    given |= {_ALIASES.get(key, key): value for key, value in kwargs.items()}
    number: Value = {"z": 0, "o": 1}.get(name[0], given.get("value"))
    if given.get("dtype") is None and name in {"zeros", "ones"}:
        given["dtype"] = Dtype("float32")
    said = {key: _described(machine, given[key]) for key in _OF_TENSOR if key in given}
    rest = _but_the_variables(said, given)
    if name == "constant" and "shape" not in given:
        rest["shape"] = "()"
    text = ", ".join((_described(machine, number), *(f"{k}={v}" for k, v in rest.items())))
    return Foreign(text)


def _described(machine: "Machine", value: Value) -> str:
    match value:
        case Choice(condition, then, other):
            arms = _described(machine, then), _described(machine, other)
            return f"({arms[0]} if {shown(condition)} else {arms[1]})"
        case ListRef(address):
            elements = [_described(machine, one) for one in machine.memory.elements(address)]
            return f"[{', '.join(elements)}]"
        case Partial(function, args, kwargs):
            inside = [_described(machine, one) for one in args]
            inside += [f"{name}={_described(machine, one)}" for name, one in kwargs]
            return f"{_described(machine, function)}({', '.join(inside)})"
        case _ if isinstance(value, Expr):
            if opaques([value]):
                return "<not read>"
            return shown(value).replace(TENSOR, "").removeprefix("1*")
        case _:
            return _HOME.sub("", describe(value))


def scopes_of(value: Value) -> tuple[str, ...]:
    """The scope that a ``with`` statement enters, if variables' names follow from it."""
    found = _SCOPE.search(value.text) if isinstance(value, Foreign) else None
    return (found[0].replace("name_scope_v2", "name_scope"),) if found else ()
