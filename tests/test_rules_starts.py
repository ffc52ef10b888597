"""What a fresh run starts from: renamed state, and arguments that give the first value."""

from dataclasses import replace

from tfdiff.facts import Literal, OptimizerFacts, Parameter, Slot, Span
from tfdiff.rules import parameter_added, slot_initial_value_changed
from tfdiff.rules.pair import Pair

HERE = Span("glide.py", 1, 1)
RATE = Parameter("rate", "positional", Literal(0.5), Literal(0.5), HERE)
START = Parameter("start", "positional", Literal(0.1), Literal(0.1), HERE)


def _glide(slot: str, initial: float | str, *parameters: Parameter) -> OptimizerFacts:
    shape = Literal("variable")
    kept = Slot(slot, True, Literal(initial), Literal(None), shape, shape, None, HERE)  # noqa: FBT003
    return replace(
        OptimizerFacts.absent("Glide"), class_name="Glide", slots=(kept,), parameters=parameters
    )


def _pair(old: OptimizerFacts, new: OptimizerFacts) -> Pair:
    return Pair("Glide", old, new, (), (), state_names=((old.slots[0].name, new.slots[0].name),))


def test_renamed_state_that_an_argument_starts_elsewhere_is_told_with_the_argument() -> None:
    pair = _pair(_glide("sums", 0, RATE), _glide("energy", "start", RATE, START))
    (found,) = slot_initial_value_changed.check(pair)
    assert found.title == "Slot energy starts from the value of start instead of 0"
    assert found.effect == "numeric"
    assert found.remedy == "Pass start=0 to keep the old start."
    (added,) = parameter_added.check(pair)
    assert added.remedy.startswith("Pass start=0: left out, energy starts from another value")


def test_an_argument_whose_default_is_the_old_start_changes_no_start() -> None:
    pair = _pair(_glide("sums", 0.1, RATE), _glide("energy", "start", RATE, START))
    assert not list(slot_initial_value_changed.check(pair))
    (added,) = parameter_added.check(pair)
    assert added.remedy.startswith("Nothing to do")


def test_a_start_that_a_renamed_argument_gives_is_the_same() -> None:
    first = replace(START, name="first")
    pair = _pair(_glide("sums", "first", first), _glide("sums", "start", START))
    assert not list(slot_initial_value_changed.check(pair))
