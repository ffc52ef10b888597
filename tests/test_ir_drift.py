"""Drift over many steps, and the gradients for which a difference matters."""

import math

import pytest

from tests.ir_reader import read
from tests.ir_rules import momentum
from tfdiff.ir.drift import STEPS, drift, gradient_set
from tfdiff.ir.region import region
from tfdiff.ir.walk import States

SETTINGS = {"lr": 0.01, "rho": 0.9, "epsilon": 1e-7}
MS = "rho * ms + (1 - rho) * grad * grad"


def rule(var: str, ms: str = MS) -> States:
    return (("var", read(var)), ("ms", read(ms)))


INSIDE = rule(f"var - lr * grad / sqrt({MS} + epsilon)")
OUTSIDE = rule(f"var - lr * grad / (sqrt({MS}) + epsilon)")


def test_identical_rules_do_not_drift() -> None:
    points = drift(INSIDE, INSIDE, SETTINGS)
    assert {(point.relative, point.ulp) for point in points} == {(0.0, 0.0)}
    assert {point.steps for point in points} == set(STEPS)


def test_rounding_alone_drifts_by_rounding_alone() -> None:
    regrouped = rule(f"var - lr * (grad / sqrt({MS} + epsilon))")
    points = drift(INSIDE, regrouped, SETTINGS, sets=("dense",), steps=(1, 100))
    assert all(0 < point.relative < 1e-4 for point in points)


def test_moved_epsilon_drifts_most_where_gradients_are_tiny() -> None:
    found = {
        point.gradients: point.relative
        for point in drift(INSIDE, OUTSIDE, SETTINGS, sets=("dense", "tiny", "zero"), steps=(10,))
    }
    assert found["zero"] == 0
    assert found["tiny"] > 0.5 > found["dense"] > 0


def test_drift_is_the_same_in_every_run() -> None:
    assert drift(INSIDE, OUTSIDE, SETTINGS, steps=(3,)) == drift(
        INSIDE, OUTSIDE, SETTINGS, steps=(3,)
    )


def test_rule_that_leaves_the_numbers_is_infinitely_far() -> None:
    broken = rule("var - lr * grad / (ms - ms)")
    (point,) = drift(INSIDE, broken, SETTINGS, sets=("dense",), steps=(1,))
    assert point.relative == math.inf


def test_sparse_gradients_touch_some_rows_only() -> None:
    gradients = gradient_set("sparse", 20)
    assert gradients.touched is not None
    assert 0 < gradients.touched.mean() < 0.5
    assert not gradients.values[~gradients.touched].any()


def test_half_precision_can_be_asked_for() -> None:
    (point,) = drift(INSIDE, OUTSIDE, SETTINGS, sets=("float16",), steps=(5,))
    assert point.relative > 0


def test_missing_settings_get_everyday_values() -> None:
    assert drift(momentum(), momentum(), {}, steps=(2,))


def test_moved_epsilon_matters_only_where_it_is_not_small() -> None:
    found = region(INSIDE, OUTSIDE, SETTINGS)
    assert found is not None
    assert found.by_epsilon
    assert found.text.startswith("only where epsilon (1e-07) is not small against the gradient")
    assert 1e-6 < found.high < 1


def test_changed_rate_matters_for_every_gradient() -> None:
    doubled = rule(f"var - 2 * lr * grad / sqrt({MS} + epsilon)")
    found = region(INSIDE, doubled, SETTINGS)
    assert found is not None
    assert (found.share, found.by_epsilon) == (1.0, False)


def test_rules_that_never_differ_have_no_region() -> None:
    regrouped = rule(f"var - lr * (grad / sqrt({MS} + epsilon))")
    assert region(INSIDE, regrouped, SETTINGS) is None


@pytest.mark.parametrize("name", ["dense", "tiny", "zero", "sparse", "float16"])
def test_gradient_sets_do_not_depend_on_what_was_drawn_before(name: str) -> None:
    assert (gradient_set(name, 4).values == gradient_set(name, 4).values).all()
