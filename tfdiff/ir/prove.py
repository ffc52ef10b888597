"""Proving two expressions equal over the reals, cell by cell of signs.

A cell is a choice of truths and of the signs that piecewise functions ask for. In each cell
both sides become fractions over a tower of square roots and powers, and the numerator of their
difference must reduce to zero. A cell that contradicts itself needs no proof. What is taken
for granted on the way is collected; what both sides take for granted alike is not printed.
Parts that the sides write differently are proved first, each once (``ir.congruence``).
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from flint import fmpq_mpoly

from tfdiff.ir.abstraction import bare, generalised
from tfdiff.ir.canonical import Canonical
from tfdiff.ir.congruence import merged
from tfdiff.ir.domain import Domain
from tfdiff.ir.expr import (
    Call,
    Expr,
    Operation,
    Symbol,
    boolean,
    children,
    symbol,
)
from tfdiff.ir.field import Field, NotProvable, OutOfWork, Work
from tfdiff.ir.interpret import AskTruth, Interpreter, Undefined
from tfdiff.ir.masks import ANY, NEGATIVE, ZERO
from tfdiff.ir.show import text
from tfdiff.ir.signs import BY_KIND, Signs, Split
from tfdiff.ir.walk import opaques, ordered, replaced, symbols

EFFORT: Final = 1_000_000  # term operations for one proof
PART: Final = 8_000  # the same for a part of what is to be proved
CELLS: Final = 1500
DEEPEST: Final = 120  # nesting that is still walked by recursion


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a proof was found.

    Attributes:
        assumptions: what it takes for granted.
        cells: how many cells of signs were looked at.
        reason: why not, if not.
        exhausted: whether the work budget ended the search.
    """

    proved: bool
    assumptions: tuple[str, ...] = ()
    cells: int = 0
    reason: str | None = None
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    """Both sides with what was decided put in; facts are (expression, signs)."""

    old: Expr
    new: Expr
    facts: tuple[tuple[Expr, int], ...] = ()

    def given(self, node: Expr, value: Expr) -> "_Cell":
        """The cell in which a node has a value."""
        roots = [self.old, self.new, *(fact for fact, _ in self.facts)]
        done = replaced(roots, {node: value})
        facts = tuple((done[fact], mask) for fact, mask in self.facts)
        return replace(self, old=done[self.old], new=done[self.new], facts=facts)


def prove(old: Expr, new: Expr, domain: Domain, effort: int = EFFORT) -> Proof:
    """Try to prove two expressions equal for all values in the domain.

    Args:
        old: one side.
        new: the other.
        domain: which values the symbols take.
        effort: work budget, in term operations; the outcome does not depend on the machine.
    """
    if _depth([old, new]) > DEEPEST:
        return Proof(proved=False, reason="nested too deeply", exhausted=True)

    def equal(left: Expr, right: Expr) -> tuple[str, ...] | None:
        proof = _part(left, right, _narrowed(domain, left, right))
        return proof.assumptions if proof.proved else None

    forms = Canonical()
    old, new = forms.form(old), forms.form(new)
    found = merged(old, new, domain, equal)
    proof = _whole(old, found.value, domain, effort)
    return replace(proof, assumptions=tuple(sorted({*found.assumptions, *proof.assumptions})))


@lru_cache(maxsize=2048)
def _part(old: Expr, new: Expr, domain: Domain) -> Proof:
    """As ``prove``, for parts of what is to be proved: many rules share them."""
    return _whole(old, new, domain, PART)


def _narrowed(domain: Domain, *roots: Expr) -> Domain:
    """The domain of the symbols below some roots."""
    names = {*symbols(roots)}
    return Domain(tuple((name, kind) for name, kind in domain.kinds if name in names))


