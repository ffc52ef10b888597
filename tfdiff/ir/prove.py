"""Proving two expressions equal over the reals, cell by cell of signs.

A cell is a choice of truths and of the signs that piecewise functions ask for. In each cell
both sides become fractions over a tower of square roots and powers, and the numerator of their
difference must reduce to zero. A cell that contradicts itself needs no proof. What is taken
for granted on the way is collected; what both sides take for granted alike is not printed.
Parts that the sides write differently are proved first, each once (``ir.congruence``).
"""

from collections.abc import Iterable
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
    Number,
    Operation,
    Symbol,
    boolean,
    children,
    symbol,
)
from tfdiff.ir.field import Element, Field, NotProvable, OutOfWork, Work
from tfdiff.ir.hopeless import hopeless
from tfdiff.ir.interpret import AskTruth, Interpreter, Undefined
from tfdiff.ir.masks import ANY, NEGATIVE, ZERO
from tfdiff.ir.show import text
from tfdiff.ir.signs import BY_KIND, Fact, Signs, Split
from tfdiff.ir.specialise import specialised
from tfdiff.ir.walk import opaques, ordered, replaced, symbols

EFFORT: Final = 1_000_000  # term operations for one proof
PART: Final = 8_000  # the same for a part of what is to be proved
ENTERING: Final = 100  # the same for a cell, besides what is done in it
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
    """Both sides with what was decided put in.

    Attributes:
        facts: expressions and the signs that they have here.
        around: what was found out in the cell around this one; None where something was put
            into the sides, so that it has to be found out anew.
        last: the last fact, as a polynomial, where it is not known in the cell around.
        solved: the symbol that was put in last, and what it is here.
    """

    old: Expr
    new: Expr
    facts: tuple[tuple[Expr, int], ...] = ()
    around: Interpreter | None = None
    last: Fact | None = None
    solved: tuple[str, Expr] | None = None

    def given(self, node: Expr, value: Expr) -> "_Cell":
        """The cell in which a node has a value."""
        roots = [self.old, self.new, *(fact for fact, _ in self.facts)]
        done = replaced(roots, {node: value})
        facts = tuple((done[fact], mask) for fact, mask in self.facts)
        return _Cell(done[self.old], done[self.new], facts, solved=self.solved)

    def entered(self, domain: Domain, work: Work) -> Interpreter:
        """What is known on the way in."""
        if self.around is not None:
            return self.around.inside()
        field = Field(_room(self), work)
        return Interpreter(field, Signs(field, domain))

    def holds(self, interpreter: Interpreter) -> bool:
        """Tell the interpreter the facts that it does not know; False if they cannot be."""
        signs = interpreter.signs
        if self.last is not None:
            return signs.assume(interpreter.field.whole(self.last.poly), self.last.mask)
        if self.around is not None:
            return True
        return all(signs.assume(interpreter.value(fact), mask) for fact, mask in self.facts)


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
        proof = _part(left, right, _narrowed(domain, left, right), min(PART, effort))
        return proof.assumptions if proof.proved else None

    forms = Canonical()
    old, new = (forms.form(value) for value in specialised(old, new))
    found = merged(old, new, domain, equal)
    proof = _whole(old, found.value, domain, effort)
    return replace(proof, assumptions=tuple(sorted({*found.assumptions, *proof.assumptions})))


@lru_cache(maxsize=2048)
def _part(old: Expr, new: Expr, domain: Domain, effort: int) -> Proof:
    """As ``prove``, for parts of what is to be proved: many rules share them."""
    return _whole(old, new, domain, effort)


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
        if general is not None and not hopeless(general.old, general.new, general.domain):
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
    interpreter = cell.entered(domain, work)
    work.spend(ENTERING)
    try:
        if cell.holds(interpreter):
            _equated(cell, interpreter, domain, assumptions)
    except Split as split:
        return _split(cell, interpreter, split, domain)
    except AskTruth as ask:
        return [_decided(cell, interpreter, ask.node, value=value) for value in (True, False)]
    except Undefined as undefined:
        if not interpreter.signs.empty():
            assumptions[_avoiding(cell, undefined.divisor)] = None
    except NotProvable:
        if not interpreter.signs.empty():
            raise
    return []


