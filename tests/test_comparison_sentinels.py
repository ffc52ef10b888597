"""A default that one release spells in the body and the other in the signature is the same."""

from tfdiff.comparison.decision import Decisions
from tfdiff.extract.store import FactStore
from tfdiff.facts import (
    Literal,
    OptimizerFacts,
    Parameter,
    Span,
    UpdatePath,
    UpdateRule,
    Value,
)
from tfdiff.findings import PathVerdict
from tfdiff.ir.expr import Expr, number, operation, select, symbol

HERE = Span("optimizer.py", 1, 1)


def _facts(default: Value, effective: Value) -> OptimizerFacts:
    epsilon = Parameter("epsilon", "positional", default, effective, HERE)
    return OptimizerFacts(
        "snow.Sled", ("snow.Sled",), "Sled", HERE, (), (epsilon,), (), (), (), (), (), (), ()
    )


def _rule(divisor: Expr) -> UpdateRule:
    value = operation("sub", symbol("var"), operation("div", symbol("grad"), divisor))
    path = UpdatePath("dense", "resource", "python")
    return UpdateRule(path, (("var", value),), None, ("Sled.step",), ())


def _verdict(new_default: float) -> PathVerdict:
    old = _facts(Literal(None), Literal(1e-7))
    new = _facts(Literal(new_default), Literal(new_default))
    epsilon = symbol("epsilon")
    sentinel = _rule(select(symbol("epsilon is None"), number("1e-7"), epsilon))
    return Decisions(FactStore(None)).verdict(sentinel, _rule(epsilon), old, new)


def test_of_two_defaults_the_one_that_does_more_decides_whichever_release_has_it() -> None:
    plain = operation("sub", symbol("var"), symbol("grad"))
    shrunk = operation("sub", plain, operation("mul", symbol("epsilon"), symbol("var")))
    path = UpdatePath("dense", "resource", "python")
    first, second = (UpdateRule(path, (("var", one),), None, (), ()) for one in (plain, shrunk))
    off, on = _facts(Literal(0.0), Literal(0.0)), _facts(Literal(0.1), Literal(0.1))
    decisions = Decisions(FactStore(None))
    there, back = (
        decisions.verdict(first, second, off, on),
        decisions.verdict(second, first, on, off),
    )
    assert there.verdict == back.verdict == "differs"
    assert back.condition == there.condition


def test_the_same_value_in_body_and_signature_is_no_difference() -> None:
    assert _verdict(1e-7).verdict in {"identical", "equal"}


def test_another_value_in_the_signature_differs_for_those_who_pass_none() -> None:
    found = _verdict(1e-3)
    assert found.verdict in {"conditional", "differs"}
    assert found.condition == "epsilon is not passed" or "epsilon is None" in (
        found.condition or ""
    )
