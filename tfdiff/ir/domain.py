"""What values a rule's symbols can take: given by the caller, else told from their names.

A state's sign is not told from its name: it is derived (``ir.invariants``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from typing import Literal as OneOf

from tfdiff.ir.expr import Call, Expr, Operation, Select
from tfdiff.ir.walk import States, symbols, truth_symbols

Kind = OneOf["real", "positive", "nonnegative", "nonpositive", "unit", "count", "boolean"]

_BY_NAME: Final[tuple[tuple[str, Kind], ...]] = (
    (r"touched|use_\w+|centered|nesterov|amsgrad|\w*_locking|multiply_linear_by_lr", "boolean"),
    (r"step|\w*_steps?|iterations?|t|inner_dim", "count"),
    (r"lr_power|learning_rate_power|\w+_lr_power", "nonpositive"),
    (r"\w*eps(ilon)?\w*|lr|\w*learning_rate\w*|alpha|clip\w*|lr_t", "positive"),
    (r"beta_?[12t]?(_t|_power)?|beta_?[12]_power_?t?|rho|decay|\w*momentum|mu", "unit"),
    (
        r"l[12]\w*|\w*regularization\w*|weight_decay\w*|beta|\w*initial_accumulator\w*",
        "nonnegative",
    ),
)

_NORM: Final = re.compile(r"norm(?![a-z])")
_PHRASES: Final[Mapping[Kind, str]] = {
    "positive": "{} > 0",
    "nonnegative": "{} >= 0",
    "nonpositive": "{} <= 0",
    "unit": "0 <= {} < 1",
    "count": "{} >= 0",
}


@dataclass(frozen=True, slots=True)
class Domain:
    """Which values each symbol can take; a symbol that is not named is any real number.

    Attributes:
        kinds: symbol -> kind, sorted by name. ``unit`` is [0, 1); ``count`` is 0, 1, 2, ...
    """

    kinds: tuple[tuple[str, Kind], ...] = ()
    _known: Mapping[str, Kind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", dict(self.kinds))

    def kind(self, name: str) -> Kind:
        """The kind of one symbol."""
        return self._known.get(name, "real")

    def having(self, more: Mapping[str, Kind]) -> "Domain":
        """The same domain with these symbols' kinds set or replaced."""
        return Domain(tuple(sorted((dict(self.kinds) | dict(more)).items())))

    def phrase(self, name: str) -> str | None:
        """The assumption about one symbol, such as ``epsilon > 0``; None for real numbers."""
        form = _PHRASES.get(self.kind(name))
        return form.format(name) if form else None


def never_negative(unknown: Call) -> bool:
    """Whether a function's name says that its values have no sign: norms, sums of squares."""
    if _NORM.search(unknown.function):
        return True
    added = any(word in unknown.function for word in ("sum", "mean"))
    return added and all(_is_square(part) for part in unknown.args[:1])


def _is_square(value: Expr) -> bool:
    match value:
        case Operation(op="mul", args=(left, right)):
            return left is right
        case Operation(op="add", args=args):
            return all(map(_is_square, args))
        case Select(_, then, other):
            return _is_square(then) and _is_square(other)
        case Call(function=function):
            return function in {"square", "abs"} or never_negative(value)
        case _:
            return False


def kind_by_name(name: str) -> Kind:
    """What a hyperparameter's name says about its values."""
    for pattern, kind in _BY_NAME:
        if re.fullmatch(pattern, name):
            return kind
    return "real"


def inferred_domain(
    rules: Iterable[States], state_names: Iterable[str], given: Mapping[str, Kind]
) -> Domain:
    """The domain of all symbols of some rules.

    Args:
        rules: the rules whose symbols are asked for.
        state_names: states; they are real numbers until an invariant says more.
        given: kinds that the caller knows; they win.
    """
    values = [value for states in rules for _, value in states]
    states = {*state_names, "grad"}
    truths = truth_symbols(values)
    kinds: dict[str, Kind] = {}
    for name in symbols(values):
        if name in truths:
            kinds[name] = "boolean"
        elif name not in states:
            kinds[name] = kind_by_name(name)
    return Domain().having(
        {name: kind for name, kind in kinds.items() if kind != "real"} | dict(given)
    )
