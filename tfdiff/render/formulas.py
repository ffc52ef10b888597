"""Formulas in the notation of each format, safe to look at whatever the sources hold."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from tfdiff.ir import show
from tfdiff.ir.align import changed_terms
from tfdiff.ir.expr import Expr, children
from tfdiff.ir.latex import LatexNotation
from tfdiff.ir.mathml import MathmlNotation
from tfdiff.ir.notation import Notation
from tfdiff.ir.text import TextNotation
from tfdiff.ir.walk import States, ordered
from tfdiff.render.absent import without_optional
from tfdiff.render.step_form import StepForm, step_form
from tfdiff.render.visible import visible
from tfdiff.rules.matching.topics import listed

_LARGE: Final = 300  # nodes; a larger formula is written with its shared parts by name
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TIMES: Final = "<mo>\N{INVISIBLE TIMES}</mo>"
_SPACED: Final = '<mo lspace=".08em" rspace=".08em">\N{INVISIBLE TIMES}</mo>'  # between words

Style = Callable[[Collection[str]], Notation]


@dataclass(frozen=True, slots=True)
class Rule:
    """One release's rule as lines, in an order in which each can use the results before it.

    Attributes:
        rows_only: it is the rule of the rows in a sparse gradient; other rows keep their values.
        without: arguments that it is the rule without, as they are None where nobody passes them.
    """

    lines: tuple[show.Step, ...]
    rows_only: bool
    without: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """``where clipnorm and clipvalue are None``; "" for a rule with everything."""
        if not self.without:
            return ""
        return f"where {listed(list(self.without))} {'are' if self.without[1:] else 'is'} None"


@lru_cache(maxsize=512)  # most paths share their rule
def latex(states: States) -> Mapping[str, str]:
    """Each state's value after a step in LaTeX, every formula complete in itself."""
    notation = LatexNotation([name for name, _ in states])
    return {name: _complete(name, value, notation) for name, value in states}


def _complete(name: str, value: Expr, notation: LatexNotation) -> str:
    if _size(value) <= _LARGE:
        return _safe(show.Printer(notation).show(value))
    *parts, whole = show.steps(((name, value),), notation)
    where = ", ".join(f"{part.target} = {part.value}" for part in parts)
    return _safe(rf"{whole.value} \quad\text{{where }} {where}" if parts else whole.value)


def as_latex(old: States, new: States) -> tuple[Rule, Rule]:
    """Both rules in LaTeX, with the terms marked that the other rule does not have there."""
    return _both(old, new, LatexNotation)


def as_text(old: States, new: States) -> tuple[Rule, Rule]:
    """Both rules in plain text, marked likewise."""
    return _both(old, new, lambda _: TextNotation())


def as_mathml(old: States, new: States) -> tuple[Rule, Rule]:
    """Both rules in MathML without the ``math`` element around each piece, marked likewise."""
    before, after = (
        replace(
            rule,
            lines=tuple(
                replace(line, value=line.value.replace(_TIMES, _SPACED)) for line in rule.lines
            ),
        )
        for rule in _both(old, new, MathmlNotation)
    )
    return before, after


def _both(old: States, new: States, style: Style) -> tuple[Rule, Rule]:
    old, new, without = without_optional(old, new)
    before, after = step_form(old), step_form(new)
    return (
        replace(_rule(before, after, style, marks_old=True), without=without),
        replace(_rule(after, before, style, marks_old=False), without=without),
    )


def _rule(mine: StepForm, other: StepForm, style: Style, *, marks_old: bool) -> Rule:
    notation = style([name for name, _ in mine.written])
    if any(_size(value) > _LARGE for _, value in mine.results):
        lines = show.steps(mine.written, notation)
    else:
        lines = tuple(_lines(mine, dict(other.results), notation, marks_old=marks_old))
    safe = (replace(one, target=_safe(one.target), value=_safe(one.value)) for one in lines)
    return Rule(tuple(safe), mine.rows_only)


def _lines(
    mine: StepForm, other: dict[str, Expr], notation: Notation, *, marks_old: bool
) -> list[show.Step]:
    """A line per state; what changed is marked line by line, not wherever the term occurs."""
    names: dict[Expr, str] = {sign: notation.result(name) for name, sign in mine.signs}
    lines = []
    for name, value in mine.results:
        marked = frozenset[Expr]()
        if other and name not in other:
            marked = frozenset((value,))
        elif other and other[name] is not value:
            pair = ((name, value),), ((name, other[name]),)
            found = changed_terms(*(pair if marks_old else reversed(pair)))
            marked = found.old if marks_old else found.new
        if value in names:
            shown = notation.mark(names[value]) if value in marked else names[value]
        else:
            shown = show.Printer(notation, names, marked).show(value)
        lines.append(show.Step(name, notation.result(name), shown, bool(marked)))
    return lines


def _size(root: Expr) -> int:
    """Nodes of the formula when everything shared is written out."""
    size: dict[Expr, int] = {}
    for node in ordered((root,)):
        size[node] = 1 + sum(size[child] for child in children(node))
    return size[root]


def _safe(markup: str) -> str:
    """Markup without control and direction characters; invisible operators of MathML stay."""
    return _UNSAFE.sub(lambda match: visible(match.group()), markup)
