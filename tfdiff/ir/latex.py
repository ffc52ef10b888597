"""LaTeX: formulas for Markdown, in the field's notation; it needs amsmath and nothing else."""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from tfdiff.ir.notation import ATOM, SHAPES, Shape
from tfdiff.ir.symbols import GREEK, Glyph, glyph
from tfdiff.ir.text import decimal

_SIGNS: Final[Mapping[str, str]] = {
    "or": r" \lor ",
    "and": r" \land ",
    "lt": " < ",
    "le": r" \le ",
    "gt": " > ",
    "ge": r" \ge ",
    "eq": " = ",
    "ne": r" \ne ",
    "add": " + ",
    "sub": " - ",
    "mul": r" \, ",
}
_FUNCTIONS: Final = frozenset({"max", "min", "exp", "log", "sin", "cos", "tanh"})


class LatexNotation:
    """Formulas in LaTeX; a changed term is bold, which needs no package.

    Args:
        states: names that get a time: ``m_{t-1}`` before the step and ``m_t`` after it.
    """

    shapes: Mapping[str, Shape] = {**SHAPES, "div": Shape(ATOM, (0, 0)), "pow": Shape(8, (9, 0))}

    def __init__(self, states: Collection[str] = ()) -> None:
        self._states = frozenset(states)

    def number(self, value: Fraction) -> tuple[str, int]:
        """A decimal, a power of ten, or a fraction."""
        shown = decimal(value)
        strength = SHAPES["neg"].result if value < 0 else ATOM
        if shown is None:
            sign = "-" if value < 0 else ""
            return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}", strength
        mantissa, _, exponent = shown.partition("e")
        if not exponent:
            return shown, strength
        ten = f"10^{{{int(exponent)}}}"
        if mantissa in {"1", "-1"}:
            return mantissa.removesuffix("1") + ten, min(strength, SHAPES["pow"].result)
        return rf"{mantissa} \cdot {ten}", SHAPES["neg"].result

    def symbol(self, name: str) -> str:
        """A name in the field's notation."""
        if name == "grad":
            return "g_t"
        return _typeset(glyph(name), "t-1" if name in self._states else "")

    def result(self, name: str) -> str:
        """A state after the step."""
        return _typeset(glyph(name), "t")

    def local(self, index: int) -> str:
        """Shared parts are s with an index."""
        return f"s_{{{index}}}"

    def truth(self, *, value: bool) -> str:
        """True and false as words."""
        return rf"\text{{{str(value).lower()}}}"

    def operation(self, op: str, parts: tuple[str, ...]) -> str:
        """Operators; division is a fraction."""
        match op:
            case "neg":
                return f"-{parts[0]}"
            case "not":
                return rf"\lnot {parts[0]}"
            case "div":
                return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
            case "pow":
                return f"{{{parts[0]}}}^{{{parts[1]}}}"
            case "mul" if parts[1][:1].isdigit():
                return r" \cdot ".join(parts)
            case _:
                return _SIGNS[op].join(parts)

    def call(self, function: str, parts: tuple[str, ...]) -> str:
        """Functions; roots, squares and absolute values have their own signs."""
        match function:
            case "sqrt":
                return rf"\sqrt{{{parts[0]}}}"
            case "rsqrt":
                return rf"\frac{{1}}{{\sqrt{{{parts[0]}}}}}"
            case "square":
                return f"{{{parts[0]}}}^{{2}}"
            case "abs":
                return rf"\left|{parts[0]}\right|"
            case "norm":
                return rf"\left\|{', '.join(parts)}\right\|"
            case "sign":
                name = r"\operatorname{sgn}"
            case _ if function in _FUNCTIONS:
                name = rf"\{function}"
            case _:
                name = rf"\operatorname{{{escaped(function)}}}"
        return rf"{name}\left({', '.join(parts)}\right)"

    def power_of(self, function: str) -> bool:
        """Only ``square``."""
        return function == "square"

    def choice(self, arms: tuple[tuple[str, str], ...], other: str) -> str:
        """Cases."""
        lines = [rf"{value} & \text{{if }} {condition}" for condition, value in arms]
        lines.append(rf"{other} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    def opaque(self, text: str) -> str:
        """Source text that was not understood, cut short."""
        return rf"\text{{?{escaped(' '.join(text.split())[:60])}?}}"

    def group(self, text: str) -> str:
        """Round brackets that grow."""
        return rf"\left({text}\right)"

    def mark(self, text: str) -> str:
        """A frame, which every LaTeX renderer knows and which survives black and white."""
        return rf"\boxed{{{text}}}"


def _typeset(shape: Glyph, time: str) -> str:
    if shape.base in GREEK:
        base = rf"\{shape.base}"
    elif len(shape.base) == 1:
        base = shape.base
    else:
        base = rf"\mathrm{{{escaped(shape.base)}}}"
    if shape.hat:
        base = rf"\hat{{{base}}}"
    if shape.power:
        # It starts at the base itself: the power t before the t-th step, t + 1 after it.
        return f"{base}_{{{shape.index}}}^{{{'t+1' if time == 't' else 't'}}}"
    below = ",".join(part for part in (shape.index, time) if part)
    if not below:
        return base
    return f"{base}_{below}" if len(below) == 1 else f"{base}_{{{below}}}"


def escaped(text: str) -> str:
    """Plain text that is safe inside LaTeX."""
    replacements = {"\\": r"\backslash ", "~": r"\sim ", "^": r"\hat{} "}
    return "".join(
        replacements.get(sign, f"\\{sign}" if sign in "#$%&_{}" else sign) for sign in text
    )
