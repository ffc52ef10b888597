"""Linear inequalities: whether some can hold together (Fourier-Motzkin elimination)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flint import fmpq

Powers = tuple[int, ...]
MOST: Final = 400


@dataclass(frozen=True, slots=True)
class Inequality:
    """``sum of coefficient * monomial >= 0``, or ``> 0`` if strict.

    Attributes:
        terms: monomial -> coefficient; the monomial of zeros is the constant.
    """

    terms: Mapping[Powers, fmpq]
    strict: bool


def feasible(inequalities: tuple[Inequality, ...]) -> bool:
    """Whether the inequalities may hold together, monomials taken as independent.

    False is certain; True also means that it was not found out.
    """
    system = list(inequalities)
    while True:
        for inequality in system:
            if not any(any(powers) for powers, value in inequality.terms.items() if value != 0):
                constant = sum(inequality.terms.values(), fmpq(0))
                if constant < 0 or (inequality.strict and constant == 0):
                    return False
        variables = sorted(
            {
                powers
                for one in system
                for powers, value in one.terms.items()
                if value != 0 and any(powers)
            }
        )
        if not variables:
            return True
        system = _without(system, min(variables, key=lambda powers: _cost(system, powers)))
        if len(system) > MOST:
            return True


def _cost(system: list[Inequality], powers: Powers) -> int:
    above = sum(one.terms.get(powers, 0) > 0 for one in system)
    below = sum(one.terms.get(powers, 0) < 0 for one in system)
    return above * below


def _without(system: list[Inequality], powers: Powers) -> list[Inequality]:
    above = [one for one in system if one.terms.get(powers, 0) > 0]
    below = [one for one in system if one.terms.get(powers, 0) < 0]
    result = [one for one in system if one.terms.get(powers, 0) == 0]
    for high in above:
        for low in below:
            terms: dict[Powers, fmpq] = {}
            for one, factor in ((high, -low.terms[powers]), (low, high.terms[powers])):
                for key, value in one.terms.items():
                    terms[key] = terms.get(key, fmpq(0)) + value * factor
            terms.pop(powers)
            result.append(Inequality(terms, strict=high.strict or low.strict))
    return result
