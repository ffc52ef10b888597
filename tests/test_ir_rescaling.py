"""Slots that keep the same in another unit are the same slots with another meaning."""

from tests.ir_reader import read
from tfdiff.comparison.answer import Found, answer
from tfdiff.ir.walk import States

SETTINGS = (("momentum", 0.9), ("rate", 0.1))
ZERO = (("m", 0.0),)


def rule(m: str, var: str) -> States:
    return (("var", read(var.replace("M", f"({m})"))), ("m", read(m)))


def decided(old: States, new: States, starts: float = 0.0) -> Found:
    return answer((old, new), SETTINGS, (ZERO, (("m", starts),)), "dense")


OUTSIDE = rule("momentum * m + grad", "var - rate * M")
INSIDE = rule("momentum * m - rate * grad", "var + M")


def test_a_rate_inside_of_the_slot_is_the_same_for_a_constant_rate() -> None:
    found = decided(OUTSIDE, INSIDE)
    assert found.decision.verdict == "equal"
    assert "rate does not change between steps" in found.decision.assumptions
    (aspect,) = [one for one in found.aspects if one.kind == "slot-rescaled"]
    assert (aspect.state, aspect.phrase) == ("m", "m holds -rate times what it held")


def test_it_is_told_from_the_other_side_as_well() -> None:
    found = decided(INSIDE, OUTSIDE)
    assert found.decision.verdict == "equal"
    (aspect,) = [one for one in found.aspects if one.kind == "slot-rescaled"]
    assert aspect.phrase in {
        "m holds 1/(-rate) times what it held",
        "m holds -1/rate times what it held",
    }


def test_rules_that_differ_in_any_unit_differ() -> None:
    assert decided(OUTSIDE, rule("momentum * m - rate * grad", "var + 2 * M")).decision.verdict == (
        "differs"
    )


def test_a_slot_that_starts_elsewhere_is_not_turned() -> None:
    assert decided(OUTSIDE, INSIDE, starts=0.1).decision.verdict == "differs"


def test_a_unit_that_changes_with_the_steps_is_none() -> None:
    decayed = rule("momentum * m - rate / step * grad", "var + M")
    plain = rule("momentum * m + grad", "var - rate / step * M")
    assert decided(plain, decayed).decision.verdict == "differs"
