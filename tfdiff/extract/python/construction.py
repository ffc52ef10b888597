"""What following a constructor finds out: parameters, and the attributes that hold them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tfdiff.extract.python.classes import Member
from tfdiff.facts import Further, Literal, Parameter, Unknown, Value

_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_][\w.]*+(?!\s*=(?!=))")
_KEEPS = re.compile(r"[\w.]+|(dict|copy\.copy)\([\w.]+\)|[\w.]+\.copy\(\)")
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
        further: what is done with keywords that it does not know.
    """

    parameters: dict[str, Parameter] = field(default_factory=dict)
    attributes: dict[str, Held] = field(default_factory=dict)
    unknowns: list[Unknown] = field(default_factory=list)
    further: Further = ""

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


def fate(member: Member, kwargs: tuple[str, ...]) -> Further:
    """What a function does with what is left in its ``kwargs``.

    It is rejected where an error stands behind a test of it, or in a loop over it; ignored where
    nothing but single entries are taken out; and not known where it is handed on or only some
    names are rejected.
    """
    if not kwargs:
        return ""
    function = member.function
    words = re.compile(rf"(?<![\w.'\"])(?:{'|'.join(map(re.escape, kwargs))})(?![\w'\"])")
    loops = [one for one in function.assignments if one.kind == "for" and words.search(one.value)]
    names = [word for one in loops for word in re.findall(r"\w+", one.target)]
    some = False
    for call in function.calls:
        if not call.callee.endswith(("Error", "Exception")):
            continue
        tests = [
            one for one in call.conditions if set(re.findall(r"\w+", one.test)) & {*names, *kwargs}
        ]
        if any(" in " in one.test and " not in " not in one.test and one.holds for one in tests):
            some = True
        elif tests or any(loop.line < call.line for loop in loops):
            return "rejected"
    handed = any(words.search(one.text) for call in function.calls for one in call.arguments)
    kept = any(one.kind != "for" and _KEEPS.fullmatch(one.value) and words.search(one.value)
               for one in function.assignments)  # fmt: skip
    return "" if some or handed or kept else "ignored"
