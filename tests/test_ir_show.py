"""Formulas as text, LaTeX and MathML, rules as steps, and marked changes."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.ir_reader import read
from tests.ir_rules import RULES, adam
from tfdiff.ir.align import changed_terms
from tfdiff.ir.expr import call, number, opaque, select, symbol
from tfdiff.ir.latex import LatexNotation
from tfdiff.ir.mathml import MathmlNotation, equation
from tfdiff.ir.show import Printer, steps, text
from tfdiff.ir.text import TextNotation, decimal
from tfdiff.ir.walk import States


def rule(**states: str) -> States:
    return tuple((name, read(shown)) for name, shown in states.items())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a + b + c", "a + b + c"),
        ("a + (b + c)", "a + (b + c)"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a + b) * c / d", "(a + b)*c/d"),
        ("a / (b * c)", "a/(b*c)"),
        ("-a * b", "(-a)*b"),
        ("a - -b", "a - (-b)"),
        ("a ** b ** c", "a^b^c"),
        ("(a ** b) ** c", "(a^b)^c"),
        ("square(a + b)", "(a + b)^2"),
        ("1e-8 * sqrt(a)", "1e-8*sqrt(a)"),
        ("select(a > 0 and not t, a, 0)", "(a if a > 0 and not t else 0)"),
        ("select(t, a, select(u, b, c))", "(a if t else b if u else c)"),
        ("(a or t) and u", "(a or t) and u"),
    ],
)
def test_text_has_the_brackets_it_needs_and_no_others(written: str, shown: str) -> None:
    assert text(read(written)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1e-8", "1e-8"), ("0.9", "0.9"), ("1/3", None), ("100000", "100000"), ("-0.5", "-0.5")],
)
def test_constants_are_shown_as_short_decimals_where_they_are_exact(
    value: str, shown: str | None
) -> None:
    from fractions import Fraction  # noqa: PLC0415 - only this test needs it

    assert decimal(Fraction(value)) == shown


def test_rule_is_shown_as_steps_that_use_each_others_results() -> None:
    lines = {line.target: line.value for line in steps(adam(), TextNotation())}
    assert next(iter(lines)) == "m'"
    assert lines["v'"] == "v + (grad^2 - v)*(1 - beta2)"
    assert lines["var'"].endswith("/(sqrt(v') + epsilon)")
    assert "m'" in lines["var'"]


def test_large_shared_part_is_named_once() -> None:
    part = "sqrt(a * b + c * d)"
    lines = steps(rule(x=f"{part} + 1", y=f"{part} * 2"), TextNotation())
    assert [(line.state, line.target, line.value) for line in lines] == [
        (None, "s1", "sqrt(a*b + c*d)"),
        ("x", "x'", "s1 + 1"),
        ("y", "y'", "s1*2"),
    ]


def test_states_with_the_same_value_are_both_shown() -> None:
    lines = steps(rule(x="a + b", y="a + b", z="a"), TextNotation())
    assert [(line.target, line.value) for line in lines] == [
        ("x'", "a + b"),
        ("y'", "x'"),
        ("z'", "a"),
    ]


def test_latex_is_in_the_fields_notation() -> None:
    notation = LatexNotation(["m", "v", "vhat", "beta1_power"])
    printer = Printer(notation)
    assert printer.show(read("beta1 * m")) == r"\beta_1 \, m_{t-1}"
    assert printer.show(read("lr / (sqrt(vhat) + epsilon)")) == (
        r"\frac{\eta}{\sqrt{\hat{v}_{t-1}} + \epsilon}"
    )
    assert printer.show(read("grad ** 2 * 1e-7")) == r"{g_t}^{2} \cdot 10^{-7}"
    assert notation.result("m") == "m_t"


def test_running_power_is_the_power_of_the_step_that_is_taken() -> None:
    notation = LatexNotation(["beta1_power"])
    assert Printer(notation).show(read("1 - beta1_power")) == r"1 - \beta_{1}^{t}"
    assert notation.result("beta1_power") == r"\beta_{1}^{t+1}"


@pytest.mark.parametrize("name", RULES)
def test_latex_of_every_rule_has_balanced_braces(name: str) -> None:
    states = RULES[name]()
    for line in steps(states, LatexNotation([state for state, _ in states])):
        plain = line.value.replace(r"\{", "").replace(r"\}", "")
        assert plain.count("{") == plain.count("}")
        assert line.value.count(r"\left") == line.value.count(r"\right")


@pytest.mark.parametrize("name", RULES)
def test_mathml_of_every_rule_is_well_formed_and_has_right_arity(name: str) -> None:
    states = RULES[name]()
    arity = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2}
    for line in steps(states, MathmlNotation([state for state, _ in states])):
        root = ET.fromstring(equation(line.target, line.value))  # noqa: S314 - our own
        for element in root.iter():
            tag = element.tag.partition("}")[2]
            assert len(element) == arity.get(tag, len(element)), tag
            assert "class" not in element.attrib


def test_text_from_sources_cannot_break_out_of_the_markup() -> None:
    unread = opaque("a < b & <script>$x_1$ \\end{cases}", "not understood")
    mathml = Printer(MathmlNotation()).show(unread)
    assert "<script>" not in mathml
    latex = Printer(LatexNotation()).show(unread)
    assert not re.search(r"(?<!\\)[$&#%_]", latex)
    assert r"\end" not in latex


def test_changed_term_is_marked_in_every_notation() -> None:
    old = rule(var="var - lr * grad / sqrt(ms + epsilon)")
    new = rule(var="var - lr * grad / (sqrt(ms) + epsilon)")
    changed = changed_terms(old, new)
    (line,) = steps(old, TextNotation(), changed.old)
    assert line.value == "var - lr*grad/[[sqrt(ms + epsilon)]]"
    assert line.changed
    (line,) = steps(new, TextNotation(), changed.new)
    assert line.value == "var - lr*grad/[[sqrt(ms) + epsilon]]"
    assert r"\boxed{" in steps(new, LatexNotation(), changed.new)[0].value
    assert 'data-changed="true"' in steps(new, MathmlNotation(), changed.new)[0].value


def test_changed_constant_is_marked_with_the_term_around_it() -> None:
    changed = changed_terms(rule(x="2 * a + 2 * b"), rule(x="2 * a + 3 * b"))
    assert changed.pairs == ((number(2), number(3)),)
    assert changed.old == {read("2 * b")}
    assert changed.new == {read("3 * b")}


def test_added_term_has_no_counterpart() -> None:
    changed = changed_terms(rule(x="a + b"), rule(x="a + c * d + b"))
    assert changed.pairs == ((None, read("c * d")),)
    assert changed.old == frozenset()


def test_commuted_and_agreed_parts_are_not_marked() -> None:
    assert changed_terms(rule(x="a * b + c"), rule(x="c + b * a")).pairs == ()
    old = rule(m="b * m + g", var="var - (b * m + g)")
    new = rule(m="m * b + (g + 0 * m)", var="var + (m * b + (g + 0 * m))")
    marked = changed_terms(old, new, agreed=["m"]).new
    assert dict(new)["m"] not in marked


def test_a_value_that_is_only_named_is_written_as_its_name() -> None:
    node = select(call("len(var.shape) < 2"), symbol("r"), symbol("c"))
    assert text(node) == "(r if len(var.shape) < 2 else c)"
    assert Printer(LatexNotation()).show(call("x.size")) == r"\mathrm{x.size}"
    assert Printer(MathmlNotation()).show(call("a < b")) == "<mi>a &lt; b</mi>"
