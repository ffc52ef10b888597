"""Laws that hold for every expression: of the normaliser, the prover, refutation, evaluation."""

import math
from fractions import Fraction

import numpy as np
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdiff.ir.balls import ball_values, meeting
from tfdiff.ir.canonical import Canonical, canonical
from tfdiff.ir.domain import inferred_domain
from tfdiff.ir.equivalence import decide
from tfdiff.ir.evaluate import evaluate
from tfdiff.ir.expr import Expr, Operation, call, children, number, operation, select, symbol
from tfdiff.ir.prove import prove
from tfdiff.ir.walk import ordered, rebuilt

NAMES = ("x", "y", "z")
LAWS = settings(max_examples=60, deadline=None, derandomize=True)
CHEAP = 30_000  # a proof's budget here: most random expressions are not equal


def _extended(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    two = st.tuples(inner, inner)
    four = st.tuples(inner, inner, inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from(["add", "sub", "mul", "div"]), two).map(
            lambda drawn: operation(drawn[0], *drawn[1])
        ),
        inner.map(lambda part: operation("neg", part)),
        st.tuples(st.sampled_from(["max", "min"]), two).map(lambda d: call(d[0], *d[1])),
        st.tuples(st.sampled_from(["abs", "sign", "square"]), inner).map(lambda d: call(*d)),
        inner.map(lambda part: call("sqrt", call("abs", part))),
        st.tuples(st.sampled_from(["lt", "ge", "eq"]), four).map(
            lambda d: select(operation(d[0], *d[1][:2]), *d[1][2:])
        ),
    )


leaves = st.one_of(
    st.sampled_from(NAMES).map(symbol), st.sampled_from(["0", "1", "2", "0.5", "-1"]).map(number)
)
expressions = st.recursive(leaves, _extended, max_leaves=8)
points = st.fixed_dictionaries(
    {name: st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0]) for name in NAMES}
)


def _value(expr: Expr, point: dict[str, float]) -> float:
    return float(evaluate((("value", expr),), point)["value"])


def _shuffled(expr: Expr) -> Expr:
    """The same expression with the operands of every sum and product swapped."""
    done: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        parts = tuple(done[child] for child in children(node))
        swap = isinstance(node, Operation) and node.op in {"add", "mul"}
        done[node] = rebuilt(node, parts[::-1] if swap else parts)
    return done[expr]


def _rewritten(expr: Expr) -> Expr:
    """The same over the reals by other operations."""
    done: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        parts = tuple(done[child] for child in children(node))
        match node:
            case Operation(op="sub"):
                done[node] = operation("neg", operation("sub", *parts[::-1]))
            case Operation(op="mul", args=(Operation(op="add"), _)):
                first, second = children(parts[0])
                products = (operation("mul", part, parts[1]) for part in (first, second))
                done[node] = operation("add", *products)
            case _:
                done[node] = rebuilt(node, parts)
    return done[expr]


@LAWS
@given(expressions)
def test_normalising_twice_changes_nothing(expr: Expr) -> None:
    forms = Canonical()
    assert forms.form(forms.form(expr)) is forms.form(expr)


@LAWS
@given(expressions)
def test_normal_form_does_not_depend_on_operand_order(expr: Expr) -> None:
    assert canonical(_shuffled(expr)) is canonical(expr)


@LAWS
@given(expressions, points)
def test_normalising_keeps_every_bit_of_the_value(expr: Expr, point: dict[str, float]) -> None:
    before, after = _value(expr, point), _value(canonical(expr), point)
    assert before == after or (math.isnan(before) and math.isnan(after))


@LAWS
@given(expressions)
def test_equal_expressions_are_never_refuted(expr: Expr) -> None:
    decision = decide((("var", expr),), (("var", _rewritten(expr)),))
    assert decision.verdict in {"identical", "equal", "undecided"}, decision


@LAWS
@given(expressions, expressions, points)
def test_nothing_is_proved_that_balls_refute(
    left: Expr, right: Expr, point: dict[str, float]
) -> None:
    domain = inferred_domain([(("var", left),), (("var", right),)], NAMES, {})
    proof = prove(left, right, domain, CHEAP)
    if proof.proved and not proof.assumptions:
        exact: dict[str, Fraction | bool] = {name: Fraction(x) for name, x in point.items()}
        assert meeting(left, right, exact).verdict != "apart"


@LAWS
@given(expressions, points)
def test_evaluation_agrees_with_ball_arithmetic(expr: Expr, point: dict[str, float]) -> None:
    exact: dict[str, Fraction | bool] = {name: Fraction(x) for name, x in point.items()}
    ball = ball_values((("value", expr),), exact, 256)["value"]
    if isinstance(ball, arb) and _well_conditioned(expr, exact):
        assert np.isclose(_value(expr, point), float(ball.mid()), rtol=1e-9, atol=1e-9)


def _well_conditioned(expr: Expr, exact: dict[str, Fraction | bool]) -> bool:
    """Whether no difference, and nothing that is divided by, is so small that rounding rules."""
    states = tuple((str(index), node) for index, node in enumerate(ordered([expr])))
    values = ball_values(states, exact, 256).values()
    sizes = [abs(float(value.mid())) for value in values if isinstance(value, arb)]
    return all(size == 0 or 1e-6 < size < 1e6 for size in sizes)
