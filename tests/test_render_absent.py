"""Formulas without the arguments that only come in where they are passed."""

from tests.ir_reader import read
from tfdiff.ir.expr import Expr, operation, select, symbol
from tfdiff.ir.walk import States
from tfdiff.render.formulas import as_text


def clipped(name: str = "clipvalue") -> Expr:
    given = read(f"min(grad, {name})")
    return select(symbol(f"{name} is None"), symbol("grad"), given)


def descent(step: Expr) -> States:
    return (("var", operation("sub", symbol("var"), step)),)


def test_clipping_is_left_out_and_said() -> None:
    old, new = as_text(
        descent(operation("mul", read("0.1"), clipped())),
        descent(operation("mul", read("0.2"), clipped())),
    )
    assert [line.value for line in new.lines] == ["var - [[0.2*grad]]"]
    assert old.left_out == "where clipvalue is None"


def test_clipping_that_is_the_difference_stays() -> None:
    old, new = as_text(descent(symbol("grad")), descent(clipped()))
    assert (old.left_out, new.left_out) == ("", "")
    assert "clipvalue" in new.lines[0].value


def test_a_default_that_stands_for_an_argument_stays() -> None:
    chosen = select(symbol("epsilon is None"), read("1e-7"), symbol("epsilon"))
    rule = descent(operation("div", clipped(), chosen))
    shown, _ = as_text(rule, rule)
    assert shown.left_out == "where clipvalue is None"
    assert "epsilon is None" in shown.lines[0].value
