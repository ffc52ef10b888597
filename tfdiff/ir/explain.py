"""How two rules differ, in the field's terms: the moved epsilon, the order of statements, ...

Each kind is a test, not a look at the text: epsilon was moved if the rules are the same with
epsilon at 0; the order of statements changed if they are the same once a state's old value is
read where its new one was.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from tfdiff.ir.align import Changed, Pair, changed_terms
from tfdiff.ir.decision import Decision, StateDecision
from tfdiff.ir.expr import Call, Expr, Number, Operation, Select, Symbol, children, number, symbol
from tfdiff.ir.rungs import same
from tfdiff.ir.show import text
from tfdiff.ir.symbols import EPSILON
from tfdiff.ir.walk import States, ordered, replaced, symbols

Kind = OneOf[
    "epsilon-moved",
    "bias-correction-changed",
    "statement-order-changed",
    "constant-changed",
    "term-added",
    "term-removed",
    "guard-changed",
    "rounding-order-changed",
    "update-rule-rewritten",
]
ROOTS: Final = frozenset({"sqrt", "rsqrt"})


@dataclass(frozen=True, slots=True)
class Aspect:
    """One way in which a state's rule differs.

    Attributes:
        old, new: the terms that changed, None where one side has none.
        phrase: what changed, in plain text.
    """

    kind: Kind
    state: str
    old: Expr | None
    new: Expr | None
    phrase: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One state that differs, with everything that the tests look at."""

    state: str
    left: Expr
    right: Expr
    old: dict[str, Expr]
    new: dict[str, Expr]
    changed: Changed
    same: Callable[[Expr, Expr], bool]


def explain(old: States, new: States, decision: Decision) -> tuple[Aspect, ...]:
    """Name how each state that is not identical differs.

    Args:
        old: one rule.
        new: the other.
        decision: what ``decide`` said of them.
    """
    before, after = dict(old), dict(new)
    agreed = [each.state for each in decision.states if each.verdict in {"identical", "equal"}]
    domain = decision.domain
    found: list[Aspect] = []
    for each in decision.states:
        left, right = before[each.state], after[each.state]
        if left is right:
            continue  # written alike: what was not read of it is no change
        if each.verdict == "equal":
            found.append(_rounding(each.state, left, right))
        elif each.verdict == "conditional" and each.reason is not None:
            phrase = f"may differ where {each.condition}"
            found.append(Aspect("guard-changed", each.state, None, None, phrase))
        elif each.verdict in {"conditional", "differs"}:
            others = [name for name in agreed if name != each.state]
            case = _Case(
                each.state,
                left,
                right,
                before,
                after,
                _changed(old, new, each.state, others),
                lambda one, other: same(one, other, domain),
            )
            found.extend(_aspects(case, each))
    return tuple(found)


def _changed(old: States, new: States, state: str, agreed: list[str]) -> Changed:
    kept = {state, *agreed}
    mine, other = (
        tuple((name, value) for name, value in rule if name in kept) for rule in (old, new)
    )
    return changed_terms(mine, other, agreed)


def _aspects(case: _Case, decision: StateDecision) -> Iterator[Aspect]:
    guarded = decision.verdict == "conditional"
    if guarded:
        yield _aspect(case, "guard-changed", f"differs where {decision.condition}")
    for test in (_order, _epsilon, _correction, _constants, _terms):
        found = test(case)
        if found is not None:
            yield found
            return
    if not guarded:
        yield _aspect(case, "update-rule-rewritten", f"{case.state} is computed in another way")


def _aspect(case: _Case, kind: Kind, phrase: str, pair: Pair | None = None) -> Aspect:
    if pair is None:
        pair = case.changed.pairs[0] if len(case.changed.pairs) == 1 else (None, None)
    return Aspect(kind, case.state, *pair, phrase)


def _order(case: _Case) -> Aspect | None:
    """Whether one side reads a state before its update and the other after it."""
    for name in case.old:
        if name == case.state or name not in case.new:
            continue
        for turned in (False, True):
            side, target = (case.right, case.left) if turned else (case.left, case.right)
            value = _where_touched((case.new if turned else case.old)[name])
            for new in (True, False) if children(value) else ():
                trial = _reading(side, name, value, new=new)
                if trial is not side and _as_many(trial, target) and case.same(trial, target):
                    was, now = ("old", "new") if new != turned else ("new", "old")
                    phrase = (
                        f"{case.state} used the {was} value of {name} and now uses the {now} one"
                    )
                    return _aspect(case, "statement-order-changed", phrase)
    return None


def _as_many(one: Expr, other: Expr) -> bool:
    """Whether both are made of the same operations, as where nothing but their order changed."""
    counts = (
        Counter(
            node.op if isinstance(node, Operation) else node.function
            for node in ordered([root])
            if isinstance(node, Operation | Call)
        )
        for root in (one, other)
    )
    return next(counts) == next(counts)


def _where_touched(value: Expr) -> Expr:
    """What a sparse step makes of the rows that the gradient holds."""
    touched = isinstance(value, Select) and value.condition is symbol("touched")
    return value.then if isinstance(value, Select) and touched else value


