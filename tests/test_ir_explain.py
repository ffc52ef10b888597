"""Differences by what they are, each a kind of its own."""

import pytest

from tests.ir_reader import read
from tfdiff.ir.equivalence import decide
from tfdiff.ir.explain import Aspect, explain
from tfdiff.ir.expr import opaque, select, symbol
from tfdiff.ir.walk import States

V = "beta2 * v + (1 - beta2) * grad * grad"


def rule(**states: str) -> States:
    return tuple((name, read(shown)) for name, shown in states.items())


def explained(old: States, new: States, **settings: float) -> list[Aspect]:
    return list(explain(old, new, decide(old, new, settings=settings)))


@pytest.mark.parametrize(
    ("old", "new", "kind", "phrase"),
    [
        (
            f"var - lr * grad / sqrt({V} + epsilon)",
            f"var - lr * grad / (sqrt({V}) + epsilon)",
            "epsilon-moved",
            "epsilon stood inside the square root and now stands outside of the square root",
        ),
        (
            f"var - lr * grad / (sqrt({V}) + epsilon)",
            f"var - lr * grad / (sqrt({V}) + epsilon * sqrt(1 - beta2))",
            "epsilon-moved",
            "epsilon still stands outside of the square root, but is scaled differently",
        ),
        (
            f"var - lr * grad / (sqrt({V}) + epsilon)",
            "var - lr * grad / (sqrt(v) + epsilon)",
            "statement-order-changed",
            "var used the new value of v and now uses the old one",
        ),
        (
            "var - lr * grad / (sqrt(v) + epsilon)",
            f"var - lr * grad / (sqrt({V}) + epsilon)",
            "statement-order-changed",
            "var used the old value of v and now uses the new one",
        ),
        (
            f"var - lr * grad / (sqrt({V}) + epsilon)",
            f"var - lr * grad / (1 - beta1 ** (step + 1)) / (sqrt({V}) + epsilon)",
            "bias-correction-changed",
            "bias correction is new",
        ),
        (
            f"var - lr * grad * sqrt(1 - beta2 ** step) / sqrt({V})",
            f"var - lr * grad * sqrt(1 - beta2 ** (step + 1)) / sqrt({V})",
            "bias-correction-changed",
            "the bias correction is computed in another way",
        ),
        ("var - 2 * lr * grad", "var - 3 * lr * grad", "constant-changed", "2 became 3"),
        ("var - lr * grad", "var - lr * grad + m", "term-added", "m is new in var"),
        ("var - lr * grad - m", "var - lr * grad", "term-removed", "m is gone from var"),
        (
            "var - lr * grad",
            "var - lr * sign(grad)",
            "update-rule-rewritten",
            "var is computed in another way",
        ),
        (
            "var - lr * grad / sqrt(v + epsilon)",
            "var - lr * grad * rsqrt(v + epsilon)",
            "rounding-order-changed",
            "written with rsqrt instead of sqrt",
        ),
        (
            "var - lr * grad * m",
            "var - lr * (grad * m)",
            "rounding-order-changed",
            "the same quantities in another order of operations",
        ),
    ],
)
def test_change_is_named(old: str, new: str, kind: str, phrase: str) -> None:
    aspects = explained(rule(var=old, v=V), rule(var=new, v=V))
    assert [(aspect.kind, aspect.phrase) for aspect in aspects] == [(kind, phrase)]
    assert aspects[0].state == "var"


def test_guard_and_what_stands_behind_it_are_both_named() -> None:
    old = rule(var="var - lr * grad")
    new = rule(var="var - lr * grad - lr * weight_decay * var")
    aspects = explained(old, new, weight_decay=0.0)
    assert [aspect.kind for aspect in aspects] == ["guard-changed", "term-added"]
    assert aspects[0].phrase == "differs where weight_decay != 0"
    assert aspects[1].new is read("lr * weight_decay * var")


def test_identical_rules_have_nothing_to_explain() -> None:
    assert explained(rule(var="var - lr * grad"), rule(var="var - grad * lr")) == []


def test_what_neither_side_got_read_in_the_same_way_is_no_change() -> None:
    value = select(symbol("amsgrad"), opaque("Apply", "kernel not read"), symbol("vhat"))
    same = (("vhat", value),)
    assert decide(same, same).verdict != "identical"
    assert explained(same, same) == []


def test_an_order_of_statements_is_told_the_same_in_both_directions_and_in_sparse_steps() -> None:
    def sparse(read_early: bool) -> States:  # noqa: FBT001 - the value is the whole meaning
        new = "(rho * m + (1 - rho) * grad * grad)"
        used = "m" if read_early else new
        step = f"var - lr * grad * sqrt({used} + epsilon)"
        return (
            ("var", read(f"select(touched, {step}, var)")),
            ("m", read(f"select(touched, {new}, m)")),
        )

    late, early = sparse(read_early=False), sparse(read_early=True)
    for old, new, said in ((late, early, "new"), (early, late, "old")):
        (aspect,) = explain(old, new, decide(old, new))
        assert aspect.kind == "statement-order-changed"
        assert aspect.phrase.startswith(f"var used the {said} value of m")


def test_a_formula_that_only_comes_to_another_order_is_no_order_of_statements() -> None:
    new = "(m + (1 - rho) * (grad - m))"
    looking = f"var - lr * (rho * {new} + (1 - rho) * grad)"
    old: States = (("var", read(looking)), ("m", read(new)))
    plain: States = (("var", read(f"var - lr * {new}")), ("m", read(new)))
    kinds = {one.kind for one in explain(old, plain, decide(old, plain)) if one.state == "var"}
    assert "statement-order-changed" not in kinds
