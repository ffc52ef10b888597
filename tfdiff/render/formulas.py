"""Formulas in the notation of each format, safe to look at whatever the sources hold."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from tfdiff.ir import show
from tfdiff.ir.align import changed_terms
from tfdiff.ir.expr import Expr, children
from tfdiff.ir.latex import LatexNotation
from tfdiff.ir.mathml import MathmlNotation
from tfdiff.ir.notation import Notation
from tfdiff.ir.text import TextNotation
from tfdiff.ir.walk import ordered
from tfdiff.render.visible import visible

States = tuple[tuple[str, Expr], ...]

_TIMES: Final = "<mo>\N{INVISIBLE TIMES}</mo>"
_SPACED: Final = '<mo lspace=".08em" rspace=".08em">\N{INVISIBLE TIMES}</mo>'  # between words
_LARGE: Final = 300  # nodes; a larger formula is written with its shared parts by name
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def latex(states: States) -> dict[str, str]:
    """Each state's value after a step in LaTeX, every formula complete in itself."""
    notation = LatexNotation([name for name, _ in states])
    return {name: _complete(name, value, notation) for name, value in states}


def _complete(name: str, value: Expr, notation: LatexNotation) -> str:
    if _size(value) <= _LARGE:
        return _safe(show.Printer(notation).show(value))
    *parts, whole = show.steps(((name, value),), notation)
    where = ", ".join(f"{part.target} = {part.value}" for part in parts)
    return _safe(rf"{whole.value} \quad\text{{where }} {where}" if parts else whole.value)


def _size(root: Expr) -> int:
    """Nodes of the formula when everything shared is written out."""
    size: dict[Expr, int] = {}
    for node in ordered((root,)):
        size[node] = 1 + sum(size[child] for child in children(node))
    return size[root]


def latex_lines(states: States, marked: AbstractSet[Expr] = frozenset()) -> tuple[show.Step, ...]:
    """A rule as lines of LaTeX, in an order in which each can use the results before it."""
    return _lines(states, LatexNotation([name for name, _ in states]), marked)


def mathml_lines(states: States, marked: AbstractSet[Expr] = frozenset()) -> tuple[show.Step, ...]:
    """A rule as lines of MathML, without the ``math`` element around them."""
    lines = _lines(states, MathmlNotation([name for name, _ in states]), marked)
    return tuple(replace(line, value=line.value.replace(_TIMES, _SPACED)) for line in lines)


def text_lines(states: States, marked: AbstractSet[Expr] = frozenset()) -> tuple[show.Step, ...]:
    """A rule as lines of plain text."""
    return _lines(states, TextNotation(), marked)


def changed(old: States, new: States) -> tuple[frozenset[Expr], frozenset[Expr]]:
    """The smallest terms of each side that the other side does not have there."""
    if not old or not new:
        return frozenset(), frozenset()
    found = changed_terms(old, new)
    return found.old, found.new


def _lines(states: States, notation: Notation, marked: AbstractSet[Expr]) -> tuple[show.Step, ...]:
    return tuple(
        replace(line, target=_safe(line.target), value=_safe(line.value))
        for line in show.steps(states, notation, marked)
    )


def _safe(markup: str) -> str:
    """Markup without control and direction characters; invisible operators of MathML stay."""
    return _UNSAFE.sub(lambda match: visible(match.group()), markup)