def _equated(
    cell: _Cell, interpreter: Interpreter, domain: Domain, assumptions: dict[str, None]
) -> None:
    """Bring the difference of both sides to zero.

    Raises:
        NotProvable: it is not known to be zero.
    """
    left, right = interpreter.value(cell.old), interpreter.value(cell.new)
    if not interpreter.signs.vanishing(interpreter.field.sub(left, right).num):
        raise NotProvable("the difference was not brought to zero")
    _collect(cell, interpreter, domain, assumptions)


def _avoiding(cell: _Cell, divisor: Expr) -> str:
    """The assumption under which a cell in which something is divided by zero is left out."""
    if cell.solved is None or symbols([divisor]):
        return f"{text(divisor)} != 0"
    name, value = cell.solved  # it made the divisor zero
    return f"{name} != {text(value)}"


def _decided(cell: _Cell, interpreter: Interpreter, node: Expr, *, value: bool) -> _Cell:
    """The cell in which a truth is decided; what was found out of other parts still holds."""
    inner = cell.given(node, boolean(value))
    return replace(inner, around=interpreter) if inner.facts == cell.facts else inner


def _split(cell: _Cell, interpreter: Interpreter, split: Split, domain: Domain) -> list[_Cell]:
    shown = interpreter.field.shown(split.factor)
    found: list[_Cell] = []
    for sign in split.options:
        solved = _solved(interpreter, split.factor, domain) if sign == ZERO else None
        if solved is None:
            facts = (*cell.facts, (shown, sign))
            last = Fact(split.factor, sign)
            found.append(replace(cell, facts=facts, around=interpreter, last=last))
        else:
            inner = cell.given(symbol(solved.name), solved.value)
            facts = (*inner.facts, *solved.facts)
            found.append(replace(inner, facts=facts, solved=(solved.name, solved.value)))
    return found


@dataclass(frozen=True, slots=True)
class _Solved:
    """A symbol, what it is where a factor is zero, and the facts that go with that."""

    name: str
    value: Expr
    facts: tuple[tuple[Expr, int], ...]


def _solved(interpreter: Interpreter, factor: fmpq_mpoly, domain: Domain) -> _Solved | None:
    """The first symbol that a factor is linear in; symbols of the least known sign first."""
    field = interpreter.field
    terms = factor.to_dict()
    inside = {
        name
        for place, generator in enumerate(field.generators)
        if generator.kind != "symbol" and factor.degrees()[place]
        for name in symbols([generator.shown])
    }
    candidates: list[tuple[bool, bool, int, str]] = []
    for place, generator in enumerate(field.generators):
        shown = generator.shown
        if factor.degrees()[place] == 1 and isinstance(shown, Symbol) and shown.name not in inside:
            alone = sum(powers[place] * sum(powers) for powers in terms) == 1
            known = domain.kind(shown.name) != "real"
            candidates.append((not alone, known, place, shown.name))
    for _, _, place, name in sorted(candidates):
        slope = field.context.from_dict(
            {_without(powers, place): value for powers, value in terms.items() if powers[place]}
        )
        mask = interpreter.signs.allowed(slope)
        if not mask & ZERO:
            value = field.shown_element(field.make(field.at(place).num * slope - factor, slope))
            facts = [(field.shown(slope), mask), (value, BY_KIND.get(domain.kind(name), ANY))]
            told = tuple((shown, signs) for shown, signs in facts if not _settled(shown, signs))
            return _Solved(name, value, told)
    return None


def _without(powers: tuple[int, ...], place: int) -> tuple[int, ...]:
    return (*powers[:place], 0, *powers[place + 1 :])


def _settled(shown: Expr, mask: int) -> bool:
    """Whether a fact says nothing."""
    return mask == ANY or isinstance(shown, Number)


def _collect(
    cell: _Cell, interpreter: Interpreter, domain: Domain, assumptions: dict[str, None]
) -> None:
    """Note what one side takes for granted and the other does not, and the signs relied on."""
    field, signs = interpreter.field, interpreter.signs
    asked = [interpreter.needed(root) for root in (cell.old, cell.new)]
    alike = asked[0].keys() == asked[1].keys()
    sides = [] if alike else [_needs(needed.values(), field) for needed in asked]
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


def _needs(
    needed: Iterable[tuple[Element, str]], field: Field
) -> dict[tuple[str, str], fmpq_mpoly]:
    """What a side takes for granted: (text, relation) -> polynomial."""
    found: dict[tuple[str, str], fmpq_mpoly] = {}
    for value, relation in needed:
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
