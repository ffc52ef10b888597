"""What was not read, or cannot be compared: told apart from where it does not matter."""

from tests.ir_reader import read
from tfdiff.ir.equivalence import decide
from tfdiff.ir.explain import explain
from tfdiff.ir.expr import call, opaque, operation, select, symbol
from tfdiff.ir.occurrences import REPEATED, SUM
from tfdiff.ir.walk import States

CLIPS = symbol("clipnorm is None")
GRAD = symbol("grad")
PLAIN = {"clipnorm is None": True}


def rule(**states: str) -> States:
    return tuple((name, read(text)) for name, text in states.items())


def clipped(norm: str) -> States:
    """Gradient descent that scales the gradient by one norm or another if ``clipnorm`` is given."""
    scaled = operation("div", GRAD, call(norm, GRAD))
    return (("var", operation("sub", symbol("var"), select(CLIPS, GRAD, scaled))),)


def test_functions_that_cannot_be_compared_matter_only_behind_their_guard() -> None:
    decision = decide(clipped("norm"), clipped("global_norm"), settings=PLAIN)
    assert (decision.verdict, decision.condition) == ("conditional", "not clipnorm is None")
    assert decision.reason is not None
    assert "nothing is known of global_norm" in decision.reason
    assert decision.witness is None
    (aspect,) = explain(clipped("norm"), clipped("global_norm"), decision)
    assert aspect.phrase == "may differ where not clipnorm is None"


def test_a_guard_that_holds_by_default_leaves_what_cannot_be_compared_undecided() -> None:
    settings = {"clipnorm is None": False}
    assert decide(clipped("norm"), clipped("global_norm"), settings=settings).verdict == "undecided"


def test_the_same_unread_text_on_both_sides_is_not_taken_for_the_same_thing() -> None:
    states = (("var", operation("sub", symbol("var"), opaque("f(grad)", "not read"))),)
    assert decide(states, states).verdict == "undecided"
    guarded = (("var", select(CLIPS, symbol("var"), opaque("f(grad)", "not read"))),)
    decision = decide(guarded, guarded, settings=PLAIN)
    assert (decision.verdict, decision.condition) == ("conditional", "not clipnorm is None")


def test_what_was_not_read_is_no_condition() -> None:
    unread = opaque("mode", "not read")
    old = (("var", select(unread, symbol("var"), GRAD)),)
    assert decide(old, rule(var="var")).verdict == "undecided"


def test_a_difference_that_was_read_still_differs_beside_what_was_not() -> None:
    old, new = (
        (("var", select(CLIPS, read(step), opaque("f(grad)", "not read"))),)
        for step in ("var - lr * grad", "var - 2 * lr * grad")
    )
    assert decide(old, new, settings=PLAIN).verdict == "differs"


def test_sums_of_single_occurrences_matter_only_where_an_index_is_repeated() -> None:
    squares = call(SUM, operation("mul", GRAD, GRAD))
    old = (("v", operation("add", symbol("v"), squares)),)
    decision = decide(old, rule(v="v + grad * grad"))
    assert (decision.verdict, decision.condition) == ("conditional", REPEATED)
    assert decide(old, rule(v="v + 2 * grad * grad")).verdict == "differs"


def test_squares_of_sums_keep_an_accumulator_at_least_at_zero() -> None:
    accum = "accum + (grad + 2 * l2 * var) * (grad + 2 * l2 * var)"
    old = rule(var="var / (accum ** -lr_power)", accum=accum)
    new = rule(var="select(accum >= 0, var / (accum ** -lr_power), 0)", accum=accum)
    assert decide(old, new).verdict == "equal"
