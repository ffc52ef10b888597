"""What is seen before a proof is tried, and what is put into the arms of a choice."""

import numpy as np
import pytest

from tests.ir_reader import read
from tfdiff.ir.canonical import canonical
from tfdiff.ir.domain import Domain
from tfdiff.ir.equivalence import decide
from tfdiff.ir.hopeless import hopeless
from tfdiff.ir.prove import prove
from tfdiff.ir.sampling import rows
from tfdiff.ir.specialise import specialised

DOMAIN = Domain((("c", "positive"), ("v", "positive"), ("touched", "boolean")))
TOUCHED = "select(touched, g, 0)"


def test_functions_of_other_operands_are_told_apart() -> None:
    assert hopeless(read("x / norm(x)"), read("x / norm(2 * x)"), DOMAIN)
    assert hopeless(read("x / norm(x, y)"), read("x / norm(y, x)"), DOMAIN)


def test_the_same_function_of_equal_operands_may_be_proved() -> None:
    old, new = read("x / norm(x * (y + 1))"), read("x / norm(x * y + x)")
    assert not hopeless(old, new, DOMAIN)
    assert prove(old, new, DOMAIN).proved


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("select(c > 0, select(c > 0, x, y), z)", "select(c > 0, x, z)"),
        ("select(c > 0, x, select(not c > 0, y, z))", "select(c > 0, x, y)"),
        ("select(c > 0 and d, select(d, x, y), z)", "select(c > 0 and d, x, z)"),
        ("select(c > 0 and d, x, select(d, y, z))", "select(c > 0 and d, x, select(d, y, z))"),
        ("select(c > 0, x, y) + select(c > 0, y, x)", "select(c > 0, x, y) + select(c > 0, y, x)"),
    ],
)
def test_a_condition_is_known_in_its_own_arms_alone(value: str, expected: str) -> None:
    (found,) = specialised(read(value))
    assert canonical(found) is canonical(read(expected))


def test_clipping_by_the_norm_of_the_rows_that_are_touched_is_the_same_where_it_is_asked() -> None:
    """A sparse gradient made dense before its norm, or the norm taken of its rows alone."""

    def clipped(gradient: str, norm: str) -> str:
        size = f"sqrt(sum({norm} * {norm}))"
        scaled = f"select({size} < c, {gradient}, {gradient} * c / {size})"
        return f"max(min({scaled}, v), 0 - v)"

    def step(gradient: str, norm: str) -> str:
        clip = clipped(gradient, norm)
        return f"var - lr * {clip} / sqrt(a + {clip} * {clip})"

    old = read(f"select(touched, {step('g', 'g')}, var)")
    new = read(f"select(touched, {step('g', TOUCHED)}, var)")
    assert prove(old, new, DOMAIN).proved
    assert not prove(old, read(f"select(touched, {step('g', TOUCHED)}, var + 1)"), DOMAIN).proved


def test_a_factor_that_is_zero_is_solved_for_a_symbol_with_a_sure_factor() -> None:
    """At ``v*s = c*g`` both sides of the clip meet, also inside of a square root."""
    old = read("select(v * s > c * g, sqrt(a + (c * g / s) * (c * g / s)), sqrt(a + v * v))")
    new = read("select(v * s >= c * g, sqrt(a + (c * g / s) * (c * g / s)), sqrt(a + v * v))")
    assert prove(old, new, DOMAIN.having({"s": "positive"})).proved
    assert prove(old, new, DOMAIN).assumptions == ("c > 0", "s != 0")


def test_a_branch_that_hardly_any_point_enters_is_not_taken_for_the_same() -> None:
    """Noise from a step on that samples rarely reach: no list of settings makes it go away."""
    noise = "rsqrt(rms + rate * (grad * grad - rms) + bias) * normal(grad) * rsqrt(lr)"
    old = (
        ("var", read("var - lr * (grad * count + 0 * normal(grad))")),
        ("step", read("step + 1")),
    )
    new = (
        ("var", read(f"var - lr * (grad * count + select(step > burnin, {noise}, 0))")),
        ("step", read("step + 1")),
    )
    settings = {"burnin": 25.0, "bias": 1e-8, "count": 1.0, "rate": 0.05}
    decision = decide(old, new, settings=settings)
    assert decision.condition in {None, "burnin < step"}
    assert decision.verdict != "equal"


def test_points_have_three_significant_digits() -> None:
    drawn = rows([read("x + c")], DOMAIN, 500)
    for column in drawn.values():
        assert all(float(f"{value:.3g}") == value for value in np.asarray(column, np.float64))
