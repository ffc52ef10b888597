"""The ladder: each rung with its proof, on update rules of the field."""

import pytest

from tests.ir_reader import read
from tests.ir_rules import RULES, adam, ftrl, momentum
from tfdiff.ir.equivalence import decide
from tfdiff.ir.expr import boolean, number, opaque, operation, select, symbol
from tfdiff.ir.walk import States, replaced_states


def rule(**states: str) -> States:
    return tuple((name, read(text)) for name, text in states.items())


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_identical_to_itself(name: str) -> None:
    decision = decide(RULES[name](), RULES[name]())
    assert decision.verdict == "identical"
    assert decision.proof == "same operations in the same order"
    assert decision.witness is None


TURNED = [
    (adam(), replaced_states(adam(), {symbol("beta1"): symbol("beta2")})),
    (ftrl(), replaced_states(ftrl(), {symbol("l1"): number(0)})),
    (
        rule(var="var - select(nesterov, grad, m)", m="m + grad"),
        rule(m="m + grad", var="var - select(nesterov and centered, grad, m)"),
    ),
    (
        rule(var="var - grad / (2 * l2 * lr + sqrt(n + grad * grad))"),
        rule(var="var - (grad / lr) / (2 * l2 + sqrt(n + grad * grad) / lr)"),
    ),
]


@pytest.mark.parametrize(("old", "new"), TURNED)
def test_which_rule_is_called_old_makes_no_difference(old: States, new: States) -> None:
    there, back = decide(old, new), decide(new, old)
    assert old != new
    for part in ("verdict", "certainty", "proof", "assumptions", "condition", "reason", "states"):
        assert getattr(there, part) == getattr(back, part), part
    assert (there.witness is None) == (back.witness is None)
    if there.witness and back.witness:
        assert there.witness.inputs == back.witness.inputs
        assert (there.witness.old, there.witness.new) == (back.witness.new, back.witness.old)


def test_swapped_factors_are_identical_and_another_grouping_is_only_equal() -> None:
    old = rule(var="var - lr * grad * m")
    assert decide(old, rule(var="var - grad * lr * m")).verdict == "identical"
    regrouped = decide(old, rule(var="var - lr * (grad * m)"))
    assert (regrouped.verdict, regrouped.certainty) == ("equal", "proved")
    assert regrouped.assumptions == ()


def test_quotient_by_a_root_equals_product_with_a_negative_half_power() -> None:
    old = rule(ms="rho * ms + (1 - rho) * grad * grad", var="var - grad / (ms + epsilon)**0.5")
    new = rule(ms="rho * ms + (1 - rho) * grad * grad", var="var - grad * (ms + epsilon)**-0.5")
    decision = decide(old, new)
    assert (decision.verdict, decision.certainty) == ("equal", "proved")
    assert [state.verdict for state in decision.states] == ["identical", "equal"]


def test_epsilon_inside_the_root_differs_with_a_witness() -> None:
    old = rule(ms="rho * ms + (1 - rho) * grad * grad", var="var - lr * grad / sqrt(ms + epsilon)")
    new = rule(
        ms="rho * ms + (1 - rho) * grad * grad", var="var - lr * grad / (sqrt(ms) + epsilon)"
    )
    decision = decide(old, new)
    assert decision.verdict == "differs"
    assert decision.witness is not None
    inputs = dict(decision.witness.inputs)
    assert inputs["ms"] > 0
    assert dict(decision.witness.old)["var"] != dict(decision.witness.new)["var"]
    assert decision.witness.ratio not in {None, 1.0}


def test_swapped_statements_differ() -> None:
    old = rule(accum="accum + grad * grad", var="var - lr * grad / sqrt(accum + grad * grad)")
    new = rule(accum="accum + grad * grad", var="var - lr * grad / sqrt(accum)")
    assert decide(old, new).verdict == "differs"


def test_new_argument_that_is_off_is_conditional_on_it() -> None:
    off = replaced_states(momentum(), {symbol("use_nesterov"): boolean(value=False)})
    decision = decide(off, momentum())
    assert (decision.verdict, decision.condition) == ("conditional", "use_nesterov")
    assert decision.witness is not None
    assert dict(decision.witness.inputs)["use_nesterov"] is True