def _whole(old: Expr, new: Expr, domain: Domain, effort: int) -> Proof:
    """A proof that looks into what both sides share only as far as it has to."""
    if old is new and not opaques([old]):
        return Proof(proved=True)
    usual = {domain.phrase(name) for name in symbols([old, new])}
    found: Proof | None = None
    for general in (bare(old, new, domain), generalised(old, new, domain)):
        if general is not None:
            proof = _by_cells(general.old, general.new, general.domain, effort // 4)
            if proof.proved:
                said = {text for one in proof.assumptions for text in general.said(one, domain)}
                found = replace(proof, assumptions=tuple(sorted(said)))
                if usual.issuperset(said):
                    return found
    proof = _by_cells(old, new, domain, effort if found is None else min(effort, PART))
    return proof if found is None or proof.proved else found


def _by_cells(old: Expr, new: Expr, domain: Domain, effort: int) -> Proof:
    work = Work(effort)
    assumptions: dict[str, None] = {}
    pending = [_Cell(old, new)]
    cells = 0
    while pending:
        cell = pending.pop()
        cells += 1
        if cells > CELLS:
            return Proof(proved=False, cells=cells, reason="too many cells", exhausted=True)
        try:
            pending.extend(_looked_at(cell, domain, work, assumptions))
        except OutOfWork:
            return Proof(proved=False, cells=cells, reason="the work budget ended", exhausted=True)
        except NotProvable as problem:
            return Proof(proved=False, cells=cells, reason=str(problem))
    return Proof(proved=True, assumptions=tuple(sorted(assumptions)), cells=cells)


def _looked_at(
    cell: _Cell, domain: Domain, work: Work, assumptions: dict[str, None]
) -> list[_Cell]:
    """Prove one cell, or name the cells that it falls into."""
    if cell.old is cell.new:
        return []
    field = Field(_room(cell), work)
    signs = Signs(field, domain)
    interpreter = Interpreter(field, signs)
    try:
        _equated(cell, interpreter, domain, assumptions)
    except Split as split:
        return _split(cell, field, split, domain)
    except AskTruth as ask:
        return [cell.given(ask.node, boolean(value)) for value in (True, False)]
    except Undefined as undefined:
        if not signs.empty():
            assumptions[f"{text(undefined.divisor)} != 0"] = None
    except NotProvable:
        if not signs.empty():
            raise
    return []


def _equated(
    cell: _Cell, interpreter: Interpreter, domain: Domain, assumptions: dict[str, None]
) -> None:
    """Bring the difference of both sides to zero.

    Raises:
        NotProvable: it is not known to be zero.
    """
    for expression, mask in cell.facts:
        if not interpreter.signs.assume(interpreter.value(expression), mask):
            return
    left, right = interpreter.value(cell.old), interpreter.value(cell.new)
    if not interpreter.signs.vanishing(interpreter.field.sub(left, right).num):
        raise NotProvable("the difference was not brought to zero")
    _collect(cell, interpreter, domain, assumptions)


def _split(cell: _Cell, field: Field, split: Split, domain: Domain) -> list[_Cell]:
    shown = field.shown(split.factor)
    found: list[_Cell] = []
    for sign in split.options:
        solved = _solved(field, split.factor, domain) if sign == ZERO else None
        if solved is None:
            found.append(replace(cell, facts=(*cell.facts, (shown, sign))))
        else:
            name, value = solved
            allowed = BY_KIND.get(domain.kind(name), ANY)
            inner = cell.given(symbol(name), value)
            if allowed != ANY:
                inner = replace(inner, facts=(*inner.facts, (value, allowed)))
            found.append(inner)
    return found


def _solved(field: Field, factor: fmpq_mpoly, domain: Domain) -> tuple[str, Expr] | None:
    """A symbol and what it is where the factor is zero; symbols of the least known sign first."""
    terms = factor.to_dict()
    inside = {
        name
        for place, generator in enumerate(field.generators)
        if generator.kind != "symbol" and factor.degrees()[place]
        for name in symbols([generator.shown])
    }
    candidates: list[tuple[bool, int]] = []
    for place, generator in enumerate(field.generators):
        holding = [powers for powers in terms if powers[place]]
        alone = len(holding) == 1 and sum(holding[0]) == 1
        if alone and isinstance(generator.shown, Symbol) and generator.shown.name not in inside:
            candidates.append((domain.kind(generator.shown.name) != "real", place))
    if not candidates:
        return None
    place = min(candidates)[1]
    own = field.at(place).num
    linear = next(powers for powers in terms if powers[place])
    value = own - factor / terms[linear]
    shown = field.generators[place].shown
    return (shown.name, field.shown(value)) if isinstance(shown, Symbol) else None


def _collect(
    cell: _Cell, interpreter: Interpreter, domain: Domain, assumptions: dict[str, None]
) -> None:
    """Note what one side takes for granted and the other does not, and the signs relied on."""
    sides = [_needs(root, interpreter) for root in (cell.old, cell.new)]
    field, signs = interpreter.field, interpreter.signs
    for (key, relation), poly in sorted(
        ((item, poly) for side in sides for item, poly in side.items() if not _both(item, sides)),
        key=lambda entry: entry[0],
    ):
        mask = signs.of(poly)
        missing = {"!=": ZERO, ">=": NEGATIVE, ">": NEGATIVE | ZERO}[relation]
        if mask & missing:
            assumptions[f"{key} {relation} 0"] = None
    for name in sorted(signs.used):
        phrase = domain.phrase(name)
        if phrase is not None and field.generators:
            assumptions[phrase] = None


def _both(item: tuple[str, str], sides: list[dict[tuple[str, str], fmpq_mpoly]]) -> bool:
    return all(item in side for side in sides)


def _needs(root: Expr, interpreter: Interpreter) -> dict[tuple[str, str], fmpq_mpoly]:
    """What a side takes for granted: (text, relation) -> polynomial."""
    field = interpreter.field
    found: dict[tuple[str, str], fmpq_mpoly] = {}
    for node in ordered((root,)):
        for value, relation in interpreter.needs.get(node, ()):
            if relation == "!=":
                for factor in _nonzero(value.num, field):
                    found[text(field.shown(factor)), relation] = factor
            elif not value.num.is_constant():
                poly = field.product(value.num, value.den)
                found[text(field.shown_element(value)), relation] = poly
    return found


def _nonzero(poly: fmpq_mpoly, field: Field) -> list[fmpq_mpoly]:
    """Factors that are not zero if the polynomial is not; of a root, those of its radicand."""
    found: list[fmpq_mpoly] = []
    for factor, _ in field.factors(poly)[1]:
        for place, generator in enumerate(field.generators):
            if generator.radicand is not None and field.at(place).num == factor:
                found.extend(_nonzero(generator.radicand, field))
                break
        else:
            found.append(factor)
    return found


def _room(cell: _Cell) -> int:
    """How many generators may be met: symbols, and a few for each function."""
    nodes = ordered((cell.old, cell.new, *(fact for fact, _ in cell.facts)))
    names = sum(isinstance(node, Symbol) for node in nodes)
    functions = sum(
        isinstance(node, Call) or (isinstance(node, Operation) and node.op == "pow")
        for node in nodes
    )
    return names + 3 * functions + 4


def _depth(roots: list[Expr]) -> int:
    depth: dict[Expr, int] = {}
    for node in ordered(roots):
        depth[node] = 1 + max((depth[child] for child in children(node)), default=0)
    return max(depth.values(), default=0)
