"""Which runs an optimizer gets: told from its constructor, not from a table of optimizers."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Final

from tfdiff.facts import Literal, OptimizerFacts, Parameter, Unknown
from tfdiff.ir.domain import kind_by_name
from tfdiff.ir.sampling import TYPICAL
from tfdiff.ir.walk import symbols

Argument = bool | int | float | None
Setting = tuple[tuple[str, Argument], ...]

GRADIENTS: Final = ("dense", "sparse", "duplicates", "single")
VARIABLES: Final = ("ref", "resource")
_FEW: Final = ("dense", "duplicates")
_GIVEN: Final = frozenset({"name", "use_locking"})  # nothing that the weights could feel


@dataclass(frozen=True, slots=True)
class Case:
    """One run of one optimizer.

    Attributes:
        optimizer: the public name.
        module, class_name: where the release has it.
        arguments: what is passed to the constructor; ``global_step`` is passed as None.
        gradient: one of ``GRADIENTS``: every row, some rows, rows that occur repeatedly, rows of
            a single number.
        variable: ``ref`` or ``resource``.
    """

    optimizer: str
    module: str
    class_name: str
    arguments: Setting
    gradient: str
    variable: str

    @property
    def id(self) -> str:
        """Name of its files; the same for the same run."""
        said = repr((self.module, self.class_name, self.arguments))
        digest = sha256(said.encode()).hexdigest()[:10]
        return f"{self.optimizer}-{self.gradient}-{self.variable}-{digest}"


def cases(facts: OptimizerFacts, *, few: bool = False) -> Iterator[Case]:
    """All runs of an optimizer.

    Args:
        facts: what was read of it.
        few: only its defaults, all numbers changed, and everything at once.

    Raises:
        NotRunnableError: a required argument is no number.
    """
    module = facts.span.path.removesuffix(".py").replace("/", ".")
    known = symbols(value for rule in facts.rules for _, value in rule.states)
    variables = [
        kind for kind in VARIABLES if any(kind == rule.path.variable for rule in facts.rules)
    ]
    chosen = settings(facts.parameters, frozenset(known))
    for place, arguments in enumerate(chosen):
        # The defaults, all numbers changed, and all at once take every path; the rest take some.
        every = place in {0, 1, len(chosen) - 1}
        if few and not every:
            continue
        for gradient in GRADIENTS if every else _FEW:
            for variable in variables or VARIABLES[:1]:
                yield Case(facts.name, module, facts.class_name, arguments, gradient, variable)


class NotRunnableError(Exception):
    """A constructor asks for something that is no number; says what."""


def settings(parameters: tuple[Parameter, ...], known: frozenset[str]) -> tuple[Setting, ...]:
    """Arguments to run with: the defaults, then what opens further branches of the rule.

    Truths are turned; numbers that are 0 or None by default are given a value, alone and, as far
    as the rule knows both, together with each turned truth; all other numbers are changed at
    once; then all of it that the rule knows, so that one parameter that it does not know hides no
    other.

    Args:
        parameters: the constructor's.
        known: the symbols of the optimizer's rules.
    """
    required: dict[str, Argument] = {}
    switches: dict[str, Argument] = {}
    extras: dict[str, Argument] = {}
    numbers: dict[str, Argument] = {}
    for parameter in parameters:
        if parameter.name in _GIVEN or parameter.kind in {"*", "**"}:
            continue
        match parameter.default if parameter.name != "global_step" else None:
            case None:
                required[parameter.name] = _required(parameter.name)
            case Literal(value=bool(value)):
                switches[parameter.name] = not value
            case Literal(value=None) | Literal(value=0):
                other = _other(parameter.name, 0)
                if other is not None:
                    extras[parameter.name] = other
            case Literal(value=int() | float() as value):
                numbers[parameter.name] = _other(parameter.name, value)
            case Literal() | Unknown():
                pass  # a string or an object: left at its default
    flips = [{name: value} for name, value in (*switches.items(), *extras.items())]
    pairs = [
        {**one, **two}
        for one, two in combinations(flips, 2)
        if not (one.keys() <= extras.keys() and two.keys() <= extras.keys())
        and {*one, *two} <= known
    ]
    everything = {**numbers, **switches, **extras}
    together = {name: value for name, value in everything.items() if name in known}
    chosen: list[dict[str, Argument]] = [{}, numbers, *flips, *pairs, together]
    return tuple(dict.fromkeys(tuple(sorted({**required, **extra}.items())) for extra in chosen))


def _required(name: str) -> Argument:
    if name == "global_step":
        return None
    kind = kind_by_name(name)
    if kind == "real":
        raise NotRunnableError(f"it needs `{name}`, which is no number")
    return False if kind == "boolean" else TYPICAL[kind][0]


def _other(name: str, value: float) -> Argument:
    """An everyday value that is not the given one; None for what is told to be no number."""
    kind = kind_by_name(name)
    if kind == "nonnegative" and not value:
        return min(TYPICAL[kind])  # more regularization would hold most weights at zero
    if kind in {"boolean", "count"} or (kind == "real" and not value):
        return None
    fitting = (float(item) for item in TYPICAL[kind] if item != value and kind != "real")
    return next(fitting, 2.0 * value)
