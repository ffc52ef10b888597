"""What following a constructor finds out: parameters, and the attributes that hold them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tfdiff.extract.python.classes import Member
from tfdiff.facts import Literal, Parameter, Unknown, Value

_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_][\w.]*+(?!\s*=(?!=))")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")

Roots = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a name stands for: the parameters it depends on, and its value if none is passed."""

    roots: Roots
    value: Value


NOTHING = Held((), Literal(()))  # what **kwargs holds if the caller passes nothing


@dataclass(slots=True)
class Construction:
    """What following a constructor found out.

    Attributes:
        parameters: its own, then those that ``**kwargs`` passes on or is searched for.
        attributes: attribute (``_lr``, ``_hyper['learning_rate']``) -> what it holds.
        unknowns: what could not be read.
    """

    parameters: dict[str, Parameter] = field(default_factory=dict)
    attributes: dict[str, Held] = field(default_factory=dict)
    unknowns: list[Unknown] = field(default_factory=list)

    @property
    def hyperparameters(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Parameter -> the attributes that hold it, in the order of the parameters."""
        held = {
            name: tuple(a for a, one in self.attributes.items() if name in one.roots)
            for name in self.parameters
        }
        return tuple((name, attributes) for name, attributes in held.items() if attributes)


def names_in(text: str) -> Iterator[str]:
    """The dotted names in an expression, strings left out."""
    return (found.group() for found in _NAME.finditer(_STRING.sub("''", text)))


def kwargs_of(member: Member) -> tuple[str, ...]:
    """The name of a function's ``**`` parameter, if it has one."""
    return tuple(one.name for one in member.function.parameters if one.kind == "**")
