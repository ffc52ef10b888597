"""How the field writes names: ``beta1`` is a beta with an index, ``m`` is m at step t - 1."""
# ruff: noqa: RUF001 - these are Greek letters on purpose

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

EPSILON: Final = re.compile(r"\w*eps(ilon)?\w*")  # what an epsilon is called
GREEK: Final[Mapping[str, str]] = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "rho": "ρ",
}
KNOWN: Final[Mapping[str, tuple[str, str]]] = {
    "lr": ("eta", ""),
    "learning_rate": ("eta", ""),
    "grad": ("g", ""),
    "gradient": ("g", ""),
    "var": ("theta", ""),
    "step": ("t", ""),
    "momentum": ("mu", ""),
    "linear": ("z", ""),
    "accum": ("n", ""),
    "accumulator": ("n", ""),
    "eps": ("epsilon", ""),
    "l1": ("lambda", "1"),
    "l2": ("lambda", "2"),
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A typeset name.

    Attributes:
        base: one letter, a Greek letter's name, or a word.
        index: what stands below it, "" for nothing.
        hat: whether it wears a hat.
        power: whether it stands for the base to the power of the step (``beta1_power``).
    """

    base: str
    index: str
    hat: bool = False
    power: bool = False


def glyph(name: str) -> Glyph:
    """The typeset form of a name from the sources."""
    power = name.endswith("_power") and bool(re.fullmatch(r"beta_?\d?_power", name))
    name = name.removesuffix("_power") if power else name
    base, index = KNOWN.get(name, (name, ""))
    found = re.fullmatch(r"([a-z]+)_?(\d)", name)
    if not index and found and (found[1] in GREEK or len(found[1]) == 1):
        base, index = found[1], found[2]
    hat = re.fullmatch(r"([a-z])_?hat", name)
    if hat:
        return Glyph(hat[1], "", hat=True)
    return Glyph(base, index, power=power)