def _reading(root: Expr, name: str, value: Expr, *, new: bool) -> Expr:
    """The same term reading only the new, or only the old, value of a state."""
    if not new:
        return replaced([root], {value: symbol(name)})[root]
    marked = symbol(f"{name}'")
    kept = replaced([root], {value: marked})[root]
    moved = replaced([kept], {symbol(name): marked})[kept]
    return replaced([moved], {marked: value})[moved]


def _epsilon(case: _Case) -> Aspect | None:
    """Whether the sides are the same without epsilon."""
    names = [name for name in symbols([case.left, case.right]) if EPSILON.fullmatch(name)]
    if not names:
        return None
    zero: dict[Expr, Expr] = {symbol(name): number(0) for name in names}
    left, right = (replaced([side], zero)[side] for side in (case.left, case.right))
    if not case.same(left, right):
        return None
    was, now = _place(case.left, names), _place(case.right, names)
    if was == now:
        return _aspect(
            case, "epsilon-moved", f"epsilon still stands {now}, but is scaled differently"
        )
    return _aspect(case, "epsilon-moved", f"epsilon stood {was} and now stands {now}")


def _place(root: Expr, names: list[str]) -> str:
    """Where epsilon stands: inside square roots, outside of them, both, or nowhere."""
    inside, anywhere = False, False
    uncovered: set[Expr] = set()
    for node in ordered([root]):
        if isinstance(node, Call) and node.function in ROOTS:
            inside = inside or any(name in names for name in symbols([node]))
        elif isinstance(node, Symbol) and node.name in names:
            anywhere = True
            uncovered.add(node)
        elif any(child in uncovered for child in children(node)) and not _half_power(node):
            uncovered.add(node)
        elif _half_power(node):
            inside = inside or any(name in names for name in symbols([node]))
    if not anywhere:
        return "nowhere"
    outside = root in uncovered
    if inside and outside:
        return "inside and outside of square roots"
    return "inside the square root" if inside else "outside of the square root"


def _half_power(node: Expr) -> bool:
    match node:
        case Operation(op="pow", args=(_, Number(value=value))):
            return value.denominator == 2  # noqa: PLR2004 - half powers are square roots
        case _:
            return False


def _correction(case: _Case) -> Aspect | None:
    """Whether the sides are the same once running powers have died out."""
    sides = [_corrections(case.left, case.old), _corrections(case.right, case.new)]
    gone: dict[Expr, Expr] = {node: number(0) for nodes in sides for node in nodes}
    if not gone:
        return None
    left, right = (replaced([side], gone)[side] for side in (case.left, case.right))
    if not case.same(left, right):
        return None
    if sides[0] and sides[1]:
        phrase = "the bias correction is computed in another way"
    else:
        phrase = "bias correction is new" if sides[1] else "bias correction is gone"
    return _aspect(case, "bias-correction-changed", phrase)


def _corrections(side: Expr, rule: dict[str, Expr]) -> set[Expr]:
    """Powers of a decay rate by the step, and states that are such powers."""
    found: set[Expr] = set()
    for node in ordered([side]):
        match node:
            case Operation(op="pow", args=(_, exponent)) if "step" in symbols([exponent]):
                found.add(node)
            case Symbol(name=name) if _running(name, rule):
                found.add(node)
            case _:
                continue
    return found


def _running(name: str, rule: dict[str, Expr]) -> bool:
    match rule.get(name):
        case Operation(op="mul", args=(left, right)):
            other = right if left is symbol(name) else left
            both = {left, right}
            return symbol(name) in both and {*symbols([other])}.isdisjoint({*rule, "grad"})
        case _:
            return False


def _constants(case: _Case) -> Aspect | None:
    pairs = case.changed.pairs
    if not pairs or not all(
        isinstance(left, Number) and isinstance(right, Number) for left, right in pairs
    ):
        return None
    said = [f"{text(left)} became {text(right)}" for left, right in pairs if left and right]
    return _aspect(case, "constant-changed", "; ".join(said), pairs[0])


def _terms(case: _Case) -> Aspect | None:
    pairs = case.changed.pairs
    if pairs and all(left is None for left, _ in pairs):
        said = ", ".join(text(right) for _, right in pairs if right)
        return _aspect(case, "term-added", f"{said} is new in {case.state}", pairs[0])
    if pairs and all(right is None for _, right in pairs):
        said = ", ".join(text(left) for left, _ in pairs if left)
        return _aspect(case, "term-removed", f"{said} is gone from {case.state}", pairs[0])
    return None


def _rounding(state: str, left: Expr, right: Expr) -> Aspect:
    """What was rewritten so that only rounding differs."""
    old, new = _functions(left), _functions(right)
    gone, come = sorted(old - new), sorted(new - old)
    if gone and come:
        phrase = f"written with {', '.join(come)} instead of {', '.join(gone)}"
    elif gone or come:
        phrase = f"written {'with' if come else 'without'} {', '.join(come or gone)}"
    else:
        phrase = "the same quantities in another order of operations"
    pairs = changed_terms(((state, left),), ((state, right),)).pairs
    told = len(pairs) == 1 and not any(isinstance(term, Number) for term in pairs[0])
    pair = pairs[0] if told else (left, right)
    return Aspect("rounding-order-changed", state, *pair, phrase)


def _functions(root: Expr) -> set[str]:
    found = {node.function for node in ordered([root]) if isinstance(node, Call)}
    if any(isinstance(node, Operation) and node.op == "pow" for node in ordered([root])):
        found.add("pow")
    return found
