"""Presentation MathML: formulas for HTML that need no script, no style and no font.

A changed term is an ``mrow`` with ``data-changed`` and a background, in double brackets, so
that it is found by a style sheet and seen without colour.
"""
# ruff: noqa: RUF001 - mathematics is written with these signs

from collections.abc import Collection, Mapping
from fractions import Fraction
from html import escape
from typing import Final

from tfdiff.ir.notation import ATOM, SHAPES, Shape
from tfdiff.ir.symbols import GREEK, Glyph, glyph
from tfdiff.ir.text import decimal

_SIGNS: Final[Mapping[str, str]] = {
    "or": "∨",
    "and": "∧",
    "lt": "&lt;",
    "le": "≤",
    "gt": "&gt;",
    "ge": "≥",
    "eq": "=",
    "ne": "≠",
    "add": "+",
    "sub": "−",
    "mul": "\u2062",  # invisible times: it is spoken, not seen
}


class MathmlNotation:
    """Formulas in presentation MathML.

    Args:
        states: names that get a time: m at t - 1 before the step and at t after it.
    """

    shapes: Mapping[str, Shape] = {**SHAPES, "div": Shape(ATOM, (0, 0)), "pow": Shape(8, (9, 0))}

    def __init__(self, states: Collection[str] = ()) -> None:
        self._states = frozenset(states)

    def number(self, value: Fraction) -> tuple[str, int]:
        """A decimal, a power of ten, or a fraction."""
        shown = decimal(abs(value))
        if shown is None:
            piece = f"<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac>"
            strength = ATOM
        else:
            piece, strength = _decimal(shown)
        if value < 0:
            return f"<mrow><mo>−</mo>{piece}</mrow>", SHAPES["neg"].result
        return piece, strength

    def symbol(self, name: str) -> str:
        """A name in the field's notation."""
        if name == "grad":
            return "<msub><mi>g</mi><mi>t</mi></msub>"
        return _typeset(glyph(name), _BEFORE if name in self._states else "")

    def result(self, name: str) -> str:
        """A state after the step."""
        return _typeset(glyph(name), _AFTER)

    def local(self, index: int) -> str:
        """Shared parts are s with an index."""
        return f"<msub><mi>s</mi><mn>{index}</mn></msub>"

    def truth(self, *, value: bool) -> str:
        """True and false as words."""
        return f"<mtext>{str(value).lower()}</mtext>"

    def operation(self, op: str, parts: tuple[str, ...]) -> str:
        """Operators; division is a fraction."""
        match op:
            case "neg":
                return f"<mrow><mo>−</mo>{parts[0]}</mrow>"
            case "not":
                return f"<mrow><mo>¬</mo>{parts[0]}</mrow>"
            case "div":
                return f"<mfrac>{_row(parts[0])}{_row(parts[1])}</mfrac>"
            case "pow":
                return f"<msup>{_row(parts[0])}{_row(parts[1])}</msup>"
            case "mul" if parts[1].startswith("<mn>"):
                return f"<mrow>{parts[0]}<mo>·</mo>{parts[1]}</mrow>"
            case _:
                return f"<mrow>{f'<mo>{_SIGNS[op]}</mo>'.join(parts)}</mrow>"

    def call(self, function: str, parts: tuple[str, ...]) -> str:
        """Functions; roots, squares and absolute values have their own signs."""
        match function:
            case "sqrt":
                return f"<msqrt>{parts[0]}</msqrt>"
            case "rsqrt":
                return f"<mfrac><mn>1</mn><msqrt>{parts[0]}</msqrt></mfrac>"
            case "square":
                return f"<msup>{_row(parts[0])}<mn>2</mn></msup>"
            case "abs":
                return f"<mrow><mo>|</mo>{parts[0]}<mo>|</mo></mrow>"
            case "norm":
                return f"<mrow><mo>‖</mo>{'<mo>,</mo>'.join(parts)}<mo>‖</mo></mrow>"
            case _:
                name = "sgn" if function == "sign" else escape(function)
                inside = "<mo>,</mo>".join(parts)
                return f"<mrow><mi>{name}</mi><mo>\u2061</mo>{self.group(inside)}</mrow>"

    def power_of(self, function: str) -> bool:
        """Only ``square``."""
        return function == "square"

    def choice(self, arms: tuple[tuple[str, str], ...], other: str) -> str:
        """A table of cases behind a brace."""
        rows = [
            f"<mtr><mtd>{value}</mtd><mtd><mtext>if&#160;</mtext>{condition}</mtd></mtr>"
            for condition, value in arms
        ]
        rows.append(f"<mtr><mtd>{other}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>")
        return f"<mrow><mo>{{</mo><mtable>{''.join(rows)}</mtable></mrow>"

    def opaque(self, text: str) -> str:
        """Source text that was not understood, cut short."""
        return f"<mtext>?{escape(' '.join(text.split())[:60])}?</mtext>"

    def group(self, text: str) -> str:
        """Round brackets that grow."""
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def mark(self, text: str) -> str:
        """A row that says that it changed."""
        inside = f"<mo>⟦</mo>{text}<mo>⟧</mo>"
        return f'<mrow data-changed="true" mathbackground="#ffe9a8">{inside}</mrow>'


_BEFORE: Final = "<mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow>"
_AFTER: Final = "<mi>t</mi>"


def equation(target: str, value: str) -> str:
    """A whole ``math`` element: the target takes the value."""
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f"<mrow>{target}<mo>←</mo>{value}</mrow></math>"
    )


def _row(text: str) -> str:
    return f"<mrow>{text}</mrow>"


def _decimal(shown: str) -> tuple[str, int]:
    mantissa, _, exponent = shown.partition("e")
    if not exponent:
        return f"<mn>{shown}</mn>", ATOM
    sign = "<mo>−</mo>" if exponent.startswith("-") else ""
    size = f"<mrow>{sign}<mn>{abs(int(exponent))}</mn></mrow>"
    ten = f"<msup><mn>10</mn>{size}</msup>"
    if mantissa == "1":
        return ten, SHAPES["pow"].result
    return f"<mrow><mn>{mantissa}</mn><mo>·</mo>{ten}</mrow>", SHAPES["mul"].result


def _typeset(shape: Glyph, time: str) -> str:
    base = f"<mi>{GREEK.get(shape.base) or escape(shape.base)}</mi>"
    if shape.hat:
        base = f"<mover>{base}<mo>^</mo></mover>"
    index = f"<mn>{escape(shape.index)}</mn>" if shape.index else ""
    if shape.power:
        # It starts at the base itself: the power t before the t-th step, t + 1 after it.
        exponent = f"{_AFTER}<mo>+</mo><mn>1</mn>" if time == _AFTER else _AFTER
        return f"<msubsup>{base}{_row(index)}{_row(exponent)}</msubsup>"
    if not index and not time:
        return base
    comma = "<mo>,</mo>" if index and time else ""
    return f"<msub>{base}{_row(index + comma + time)}</msub>"