def test_new_term_is_conditional_on_its_weight_where_that_is_off_by_default() -> None:
    old = rule(var="var - lr * grad")
    new = rule(var="var - lr * (grad + 2 * l2_shrinkage * var)")
    decision = decide(old, new, settings={"l2_shrinkage": 0.0})
    assert (decision.verdict, decision.condition) == ("conditional", "l2_shrinkage != 0")


def test_conditions_that_are_enough_only_together_are_joined() -> None:
    old = rule(var="var - lr * grad")
    new = rule(var="var - lr * (grad + l2_shrinkage * var + select(use_nesterov, m, 0))", m="m")
    decision = decide(old, new, settings={"l2_shrinkage": 0.0, "lr": 0.1, "use_nesterov": False})
    assert decision.verdict == "conditional"
    assert decision.condition == "use_nesterov or l2_shrinkage != 0"


def test_condition_that_holds_by_default_means_that_the_rules_differ() -> None:
    old = rule(var="var - lr * grad")
    new = rule(var="var - lr * (grad + momentum * var)")
    decision = decide(old, new, settings={"momentum": 0.9})
    assert (decision.verdict, decision.condition) == ("differs", "momentum != 0")


def test_rows_that_a_sparse_gradient_touches_are_no_special_case() -> None:
    old = rule(var="select(touched, var - lr * grad, var)")
    new = rule(var="select(touched, var - 2 * lr * grad, var)")
    decision = decide(old, new)
    assert (decision.verdict, decision.condition) == ("differs", None)


def test_rows_that_a_sparse_gradient_leaves_alone_are_a_condition() -> None:
    old = rule(m="select(touched, beta1 * m + grad, m)", var="var - lr * m")
    new = rule(m="beta1 * m + select(touched, grad, 0)", var="var - lr * m")
    decision = decide(old, new)
    assert (decision.verdict, decision.condition) == ("conditional", "not touched")


def test_rare_branch_is_entered() -> None:
    old = rule(var="select(lr_power == -0.5, sqrt(accum), accum**(-lr_power))")
    new = rule(var="select(lr_power == -0.5, sqrt(accum) + 1, accum**(-lr_power))")
    decision = decide(old, new, kinds={"accum": "positive"})
    assert decision.witness is not None
    assert dict(decision.witness.inputs)["lr_power"] == -0.5


def test_comparison_at_its_border_is_seen() -> None:
    old = rule(var="select(abs(grad) > l1, grad, 0)")
    new = rule(var="select(abs(grad) >= l1, grad, 0)")
    decision = decide(old, new)
    assert decision.verdict in {"differs", "conditional"}
    assert decision.witness is not None
    inputs = dict(decision.witness.inputs)
    assert abs(inputs["grad"]) == inputs["l1"] > 0


def test_difference_below_double_precision_is_seen() -> None:
    old, new = rule(var="var - lr * grad"), rule(var="var - lr * grad - 1e-40")
    assert decide(old, new).verdict == "differs"


def test_special_case_of_the_power_is_proved_equal() -> None:
    special = operation("eq", symbol("lr_power"), number("-0.5"))
    general = replaced_states(ftrl(), {special: boolean(value=False)})
    decision = decide(ftrl(), general)
    assert (decision.verdict, decision.certainty) == ("equal", "proved")


def test_accumulators_sign_is_derived_and_printed() -> None:
    states = {"v": "beta2 * v + (1 - beta2) * grad * grad"}
    scaled = "var - sqrt((beta2 * v + (1 - beta2) * grad * grad) / (1 - beta2))"
    apart = "var - sqrt(beta2 * v + (1 - beta2) * grad * grad) / sqrt(1 - beta2)"
    decision = decide(rule(**states, var=scaled), rule(**states, var=apart))
    assert (decision.verdict, decision.certainty) == ("equal", "proved")
    assert "0 <= beta2 < 1" in decision.assumptions


