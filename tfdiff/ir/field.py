"""Fractions of polynomials over a tower of generators: symbols, square roots, powers, calls.

A square root ``r`` of a polynomial ``f`` is a generator with ``r*r = f``; polynomials are kept
with no root twice in a term. A numerator that reduces to zero is zero wherever the
denominators are not; a numerator that does not is merely not known to be zero.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final
from typing import Literal as OneOf

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from tfdiff.ir.expr import Expr, call, number, operation, symbol

MOST_TERMS: Final = 3000
FACTORED_TERMS: Final = 400


Factored = tuple[Fraction, tuple[tuple[fmpq_mpoly, int], ...]]


class OutOfWork(Exception):  # noqa: N818 - it says what happened
    """The proof needs more work than it was given; nothing follows from that."""


class NotProvable(Exception):  # noqa: N818 - it says what happened
    """An expression that this method cannot reason about, with the reason."""


@dataclass(slots=True)
class Work:
    """A budget of term operations, so that giving up does not depend on the machine."""

    left: int

    def spend(self, amount: int) -> None:
        """Take from the budget.

        Raises:
            OutOfWork: nothing is left.
        """
        self.left -= amount
        if self.left < 0:
            raise OutOfWork


@dataclass(frozen=True, slots=True)
class Element:
    """A fraction of two reduced polynomials."""

    num: fmpq_mpoly
    den: fmpq_mpoly


@dataclass(frozen=True, slots=True)
class Generator:
    """What a generator stands for.

    Attributes:
        kind: ``exp`` and ``log`` are those of ``inner``, ``root`` is that of ``radicand``;
            ``call`` is any other function, known or not.
        shown: the same as an expression.
    """

    kind: OneOf["symbol", "root", "exp", "log", "call"]
    shown: Expr
    radicand: fmpq_mpoly | None = None
    inner: Element | None = None


class Field:
    """Arithmetic on elements; generators are added as they are met.

    Args:
        room: how many generators there can be.
        work: budget that every product draws on.
    """

    def __init__(self, room: int, work: Work) -> None:
        self.context = fmpq_mpoly_ctx.get(tuple(f"g{i}" for i in range(room)), Ordering.lex)
        self.generators: list[Generator] = []
        self.work = work
        self._free = self.context.gens()
        self._unit = self.context.constant(1)
        self._factored: dict[str, Factored] = {}
        self.zero = self.constant(Fraction(0))
        self.one = self.constant(Fraction(1))

    def copy(self) -> "Field":
        """The same field; generators that the copy meets are its own."""
        other = copy(self)
        other.generators = [*self.generators]
        return other

    def constant(self, value: Fraction) -> Element:
        """A number."""
        return self.whole(self.context.constant(fmpq(value.numerator, value.denominator)))

    def whole(self, poly: fmpq_mpoly) -> Element:
        """A polynomial as an element."""
        return Element(poly, self._unit)

    def generator(self, matches: Callable[[Generator], bool], make: Callable[[], Generator]) -> int:
        """The place of the generator that matches; a new one where none does."""
        for place, known in enumerate(self.generators):
            if matches(known):
                return place
        if len(self.generators) == len(self._free):
            raise OutOfWork
        self.generators.append(make())
        return len(self.generators) - 1

    def symbol(self, name: str) -> Element:
        """A symbol as an element."""
        return self.at(self.place(name))

    def place(self, name: str) -> int:
        """The place of a symbol's generator."""
        shown = symbol(name)
        return self.generator(
            lambda known: known.shown is shown, lambda: Generator("symbol", shown)
        )

    def at(self, place: int) -> Element:
        """A generator as an element."""
        return self.whole(self._free[place])

    def product(self, left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
        """The reduced product of two polynomials."""
        size = len(left) * len(right)
        self.work.spend(1 + size)
        if size > MOST_TERMS * 10:
            raise OutOfWork
        return self.reduced(left * right)

    def reduced(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """The same polynomial with no square root twice in a term."""
        for place in range(len(self.generators) - 1, -1, -1):
            radicand = self.generators[place].radicand
            if radicand is None or poly.degrees()[place] < 2:  # noqa: PLR2004 - a square
                continue
            parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
            for powers, coefficient in poly.to_dict().items():
                pairs, odd = divmod(powers[place], 2)
                rest = (*powers[:place], odd, *powers[place + 1 :])
                parts.setdefault(pairs, {})[rest] = coefficient
            poly = self.context.constant(0)
            for pairs, terms in parts.items():
                self.work.spend(len(terms) * len(radicand) ** pairs)
                poly += self.context.from_dict(terms) * radicand**pairs
        if len(poly) > MOST_TERMS:
            raise OutOfWork
        return poly

    def make(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Element:
        """A fraction in lowest terms, as far as polynomials tell."""
        if num.is_zero():
            return self.zero
        if den.is_constant():
            return Element(num / den.leading_coefficient(), self._unit)
        self.work.spend(len(num) + len(den))
        common = num.gcd(den)
        if not common.is_constant():
            num, den = divmod(num, common)[0], divmod(den, common)[0]
        lead = den.leading_coefficient()
        return Element(num / lead, den / lead)

    def add(self, left: Element, right: Element) -> Element:
        """A sum."""
        if left.den == right.den:
            return self.make(left.num + right.num, left.den)
        common = left.den.gcd(right.den)
        mine, other = divmod(left.den, common)[0], divmod(right.den, common)[0]
        num = self.product(left.num, other) + self.product(right.num, mine)
        return self.make(self.reduced(num), self.product(left.den, other))

    def neg(self, value: Element) -> Element:
        """The opposite."""
        return Element(-value.num, value.den)

    def sub(self, left: Element, right: Element) -> Element:
        """A difference."""
        return self.add(left, self.neg(right))

    def mul(self, left: Element, right: Element) -> Element:
        """A product."""
        first = self.make(left.num, right.den)
        second = self.make(right.num, left.den)
        num = self.product(first.num, second.num)
        return self.make(num, self.product(first.den, second.den))

    def inverse(self, value: Element) -> Element:
        """One over a value whose numerator is not zero."""
        return self.make(value.den, value.num)

    def power(self, value: Element, exponent: int) -> Element:
        """A whole power, also a negative one."""
        base = value if exponent >= 0 else self.inverse(value)
        result = self.one
        for _ in range(abs(exponent)):
            result = self.mul(result, base)
        return result

    def same(self, left: Element, right: Element) -> bool:
        """Whether two elements are known to be the same."""
        return bool(self.sub(left, right).num.is_zero())

    def number(self, value: Element) -> Fraction | None:
        """The element's value if it is a number."""
        if not (value.num.is_constant() and value.den.is_constant()):
            return None
        return rational(value.num) / rational(value.den)

    def factors(self, poly: fmpq_mpoly) -> Factored:
        """Constant and irreducible factors, each with a positive leading coefficient."""
        if poly.is_constant():
            return rational(poly), ()
        if len(poly) > FACTORED_TERMS:
            lead = poly.leading_coefficient()
            return _fraction(lead), ((poly / lead, 1),)
        self.work.spend(4 * len(poly))
        key = str(poly)
        if key not in self._factored:
            self._factored[key] = _factored(poly)
        return self._factored[key]

    def shown(self, poly: fmpq_mpoly) -> Expr:
        """A polynomial as an expression."""
        total: Expr | None = None
        for powers, coefficient in poly.to_dict().items():
            value = _fraction(coefficient)
            term: Expr | None = None
            for place, power in enumerate(powers):
                for _ in range(power):
                    part = self.generators[place].shown
                    term = part if term is None else operation("mul", term, part)
            size = number(abs(value))
            if term is None:
                term = size
            elif abs(value) != 1:
                term = operation("mul", size, term)
            if total is None:
                total = term if value > 0 else operation("neg", term)
            else:
                total = operation("add" if value > 0 else "sub", total, term)
        return number(0) if total is None else total

    def shown_element(self, value: Element) -> Expr:
        """An element as an expression."""
        top = self.shown(value.num)
        return top if value.den.is_one() else operation("div", top, self.shown(value.den))

    def function(self, kind: OneOf["exp", "log"], value: Element) -> Element:
        """The generator for a function of a value, the same for the same value."""
        return self.at(
            self.generator(
                lambda known: (
                    known.kind == kind and known.inner is not None and self.same(known.inner, value)
                ),
                lambda: Generator(kind, call(kind, self.shown_element(value)), inner=value),
            )
        )

    def root(self, radicand: fmpq_mpoly) -> Element:
        """The generator whose square is this polynomial."""
        return self.at(
            self.generator(
                lambda known: known.radicand is not None and bool(known.radicand == radicand),
                lambda: Generator("root", call("sqrt", self.shown(radicand)), radicand),
            )
        )


def _factored(poly: fmpq_mpoly) -> Factored:
    content, found = poly.factor()
    constant = _fraction(content)
    result = []
    for factor, exponent in found:
        positive = factor
        if factor.leading_coefficient() < 0:
            positive = -factor
            constant *= (-1) ** int(exponent)
        result.append((positive, int(exponent)))
    return constant, tuple(result)


def rational(poly: fmpq_mpoly) -> Fraction:
    """The value of a constant polynomial."""
    return Fraction(0) if poly.is_zero() else _fraction(poly.leading_coefficient())


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def square_part(value: int) -> tuple[int, int]:
    """``(s, k)`` with ``value = s*s*k``, as far as small primes tell."""
    root, rest = 1, value
    for prime in range(2, 200):
        while rest % (prime * prime) == 0:
            rest //= prime * prime
            root *= prime
    whole = isqrt(rest)
    return (root * whole, 1) if whole * whole == rest else (root, rest)
