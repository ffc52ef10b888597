"""What is made of the gradient is decided apart from the step that takes it."""

import pytest

from tests.ir_reader import read
from tfdiff.comparison.answer import Found, answer
from tfdiff.ir.combinations import by_combination
from tfdiff.ir.decision import Decision
from tfdiff.ir.equivalence import decide
from tfdiff.ir.expr import Expr, call, operation, select, symbol
from tfdiff.ir.occurrences import REPEATED, SUM
from tfdiff.ir.preparation import GRADIENT, prepared
from tfdiff.ir.walk import States

DEFAULTS = {"norm is None": True, "bound is None": True, "momentum": 0.0, "lr": 0.1}
GRAD = symbol("grad")


def by_norm(value: Expr) -> Expr:
    scaled = operation("div", value, call("sum", operation("mul", value, value)))
    return select(symbol("norm is None"), value, scaled)


def by_value(value: Expr) -> Expr:
    return select(symbol("bound is None"), value, call("min", value, symbol("bound")))


def momentum(gradient: Expr, rate: str = "lr") -> States:
    kept = operation("add", read("momentum * m"), gradient)
    return (("var", operation("sub", read("var"), operation("mul", read(rate), kept))), ("m", kept))


def combined(old: Expr, new: Expr) -> Decision | None:
    def asked(left: States, right: States) -> Decision:
        return decide(left, right, settings=DEFAULTS)

    rules = ((GRADIENT, old),), ((GRADIENT, new),)
    return by_combination(rules, dict(DEFAULTS), asked)


def answered(old: States, new: States) -> Found:
    return answer((old, new), tuple(sorted(DEFAULTS.items())), ((), ()), "dense")


def test_a_clipped_gradient_is_taken_apart_from_the_step() -> None:
    found = prepared((momentum(by_value(GRAD)), momentum(by_norm(by_value(GRAD)))))
    assert found is not None
    assert found.steps == (momentum(GRAD), momentum(GRAD))
    assert found.gradients[1] == ((GRADIENT, by_norm(by_value(GRAD))),)


@pytest.mark.parametrize(
    "rule",
    [
        (("var", read("var - lr * grad")),),
        (("var", select(symbol("nesterov"), read("var - grad"), read("var - m - grad"))),),
        (("var", operation("add", read("var - grad"), by_value(GRAD))),),
    ],
    ids=["no choice", "a choice of the step", "used unclipped as well"],
)
def test_what_is_no_preparation_stays_in_the_step(rule: States) -> None:
    assert prepared((rule, rule)) is None


def test_options_that_matter_only_together_are_said_together() -> None:
    found = combined(by_value(by_norm(GRAD)), by_norm(by_value(GRAD)))
    assert found is not None
    assert found.condition == "not bound is None and not norm is None"


def test_gradients_that_are_the_same_with_any_options_have_no_condition() -> None:
    swapped = select(symbol("bound is None"), GRAD, call("min", symbol("bound"), GRAD))
    found = combined(by_value(GRAD), swapped)
    assert found is not None
    assert (found.verdict, found.condition) == ("identical", None)


def test_gradients_that_differ_without_options_are_left_to_the_whole_rule() -> None:
    assert combined(by_value(GRAD), by_value(operation("mul", read("2"), GRAD))) is None


def test_repeated_indices_are_a_condition_like_an_option() -> None:
    found = combined(by_value(GRAD), call(SUM, by_value(GRAD)))
    assert found is not None
    assert found.condition == REPEATED


def test_two_causes_are_two_guards_with_a_condition_each() -> None:
    old, new = momentum(by_value(GRAD)), momentum(by_norm(by_value(GRAD)), "lr * (1 + momentum)")
    found = answered(old, new)
    assert found.decision.verdict == "conditional"
    assert found.decision.condition == "momentum != 0 or not norm is None"
    assert {(one.state, one.condition) for one in found.aspects if one.kind == "guard-changed"} == {
        ("var", "momentum != 0"),
        (GRADIENT, "not norm is None"),
    }


def test_a_step_that_always_differs_does_so_whatever_becomes_of_the_gradient() -> None:
    found = answered(momentum(by_value(GRAD)), momentum(by_norm(by_value(GRAD)), "lr * 2"))
    assert (found.decision.verdict, found.decision.condition) == ("differs", None)


def test_clipping_that_both_rules_share_does_not_make_them_differ() -> None:
    rules = momentum(by_norm(by_value(GRAD))), momentum(by_norm(by_value(GRAD)), "1 * lr")
    found = answered(*rules)
    assert found.decision.verdict in {"identical", "equal"}
    assert all(one.state != GRADIENT for one in found.aspects)
