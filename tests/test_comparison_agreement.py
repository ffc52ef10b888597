"""Do the paths of one optimizer follow the same rule at one release?"""

from dataclasses import replace

from tfdiff.comparison.agreement import agreements
from tfdiff.facts import Duplicates, OptimizerFacts, UpdatePath, UpdateRule
from tfdiff.ir.expr import Expr, call, operation, select, symbol

VAR, GRAD, RATE, EPSILON = map(symbol, ("var", "grad", "learning_rate", "epsilon"))


def _moved(by: Expr) -> Expr:
    return operation("sub", VAR, operation("mul", RATE, by))


def _rule(path: UpdatePath, value: Expr) -> UpdateRule:
    duplicates: Duplicates | None = "summed" if path.gradient == "sparse" else None
    return UpdateRule(path, (("var", value),), duplicates, (), ())


def _facts(*rules: UpdateRule) -> OptimizerFacts:
    return replace(OptimizerFacts.absent("glide"), class_name="Glide", rules=rules)


CPU = _rule(UpdatePath("dense", "ref", "cpu"), _moved(GRAD))


def test_paths_with_the_same_rule_are_one_entry() -> None:
    others = [_rule(UpdatePath("dense", "ref", device), _moved(GRAD)) for device in ("gpu", "xla")]
    (one,) = agreements(_facts(CPU, *others))
    assert one.verdict.verdict == "identical"
    assert [path.device for path in one.paths] == ["gpu", "xla"]


def test_a_device_with_another_rule_stands_out() -> None:
    added = _moved(operation("add", call("abs", GRAD), EPSILON))
    (one,) = agreements(_facts(CPU, _rule(UpdatePath("dense", "ref", "gpu"), added)))
    assert (one.verdict.verdict, str(one.reference)) == ("differs", "dense/ref/cpu")
    assert one.verdict.aspects


def test_rows_that_are_not_touched_are_the_only_difference_of_a_sparse_path() -> None:
    masked = select(symbol("touched"), _moved(GRAD), VAR)
    (one,) = agreements(_facts(CPU, _rule(UpdatePath("sparse", "ref", "cpu"), masked)))
    assert (one.verdict.verdict, one.verdict.condition) == ("conditional", "not touched")


def test_an_optimizer_without_rules_has_nothing_to_agree_on() -> None:
    assert agreements(_facts()) == ()
