"""Options at their defaults: the condition where no single guard tells two rules apart."""

from collections.abc import Mapping

from tests.ir_reader import read
from tfdiff.ir.decision import Decision
from tfdiff.ir.equivalence import decide
from tfdiff.ir.expr import Expr, call, opaque, operation, select, symbol
from tfdiff.ir.options import around_options
from tfdiff.ir.walk import States

DEFAULTS = {"decay": 0.0, "momentum": 0.0, "clip is None": True, "average": False}


def step(**states: Expr | str) -> States:
    return tuple(
        (name, read(value) if isinstance(value, str) else value) for name, value in states.items()
    )


def decided(old: States, new: States, settings: Mapping[str, float | bool] = DEFAULTS) -> Decision:
    def asked(left: States, right: States) -> Decision:
        return decide(left, right, settings=settings)

    return around_options((old, new), settings, asked(old, new), asked)


def clipped(bound: Expr) -> Expr:
    return select(symbol("clip is None"), symbol("grad"), call("min", symbol("grad"), bound))


def moved(gradient: Expr) -> Expr:
    return operation("sub", symbol("var"), operation("mul", symbol("lr"), gradient))


def test_options_of_both_sides_are_one_condition() -> None:
    old = step(var=select(read("decay > 0"), read("var - lr * grad / 3"), read("var - lr * grad")))
    new = step(var=select(symbol("average"), read("var / 2"), moved(clipped(read("clip")))))
    decision = decided(old, new)
    assert decision.verdict == "conditional"
    assert decision.condition is not None
    assert set(decision.condition.split(" or ")) == {"average", "not clip is None", "decay > 0"}


def test_what_both_rules_do_with_an_option_is_no_part_of_the_condition() -> None:
    old = step(var=moved(clipped(read("clip"))))
    new = step(var=select(symbol("average"), read("var / 2"), moved(clipped(read("clip")))))
    decision = decided(old, new, DEFAULTS | {"average": False})
    assert (decision.verdict, decision.condition) == ("conditional", "average")


def test_what_could_not_be_read_of_an_option_stays_the_reason() -> None:
    unread = opaque("norm(grad)", "a loop")
    old = step(var=moved(clipped(read("clip"))))
    new = step(var=moved(clipped(unread)))
    decision = decided(old, new)
    assert (decision.verdict, decision.condition) == ("conditional", "not clip is None")
    assert decision.reason is not None
    assert "a loop" in decision.reason


def test_rules_that_differ_with_no_option_set_differ() -> None:
    old = step(var=moved(clipped(read("clip"))))
    new = step(var=select(symbol("average"), read("var / 2"), read("var - lr * grad * 2")))
    decision = decided(old, new)
    assert (decision.verdict, decision.condition) == ("differs", None)


def test_a_kernel_that_was_not_read_leaves_it_undecided() -> None:
    old = step(var=opaque("Apply", "kernel not read"))
    new = step(var=select(symbol("average"), read("var / 2"), moved(symbol("grad"))))
    assert decided(old, new).verdict == "undecided"


def test_a_state_that_nothing_depends_on_by_default_does_not_count_there() -> None:
    """Without momentum one rule fills its accumulator and the other lets it be."""
    sum_ = "momentum * m - lr * grad"
    kept = select(read("momentum != 0"), read(sum_), read("m"))
    straight = select(read("momentum != 0"), read(f"var + {sum_}"), read("var - lr * grad"))
    ema = select(symbol("average"), read("var / 2"), straight)
    half = select(symbol("average"), read("var / 3"), read(f"var + {sum_}"))
    decision = decided(step(var=half, m=sum_), step(var=ema, m=kept))
    assert (decision.verdict, decision.condition) == ("conditional", "average")


def test_a_state_that_the_weights_depend_on_counts() -> None:
    kept = select(read("decay != 0"), read("m + grad"), read("m"))
    old, new = step(var="var - lr * m", m="m + grad"), step(var="var - lr * m", m=kept)
    assert decided(old, new).verdict == "differs"


def test_an_option_that_one_state_alone_would_do_with_is_no_part_of_the_condition() -> None:
    def rule(word: str) -> States:
        inner = clipped(opaque(f"{word}(grad)", "a loop"))
        outer = select(symbol("cap is None"), inner, opaque(f"{word} of the cap", "a loop"))
        peak = select(symbol("average"), call("max", symbol("peak"), outer), read("peak"))
        return step(var=moved(outer), peak=peak)

    decision = decided(rule("norm"), rule("sum"), DEFAULTS | {"cap is None": True})
    assert decision.verdict == "conditional"
    assert decision.condition is not None
    clipping = {"not clip is None", "not cap is None"}
    assert set(decision.condition.split(" or ")) == clipping
    assert all(set((one.condition or "").split(" or ")) <= clipping for one in decision.states)
