"""NumPy evaluation: dtype, order of operations, truths, and runs over many steps."""

import numpy as np
import pytest

from tests.ir_reader import read
from tests.ir_rules import RULES, adam
from tfdiff.ir.evaluate import Value, compiled, evaluate, trajectory
from tfdiff.ir.expr import boolean, call, number, opaque, operation, select, symbol
from tfdiff.ir.walk import replaced_states, unknown_calls


def test_constants_are_rounded_to_the_dtype_where_they_are_used() -> None:
    rule = (("var", read("(1 - 0.9) * grad")),)
    single = evaluate(rule, {"grad": 1.0}, np.float32)["var"]
    assert single == np.float32(1) - np.float32(0.9)
    assert single != np.float32(0.1)


def test_order_of_operations_is_kept() -> None:
    inputs = {"a": 1e8, "b": 1.0, "c": -1e8}
    left = evaluate((("x", read("a + b + c")),), inputs, np.float32)["x"]
    right = evaluate((("x", read("b + (a + c)")),), inputs, np.float32)["x"]
    assert (float(left), float(right)) == (0.0, 1.0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_results_have_the_dtype_asked_for(dtype: type[np.float32]) -> None:
    inputs = {"x": np.ones(3), "t": np.array([True, False, True])}
    result = evaluate((("x", read("select(t, x / 3, rsqrt(2 * x) * sign(x))")),), inputs, dtype)
    assert result["x"].dtype == dtype
    assert result["x"].shape == (3,)


def test_choice_between_arrays_is_made_for_each_element() -> None:
    inputs = {"x": np.array([-2.0, 0.0, 3.0])}
    result = evaluate((("y", read("select(x > 0, x, -x) + max(x, 0)")),), inputs)["y"]
    assert np.array_equal(result, [2.0, 0.0, 6.0])


def test_what_cannot_be_evaluated_taints_what_it_reaches_and_nothing_else() -> None:
    unread = opaque("foo()", "unknown")
    states = (("x", read("a + 1")), ("y", read("norm(a)")), ("z", unread))
    result = evaluate(states, {"a": 1.0})
    assert result["x"] == 2
    assert np.isnan(result["y"])
    assert np.isnan(result["z"])


def test_common_parts_are_computed_once_and_fixed_ones_before_the_first_step() -> None:
    program = compiled(adam(), frozenset({"grad", *dict(adam())}))
    assert len(program.once) == 2  # 1 - beta1 and 1 - beta2
    assert len({step.target for step in program.steps}) == len(program.steps)


def test_run_of_many_steps_follows_the_textbook() -> None:
    off = replaced_states(adam(), {symbol("use_nesterov"): boolean(value=False)})
    gradients = np.random.default_rng(1).normal(size=(50, 7))
    start: dict[str, Value] = {name: np.zeros(7) for name in ("var", "m", "v")}
    start |= {"beta1_power": np.float64(0.9), "beta2_power": np.float64(0.999)}
    fixed = {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    kept = trajectory(off, start, gradients, fixed, dtype=np.float64, keep=(1, 10))
    m, v, var = np.zeros(7), np.zeros(7), np.zeros(7)
    for step, grad in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
        var -= (
            0.01
            * m
            / (1 - 0.9**step)
            / (np.sqrt(v / (1 - 0.999**step)) + 1e-8 / np.sqrt(1 - 0.999**step))
        )
    assert set(kept) == {1, 10, 50}
    assert np.allclose(np.asarray(kept[50]["var"], dtype=np.float64), var, rtol=1e-9)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_can_be_evaluated(name: str) -> None:
    from tfdiff.ir.drift import everyday  # noqa: PLC0415 - only this test needs it

    states = RULES[name]()
    inputs = {**everyday((states,), {}), "grad": 0.5, "step": 2.0, "touched": True}
    inputs |= {state: 0.25 for state, _ in states}
    assert all(np.isfinite(value) for value in evaluate(states, inputs, np.float32).values())


def test_a_function_of_other_arguments_is_another_function() -> None:
    largest = call("max", symbol("x"))
    assert unknown_calls([largest]) == (largest,)
    result = evaluate((("y", largest),), {"x": np.ones(3)}, np.float64)["y"]
    assert np.isnan(result).all()


@pytest.mark.parametrize(("op", "expected"), [("and", [0, 1]), ("or", [1, 1])])
def test_logic_of_three_truths_looks_at_each_and_changes_none(op: str, expected: list[int]) -> None:
    truths = operation(op, symbol("a"), symbol("b"), symbol("c"))
    states = (("var", select(truths, number(1), number(0))),)
    last = np.array([False, True])
    yes = np.array([True, True])
    found = evaluate(states, {"a": yes, "b": yes, "c": last})
    assert np.array_equal(found["var"], expected)
    assert np.array_equal(last, [False, True])
