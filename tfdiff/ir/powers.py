"""Square roots, powers, exponentials and logarithms over a field.

``sqrt(c*p*p*q)`` is ``sqrt(c)*|p|*sqrt(q)``, split further where the factors' signs are known.
``pow(b, e)`` is ``exp(e*log(b))``, and ``exp`` of a sum is a product of generators, so that
``beta^(step + 1)`` and ``beta^step * beta`` come out the same.
"""

from fractions import Fraction
from typing import Final

from flint import fmpq_mpoly

from tfdiff.ir.field import Element, Field, NotProvable, rational, square_part
from tfdiff.ir.masks import NEGATIVE, POSITIVE, ZERO
from tfdiff.ir.signs import Signs

LARGEST: Final = 32  # whole exponents up to this are multiplied out


class Powers:
    """Builds roots and powers.

    Attributes:
        taken: what the results take for granted: elements that are ``>= 0`` or ``> 0``.
    """

    def __init__(self, field: Field, signs: Signs) -> None:
        self._field = field
        self._signs = signs
        self.taken: list[tuple[Element, str]] = []

    def magnitude(self, value: Element) -> Element:
        """The absolute value."""
        side = self._signs.which(value, (ZERO | POSITIVE, NEGATIVE))
        return value if side == 0 else self._field.neg(value)

    def sqrt(self, value: Element) -> Element:
        """The square root of a value that is taken to be at least zero."""
        field = self._field
        if value.num.is_zero():
            return field.zero
        radicand = field.product(value.num, value.den)
        constant, factors = field.factors(radicand)
        outside = field.inverse(self.magnitude(field.whole(value.den)))
        joint = field.context.constant(1)
        loose: list[fmpq_mpoly] = []
        for factor, exponent in factors:
            if exponent >= 2:  # noqa: PLR2004 - a square part
                part = (
                    self.magnitude(field.whole(factor))
                    if exponent // 2 % 2
                    else field.whole(factor)
                )
                outside = field.mul(outside, field.power(part, exponent // 2))
            if exponent % 2:
                loose.append(factor)
        for factor in loose:
            known = self._signs.of(factor) if len(loose) > 1 else 0
            if known and not known & NEGATIVE:
                outside = field.mul(outside, field.root(factor))
            elif known and not known & POSITIVE:
                constant = -constant
                outside = field.mul(outside, field.root(-factor))
            else:
                joint *= factor
        return field.mul(outside, self._root_of(constant, joint))

    def _root_of(self, constant: Fraction, joint: fmpq_mpoly) -> Element:
        field = self._field
        if constant < 0:
            constant, joint = -constant, -joint
        scale, rest = square_part(constant.numerator * constant.denominator)
        result = field.constant(Fraction(scale, constant.denominator))
        if rest != 1:
            result = field.mul(result, field.root(field.context.constant(rest)))
        if joint.is_constant():
            if rational(joint) < 0:
                raise NotProvable("the square root of a negative number")
            return result
        self.taken.append((field.whole(joint), ">="))
        return field.mul(result, field.root(joint))

    def pow(self, base: Element, exponent: Element) -> Element:
        """A power; the base is taken to be positive unless the exponent is whole."""
        field = self._field
        whole = field.number(exponent)
        if whole is not None and whole.denominator == 1 and abs(whole) <= LARGEST:
            if base.num.is_zero() and whole < 0:
                raise NotProvable("a division by zero")
            return field.power(base, int(whole))
        if whole is not None and whole.denominator == 2 and abs(whole) <= LARGEST:  # noqa: PLR2004
            root = self.sqrt(base)
            if root.num.is_zero() and whole < 0:
                raise NotProvable("a division by zero")
            return field.power(root, whole.numerator)
        if base.num.is_zero():
            if self._signs.of_factors(exponent.num) == POSITIVE == self._signs.of(exponent.den):
                return field.zero
            raise NotProvable("a power of zero with a symbolic exponent")
        return self.exp(field.mul(exponent, self.log(base)))

    def log(self, value: Element) -> Element:
        """The logarithm of a value that is taken to be positive."""
        field = self._field
        if value.num.is_zero():
            raise NotProvable("the logarithm of zero")
        result = field.zero
        joint, below = field.context.constant(1), field.context.constant(1)
        constant = Fraction(1)
        for poly, turn in ((value.num, 1), (value.den, -1)):
            content, factors = field.factors(poly)
            constant *= content**turn
            for factor, exponent in factors:
                if self._signs.peek(factor) == POSITIVE:
                    self._signs.of(factor)  # now it is relied on
                    part = self._log_of_factor(factor)
                    times = field.constant(Fraction(exponent * turn))
                    result = field.add(result, field.mul(part, times))
                elif turn > 0:
                    joint *= factor**exponent
                else:
                    below *= factor**exponent
        if joint.is_constant() and below.is_constant():
            if constant <= 0:
                raise NotProvable("the logarithm of a number that is not positive")
            if constant == 1:
                return result
            return field.add(result, field.function("log", field.constant(constant)))
        rest = field.mul(field.constant(constant), Element(joint, below))
        self.taken.append((rest, ">"))
        return field.add(result, field.function("log", rest))

    def _log_of_factor(self, factor: fmpq_mpoly) -> Element:
        for place, generator in enumerate(self._field.generators):
            if generator.kind == "exp" and self._field.at(place).num == factor:
                return generator.inner or self._field.zero
        return self._field.function("log", self._field.whole(factor))

    def exp(self, value: Element) -> Element:
        """The exponential; of a sum, the product of its terms' exponentials."""
        field = self._field
        if not value.den.is_constant():
            return self._exponential(value)
        result = field.one
        for powers, coefficient in value.num.to_dict().items():
            share = Fraction(int(coefficient.p), int(coefficient.q))
            term = field.whole(field.context.from_dict({powers: 1}))
            result = field.mul(result, self._term(term, share))
        return result

    def _term(self, term: Element, share: Fraction) -> Element:
        """``exp(share * term)`` for a single monomial."""
        field = self._field
        inside = self._inside_log(term)
        if inside is not None and share.denominator <= 2 and abs(share) <= LARGEST:  # noqa: PLR2004
            base = inside if share.denominator == 1 else self.sqrt(inside)
            return field.power(base, share.numerator)
        if abs(share.numerator) > LARGEST:
            return self._exponential(field.mul(term, field.constant(share)))
        unit = self._exponential(field.mul(term, field.constant(Fraction(1, share.denominator))))
        return field.power(unit, share.numerator)

    def _inside_log(self, term: Element) -> Element | None:
        """``x`` where the term is the generator ``log(x)``."""
        for place, generator in enumerate(self._field.generators):
            if generator.kind == "log" and self._field.at(place).num == term.num:
                return generator.inner
        return None

    def _exponential(self, value: Element) -> Element:
        if value.num.leading_coefficient() < 0:
            return self._field.inverse(self._exponential(self._field.neg(value)))
        return self._field.function("exp", value)
