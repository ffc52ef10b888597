"""Which signs a polynomial can have, given the domain and what a cell assumes.

A set of signs is a mask. What follows is only what can be shown: termwise, by Bernstein
coefficients for symbols in [0, 1), and by eliminating linear inequalities.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Final

from flint import fmpq, fmpq_mpoly

from tfdiff.ir.domain import Domain, never_negative
from tfdiff.ir.expr import Call, Symbol
from tfdiff.ir.field import Element, Field, rational
from tfdiff.ir.inequalities import Inequality, feasible
from tfdiff.ir.masks import ANY, NEGATIVE, POSITIVE, ZERO, flipped, multiplied, sign, squared

BY_KIND: Final[Mapping[str, int]] = {
    "positive": POSITIVE,
    "nonnegative": ZERO | POSITIVE,
    "unit": ZERO | POSITIVE,
    "count": ZERO | POSITIVE,
    "nonpositive": NEGATIVE | ZERO,
}
HIGHEST: Final = 6  # degree up to which Bernstein coefficients are worked out


@dataclass(frozen=True, slots=True)
class Fact:
    """A polynomial (a normalised factor) and the signs that it has in this cell."""

    poly: fmpq_mpoly
    mask: int


class Split(Exception):  # noqa: N818 - it says what has to be done
    """The sign of a factor decides, and nothing is known of it: look at each in turn."""

    def __init__(self, factor: fmpq_mpoly, options: tuple[int, ...]) -> None:
        super().__init__("a sign has to be decided")
        self.factor = factor
        self.options = options


class Signs:
    """Signs over one field in one cell.

    Attributes:
        used: symbols whose domain was relied on.
    """

    def __init__(self, field: Field, domain: Domain) -> None:
        self._field = field
        self._domain = domain
        self._facts: list[Fact] = []
        self.used: set[str] = set()

    def copy(self, field: Field) -> "Signs":
        """The same facts, over a copy of the field."""
        other = Signs(field, self._domain)
        other._facts = [*self._facts]
        other.used = {*self.used}
        return other

    @property
    def zeros(self) -> tuple[fmpq_mpoly, ...]:
        """Polynomials that are zero in this cell."""
        return tuple(fact.poly for fact in self._facts if fact.mask == ZERO)

    def assume(self, value: Element, mask: int) -> bool:
        """Add a fact about an element that is not divided by zero; False if it cannot be."""
        poly = self._field.product(value.num, value.den)
        if poly.is_constant():
            return bool(sign(rational(poly)) & mask)
        constant, factors = self._field.factors(poly)
        turned = sign(constant)
        unknown: list[fmpq_mpoly] = []
        for factor, exponent in factors:
            known = self.of(factor)
            if exponent % 2 == 0 and not known & ZERO:
                continue
            if known in {NEGATIVE, POSITIVE}:
                turned = multiplied(turned, known)
            else:
                unknown.append(factor)
        if len(unknown) == 1:
            poly = unknown[0]
            mask = mask if turned == POSITIVE else flipped(mask)
        known = self.of(poly) & mask
        self._facts.append(Fact(poly, known))
        return known != 0

    def peek(self, poly: fmpq_mpoly) -> int:
        """The signs that a polynomial can have, without relying on it."""
        before = set(self.used)
        found = self.of(poly)
        self.used = before
        return found

    def vanishing(self, poly: fmpq_mpoly) -> bool:
        """Whether a polynomial is zero wherever the facts of this cell hold."""
        for zero in self.zeros:
            if poly.is_zero():
                break
            poly = divmod(poly, zero)[1]
        return bool(poly.is_zero())

    def of(self, poly: fmpq_mpoly) -> int:
        """The signs that a polynomial can have."""
        if poly.is_constant():
            return sign(rational(poly))
        found = self._bounded(poly)
        for fact in self._facts:
            if fact.poly == poly:
                found &= fact.mask
            elif fact.poly == -poly:
                found &= flipped(fact.mask)
        return found

    def of_factors(self, poly: fmpq_mpoly) -> int:
        """The signs that a polynomial can have, also through its factors."""
        direct = self.of(poly)
        if direct in {NEGATIVE, ZERO, POSITIVE}:
            return direct
        constant, factors = self._field.factors(poly)
        found = sign(constant)
        for factor, exponent in factors:
            signs = self.of(factor)
            found = multiplied(found, squared(signs) if exponent % 2 == 0 else signs)
        return found & direct

    def which(self, value: Element, groups: tuple[int, ...]) -> int:
        """Which group of signs the value's sign is in.

        Raises:
            Split: the sign of one factor has to be decided first.
        """
        while True:
            mask = multiplied(self.of_factors(value.num), self.of_factors(value.den) & ~ZERO)
            for place, group in enumerate(groups):
                if not mask & ~group:
                    return place
            factor, options = self._open(value)
            if len(options) > 1:
                raise Split(factor, options)
            self._facts.append(Fact(factor, options[0] if options else 0))
            if not options:
                return 0  # an empty cell: whatever is said holds

    def _open(self, value: Element) -> tuple[fmpq_mpoly, tuple[int, ...]]:
        """The first factor whose sign is not known, and the signs that it can have."""
        inside = self._field.factors(value.num)[1]
        below = self._field.factors(value.den)[1]
        for factors, allowed in ((inside, ANY), (below, ANY & ~ZERO)):
            for factor, _ in factors:
                mask = self.of(factor) & allowed
                if mask not in {NEGATIVE, ZERO, POSITIVE}:
                    return factor, self._possible(factor, mask)
        return inside[0][0] if inside else value.den, ()

    def allowed(self, poly: fmpq_mpoly) -> int:
        """The signs that a polynomial can have with all facts taken together."""
        return sum(self._possible(poly, self.of_factors(poly)))

    def empty(self) -> bool:
        """Whether the facts of this cell contradict each other."""
        if any(fact.mask == 0 for fact in self._facts):
            return True
        if feasible(self._inequalities(self._facts)):
            return False
        self._use_all(fact.poly for fact in self._facts)
        return True

    def _possible(self, factor: fmpq_mpoly, mask: int) -> tuple[int, ...]:
        """The signs in the mask that the facts of this cell allow."""
        signs = tuple(sign for sign in (POSITIVE, NEGATIVE, ZERO) if mask & sign)
        if not self._facts:
            return signs
        kept = tuple(
            sign
            for sign in signs
            if feasible(self._inequalities([*self._facts, Fact(factor, sign)]))
        )
        if kept != signs:
            self._use_all([factor, *(fact.poly for fact in self._facts)])
        return kept

    def _use_all(self, polys: Iterable[fmpq_mpoly]) -> None:
        for poly in polys:
            for place, degree in enumerate(poly.degrees()):
                if degree:
                    self._use(place)

    def _inequalities(self, facts: Iterable[Fact]) -> tuple[Inequality, ...]:
        """Facts and domain as linear inequalities in monomials."""
        found: list[Inequality] = []
        monomials: set[tuple[int, ...]] = set()
        for fact in facts:
            terms = fact.poly.to_dict()
            monomials.update(powers for powers in terms if any(powers))
            found.extend(_signed(terms, fact.mask))
        for powers in monomials:
            found.extend(_signed({powers: fmpq(1)}, self._monomial(powers, record=False)))
            if sum(powers) == 1 and self._unit(powers.index(1)):
                one = tuple(0 for _ in powers)
                found.append(Inequality({one: fmpq(1), powers: fmpq(-1)}, strict=True))
        return tuple(found)

    def _generator(self, place: int) -> int:
        generator = self._field.generators[place]
        if isinstance(generator.shown, Symbol):
            mask = BY_KIND.get(self._domain.kind(generator.shown.name), ANY)
        elif generator.radicand is not None:
            below = self.of(generator.radicand)
            mask = below if below in {ZERO, POSITIVE} else ZERO | POSITIVE
        elif generator.kind == "exp":
            mask = POSITIVE
        elif isinstance(generator.shown, Call) and never_negative(generator.shown):
            mask = ZERO | POSITIVE
        else:
            mask = ANY
        poly = self._field.at(place).num
        for fact in self._facts:
            if fact.poly == poly:
                mask &= fact.mask
        return mask

    def _unit(self, place: int) -> bool:
        shown = self._field.generators[place].shown
        return isinstance(shown, Symbol) and self._domain.kind(shown.name) == "unit"

    def _monomial(self, powers: tuple[int, ...], *, record: bool) -> int:
        mask = POSITIVE
        for place, power in enumerate(powers):
            if power:
                signs = self._generator(place)
                mask = multiplied(mask, squared(signs) if power % 2 == 0 else signs)
                if record and power % 2:
                    self._use(place)
        return mask

    def _use(self, place: int) -> None:
        shown = self._field.generators[place].shown
        if isinstance(shown, Symbol) and self._domain.kind(shown.name) != "real":
            self.used.add(shown.name)

    def _bounded(self, poly: fmpq_mpoly) -> int:
        """Signs by terms, after symbols in [0, 1) are taken to Bernstein coefficients."""
        terms = poly.to_dict()
        before = set(self.used)
        found = self._termwise(terms)
        if found == ANY:
            self.used = before
            for place, degree in enumerate(poly.degrees()):
                if 0 < degree <= HIGHEST and self._unit(place):
                    found = self._bernstein(poly, place, degree)
                    if found == ANY:
                        self.used = before
                    else:
                        self._use(place)
                    break
        return found

    def _termwise(self, terms: Mapping[tuple[int, ...], fmpq]) -> int:
        together = 0
        strict = False
        for powers, coefficient in terms.items():
            mask = multiplied(sign(coefficient), self._monomial(powers, record=True))
            together |= mask
            strict = strict or not mask & ZERO
            if together & NEGATIVE and together & POSITIVE:
                return ANY
        return together & ~ZERO if strict else together

    def _bernstein(self, poly: fmpq_mpoly, place: int, degree: int) -> int:
        slices: list[dict[tuple[int, ...], fmpq]] = [{} for _ in range(degree + 1)]
        for powers, value in poly.to_dict().items():
            slices[powers[place]][(*powers[:place], 0, *powers[place + 1 :])] = value
        parts = [self._field.context.from_dict(part) for part in slices]
        together = 0
        first = ANY
        for index in range(degree + 1):
            coefficient = self._field.context.constant(0)
            for power in range(index + 1):
                share = fmpq(comb(index, power), comb(degree, power))
                coefficient += parts[power] * share
            mask = self.of(coefficient)
            first = mask if index == 0 else first
            together |= mask
            if together & NEGATIVE and together & POSITIVE:
                return ANY
        return together & ~ZERO if not first & ZERO else together


def _signed(terms: Mapping[tuple[int, ...], fmpq], mask: int) -> list[Inequality]:
    """Inequalities that say that a polynomial has one of these signs, where they can."""
    turned = {powers: -value for powers, value in terms.items()}
    found: list[Inequality] = []
    if not mask & NEGATIVE:
        found.append(Inequality(dict(terms), strict=not mask & ZERO))
    if not mask & POSITIVE:
        found.append(Inequality(turned, strict=not mask & ZERO))
    return found