def test_opaque_part_leaves_its_state_undecided_and_is_named() -> None:
    unread = opaque("foo(&x)", "call of an unknown function")
    states = (("m", read("beta1 * m")), ("var", operation("sub", symbol("var"), unread)))
    decision = decide(states, states)
    assert decision.verdict == "undecided"
    assert "foo(&x)" in (decision.reason or "")
    assert [state.verdict for state in decision.states] == ["identical", "undecided"]


def test_difference_beside_an_opaque_arm_is_still_found() -> None:
    unread = opaque("foo(&x)", "call of an unknown function")
    guard = symbol("use_locking")
    sides = [(("var", select(guard, unread, read(text))),) for text in ("var + grad", "var - grad")]
    assert decide(*sides).verdict in {"differs", "conditional"}


def test_unknown_function_of_equal_arguments_is_equal_and_of_others_undecided() -> None:
    old = rule(var="var - grad / norm(grad + m + v)")
    assert decide(old, rule(var="var - grad / norm(grad + (m + v))")).verdict == "equal"
    other = decide(old, rule(var="var - grad / norm(grad + (m - v))"))
    assert other.verdict == "undecided"
    assert "norm" in (other.reason or "")


def test_unknown_function_that_both_use_does_not_hide_a_difference() -> None:
    old, new = rule(var="grad / norm(grad)"), rule(var="grad / (norm(grad) + epsilon)")
    assert decide(old, new).verdict == "differs"


def test_running_power_is_a_power_of_the_step_where_its_start_is_known() -> None:
    old = rule(var="var - grad / (1 - beta1_power)", beta1_power="beta1_power * beta1")
    new = rule(var="var - grad / (1 - beta1**(step + 1))")
    decision = decide(old, new, initial_old=(("beta1_power", symbol("beta1")),))
    assert (decision.verdict, decision.certainty) == ("equal", "proved")
    assert decision.only_old == ("beta1_power",)
    assert decide(old, new).verdict == "differs"


def test_counter_is_the_step_and_its_start_is_printed() -> None:
    counter = {"iterations": "iterations + 1"}
    old = rule(var="var - grad / (1 + decay * iterations)", **counter)
    new = rule(var="var - grad / (1 + decay * step)", **counter)
    decision = decide(old, new)
    assert decision.verdict == "identical"
    assert decision.assumptions == ("iterations starts at 0",)
    known = decide(
        old, new, initial_old=(("iterations", number(0)),), initial_new=(("iterations", number(0)),)
    )
    assert (known.verdict, known.assumptions) == ("identical", ())
    other = decide(
        old, new, initial_old=(("iterations", number(1)),), initial_new=(("iterations", number(1)),)
    )
    assert other.verdict in {"differs", "conditional"}


def test_counter_that_counts_only_where_it_is_read_is_the_step_as_well() -> None:
    rate = "select(decay > 0, lr / (1 + decay * {}), lr)"
    old = rule(
        iterations="select(decay > 0, iterations + 1, iterations)",
        var=f"var - {rate.format('iterations')} * grad",
    )
    new = rule(var=f"var - {rate.format('step')} * grad")
    decision = decide(old, new)
    assert (decision.verdict, decision.certainty) == ("identical", "proved")
    assert "iterations starts at 0" in decision.assumptions


def test_number_used_as_a_truth_and_truth_used_as_a_number_are_understood() -> None:
    old = rule(var="select(momentum, var - momentum * grad, var)")
    new = rule(var="var - (momentum != 0) * momentum * grad")
    decision = decide(old, new)
    assert (decision.verdict, decision.certainty) == ("equal", "proved")


def test_rule_without_a_value_at_many_points_is_undecided() -> None:
    decision = decide(rule(var="sqrt(grad * grad)"), rule(var="sqrt(grad) * sqrt(grad)"))
    assert decision.verdict in {"undecided", "differs", "conditional"}


def test_the_same_question_has_the_same_answer() -> None:
    once = decide(adam(), RULES["amsgrad"]())
    assert decide(adam(), RULES["amsgrad"](), settings={}) == once
