"""Keras 1.x keeps slots in lists: what a function calls them is no checkpoint's key."""

from dataclasses import replace

import pytest

from tfdiff.facts import Literal, OptimizerFacts, Slot, Span
from tfdiff.rules import slot_renamed
from tfdiff.rules.pair import Pair


def _curve(name: str, *, local: bool) -> OptimizerFacts:
    shape = Literal("variable")
    slot = Slot(name, True, Literal(0), Literal(None), shape, shape, None, Span("k.py", 1, 1))  # noqa: FBT003
    return replace(
        OptimizerFacts.absent("Curve"), class_name="Curve", slots=(replace(slot, local=local),)
    )


@pytest.mark.parametrize(("local", "count"), [(True, 0), (False, 1)])
def test_only_what_a_checkpoint_may_know_is_renamed(*, local: bool, count: int) -> None:
    old, new = _curve("ms", local=local), _curve("moments", local=local)
    assert len(list(slot_renamed.check(Pair("Curve", old, new, (), ())))) == count
