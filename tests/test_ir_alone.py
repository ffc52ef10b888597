"""Which option alone makes two equal rules be written differently."""

import pytest

from tests.ir_reader import read
from tfdiff.ir.alone import apart_if
from tfdiff.ir.expr import Expr, operation, select, symbol

UNSET = symbol("norm is None")
SET = operation("not", UNSET)
PLAIN = read("var - lr * grad")
SCALED, TURNED = read("var - lr * (grad * norm / size)"), read("var - lr * (norm / size * grad)")


@pytest.mark.parametrize("condition", [SET, operation("and", SET, read("norm > 0"))])
def test_rules_that_only_an_option_writes_differently_are_apart_if_it_is_passed(
    condition: Expr,
) -> None:
    old, new = (select(condition, scaled, PLAIN) for scaled in (SCALED, TURNED))
    assert apart_if((("var", old),), (("var", new),), frozenset({"var"})) == "not norm is None"


def test_a_symbol_that_is_only_called_otherwise_does_not_hide_it() -> None:
    old = select(SET, SCALED, read("var - lr * iterations"))
    new = select(SET, TURNED, read("var - lr * step"))
    assert apart_if((("var", old),), (("var", new),), frozenset({"var"})) == "not norm is None"


def test_rules_that_differ_without_the_option_as_well_have_no_such_test() -> None:
    old = select(SET, SCALED, PLAIN)
    new = select(SET, TURNED, read("var - grad * lr * 1"))
    assert apart_if((("var", old),), (("var", new),), frozenset({"var"})) is None


def test_other_states_are_not_asked_about() -> None:
    old = (("var", select(SET, SCALED, PLAIN)), ("step", read("step + 1")))
    new = (("var", select(SET, TURNED, PLAIN)), ("step", read("step + 2")))
    assert apart_if(old, new, frozenset({"var"})) == "not norm is None"
    assert apart_if(old, new, frozenset({"var", "step"})) is None
