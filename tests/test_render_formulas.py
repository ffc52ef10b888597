"""Rules as people write them, with the change marked where it is and nowhere else."""

from tests.sample_report import EPSILON, GRAD, LR, NEW_SPEED, VAR, add, mul, sub
from tfdiff.ir.expr import Expr, call, number, opaque, select, symbol
from tfdiff.render import formulas
from tfdiff.render.step_form import step_form

SPEED = symbol("speed")
TOUCHED = symbol("touched")


def lines(rule: formulas.Rule) -> list[str]:
    return [f"{line.target} = {line.value}" for line in rule.lines]


def test_a_result_is_used_by_name_and_stands_before_its_use() -> None:
    states = (("var", sub(VAR, mul(LR, NEW_SPEED))), ("speed", NEW_SPEED))
    rule, _ = formulas.as_text(states, states)
    assert lines(rule) == ["speed' = speed*decay + (1 - decay)*grad", "var' = var - lr*speed'"]
    assert not any(line.changed for line in rule.lines)


def test_using_the_old_value_instead_of_the_new_one_is_marked_there_only() -> None:
    old = (("var", sub(VAR, mul(LR, NEW_SPEED))), ("speed", NEW_SPEED))
    new = (("var", sub(VAR, mul(LR, SPEED))), ("speed", NEW_SPEED))
    before, after = formulas.as_text(old, new)
    assert lines(before) == [
        "speed' = speed*decay + (1 - decay)*grad",
        "var' = var - [[lr*speed']]",
    ]
    assert lines(after) == [
        "var' = var - [[lr*speed]]",
        "speed' = speed*decay + (1 - decay)*grad",
    ]
    assert [line.changed for line in before.lines] == [False, True]


def test_untouched_rows_that_keep_their_values_are_said_once() -> None:
    def sparse(value: Expr, name: str) -> tuple[str, Expr]:
        return name, select(TOUCHED, value, symbol(name))

    states = (sparse(sub(VAR, mul(LR, NEW_SPEED)), "var"), sparse(NEW_SPEED, "speed"))
    rule, _ = formulas.as_text(states, states)
    assert rule.rows_only
    assert lines(rule)[1] == "var' = var - lr*speed'"


def test_untouched_rows_that_move_keep_both_cases() -> None:
    states = (
        ("var", select(TOUCHED, sub(VAR, LR), VAR)),
        ("speed", select(TOUCHED, NEW_SPEED, mul(SPEED, EPSILON))),
    )
    rule, _ = formulas.as_text(states, states)
    assert not rule.rows_only
    assert "if touched else" in lines(rule)[1]


def test_a_case_uses_the_results_of_the_same_case_by_name() -> None:
    idle = mul(SPEED, EPSILON)
    states = (
        ("var", select(TOUCHED, sub(VAR, NEW_SPEED), sub(VAR, idle))),
        ("speed", select(TOUCHED, NEW_SPEED, idle)),
    )
    rule, _ = formulas.as_text(states, states)
    assert lines(rule)[1] == "var' = var - speed'"


def test_cases_that_would_use_each_other_are_written_out() -> None:
    states = (
        ("a", select(TOUCHED, NEW_SPEED, add(mul(SPEED, LR), LR))),
        ("b", select(TOUCHED, add(NEW_SPEED, LR), mul(SPEED, LR))),
    )
    rule, _ = formulas.as_text(states, states)
    assert not any("a'" in line.value or "b'" in line.value for line in rule.lines)


def test_a_state_that_only_one_side_has_is_marked() -> None:
    old = (("var", sub(VAR, GRAD)),)
    new = (*old, ("speed", NEW_SPEED))
    _, after = formulas.as_text(old, new)
    assert [line.changed for line in after.lines] == [False, True]


def test_a_rule_beside_one_that_was_not_read_has_no_marks() -> None:
    before, after = formulas.as_text((), (("var", sub(VAR, GRAD)),))
    assert before.lines == ()
    assert not after.lines[0].changed


def test_a_large_formula_is_written_with_its_parts_by_name() -> None:
    value = VAR
    for step in range(12):
        value = mul(add(value, number(step)), add(value, GRAD))
    assert len(formulas.latex((("var", value),))["var"]) < 2000
    rule, _ = formulas.as_mathml((("var", value),), (("var", value),))
    assert len(rule.lines) > 3


def test_source_text_in_a_formula_can_do_no_harm() -> None:
    hostile = opaque("</math><script>\u202e\x00 \\input{x}", "not known")
    states = (("var", call("<b>", hostile)),)
    markup = formulas.as_mathml(states, states)[0].lines[0].value
    assert "<script" not in markup
    assert "<b>" not in markup
    for text in (markup, formulas.latex(states)["var"]):
        assert "\u202e" not in text
        assert "\x00" not in text
    assert "\\input" not in formulas.latex(states)["var"]


def test_results_are_in_order_whatever_order_the_states_have() -> None:
    chain = (
        ("c", add(add(NEW_SPEED, GRAD), LR)),
        ("b", add(NEW_SPEED, GRAD)),
        ("a", NEW_SPEED),
    )
    assert [name for name, _ in step_form(chain).results] == ["a", "b", "c"]
