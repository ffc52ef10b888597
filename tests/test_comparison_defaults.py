"""What always differs is told by the rules that users run who pass nothing."""

from tests.ir_reader import read
from tfdiff.comparison.answer import answer
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.names import Aliases
from tfdiff.extract.store import FactStore
from tfdiff.facts import (
    Literal,
    OptimizerFacts,
    Parameter,
    Span,
    UpdatePath,
    UpdateRule,
)
from tfdiff.ir.defaults import at_defaults, reaching, without_absent
from tfdiff.ir.expr import Expr, call, operation, select, symbol
from tfdiff.ir.show import text
from tfdiff.ir.walk import States

HERE = Span("optimizer.py", 1, 1)
CLIPPED = select(
    symbol("clipnorm is None"),
    symbol("grad"),
    operation("div", symbol("grad"), call("norm", symbol("grad"))),
)
SETTINGS = (("clipnorm is None", True), ("epsilon", 1e-7), ("lr", 0.001), ("momentum", 0.0))


def rule(step: Expr, v: str = "rho * v + (1 - rho) * grad * grad") -> States:
    return (("var", operation("sub", symbol("var"), step)), ("v", read(v)))


def test_a_moved_epsilon_is_found_behind_clipping_that_only_one_side_knows() -> None:
    inside = operation("div", read("lr * grad"), read("sqrt(v + epsilon)"))
    outside = operation("div", operation("mul", symbol("lr"), CLIPPED), read("(sqrt(v) + epsilon)"))
    found = answer((rule(inside), rule(outside)), SETTINGS, ((), ()), "dense")
    assert found.decision.verdict == "differs"
    assert [one.kind for one in found.aspects if one.state == "var"] == ["epsilon-moved"]
    assert found.witness is not None
    assert found.witness.drift
    assert found.witness.region is not None


def test_states_that_start_otherwise_are_told_with_the_region() -> None:
    starts = ((("v", 1.0),), (("v", 0.0),))
    steps = (
        operation("div", read("lr * grad"), read(root))
        for root in ("sqrt(v + epsilon)", "sqrt(v) + epsilon")
    )
    old, new = map(rule, steps)
    found = answer((old, new), SETTINGS, starts, "dense")
    assert found.witness is not None
    assert (found.witness.region or "").endswith("; v starts at 1.0 and 0.0")


def test_rules_at_their_defaults_have_no_options_left() -> None:
    nested = select(read("momentum > 0"), read("momentum * m + grad"), CLIPPED)
    states = (("var", nested), ("m", read("momentum * m + grad")))
    shown = {name: text(value) for name, value in at_defaults(states, dict(SETTINGS))}
    assert shown == {"var": "grad", "m": "grad"}
    kept = dict(without_absent(states, dict(SETTINGS)))
    assert text(kept["var"]) == "(momentum*m + grad if momentum > 0 else grad)"


def test_states_reach_the_weights_through_other_states() -> None:
    states = (
        ("var", read("var - m")),
        ("m", read("m + v")),
        ("v", read("v + 1")),
        ("w", read("v")),
    )
    assert reaching(states, "var") == {"var", "m", "v"}


def _facts(**defaults: float | None) -> OptimizerFacts:
    parameters = tuple(
        Parameter(
            name,
            "positional",
            None if value is None else Literal(value),
            None if value is None else Literal(value),
            HERE,
        )
        for name, value in defaults.items()
    )
    return OptimizerFacts(
        "snow.Sled", ("snow.Sled",), "Sled", HERE, (), parameters, (), (), (), (), (), (), ()
    )


def _rule(value: str) -> UpdateRule:
    path = UpdatePath("dense", "resource", "python")
    return UpdateRule(path, (("var", read(value)),), None, ("Sled.step",), ())


def test_a_default_goes_with_the_argument_and_not_with_its_name() -> None:
    # ``decay`` decays the mean square in one class and the learning rate in the other
    names = Aliases(parameters=(("decay", "rho"),))
    old = _facts(decay=0.9), _rule("var - decay * grad")
    own = _facts(decay=0.0, rho=0.9), _rule("var - rho * grad / (1 + decay)")
    found = Decisions(FactStore(None)).verdict(
        old[1],
        names.renamed(own[1], old[1]),
        old[0],
        names.restated(own[0], own[1]),
    )
    assert (found.verdict, found.condition) == ("conditional", "decay != 0 and new decay != 0")


def test_what_everybody_passes_has_no_default() -> None:
    old, new = _facts(momentum=None), _facts(momentum=0.0)
    found = Decisions(FactStore(None)).verdict(
        _rule("var - grad"), _rule("var - (1 + momentum) * grad"), old, new
    )
    assert (found.verdict, found.condition) == ("differs", "momentum != 0")
