"""What a guard adds to rules that differ without it as well is told as such."""

from dataclasses import replace

from tests.ir_reader import read
from tfdiff.facts import Gradient, OptimizerFacts, UpdatePath
from tfdiff.findings import Aspect, PathVerdict
from tfdiff.rules import epsilon_moved, guard_changed
from tfdiff.rules.pair import Pair

PATH = UpdatePath("dense", "resource", "cpu")
STATES = (("var", read("var - lr * grad")), ("v", read("v")))


def _pair(verdict: PathVerdict) -> Pair:
    facts = OptimizerFacts.absent("tf.train.SledOptimizer")
    return Pair("tf.train.SledOptimizer", facts, facts, (), (verdict,))


def _guard(condition: str) -> Aspect:
    return Aspect("guard-changed", "v", "proved", condition, f"differs where {condition}")


MOVED = Aspect("epsilon-moved", "var", "proved", None, "epsilon stood inside")


def test_a_guard_beside_what_always_differs_promises_no_sameness() -> None:
    verdict = PathVerdict(
        PATH, "differs", "", old=STATES, new=STATES, aspects=(MOVED, _guard("not clip is None"))
    )
    (found,) = guard_changed.check(_pair(verdict))
    assert found.finding.title == "The step differs further if clip is passed"
    assert found.finding.condition == "clip is passed"
    assert found.finding.effect == "numeric-conditional"
    assert "same step" not in found.finding.explanation
    assert found.finding.remedy == "With clip=None this difference is gone."
    (moved,) = epsilon_moved.check(_pair(verdict))
    assert moved.finding.effect == "numeric"
    assert moved.finding.condition is None


def test_a_guard_alone_is_all_that_differs() -> None:
    condition = "not clip is None"
    verdict = PathVerdict(
        PATH,
        "conditional",
        "",
        condition=condition,
        old=STATES,
        new=STATES,
        aspects=(_guard(condition),),
    )
    (found,) = guard_changed.check(_pair(verdict))
    assert found.finding.title == "The step differs if clip is passed"
    assert "same step" in found.finding.explanation


def _conditional(gradient: Gradient, condition: str) -> PathVerdict:
    return PathVerdict(
        UpdatePath(gradient, "resource", "cpu"),
        "conditional",
        "",
        condition=condition,
        old=STATES,
        new=STATES,
        aspects=(_guard(condition),),
    )


def test_what_sparse_paths_add_to_a_cause_is_told_beside_it() -> None:
    both = (
        _conditional("dense", "centered"),
        _conditional("sparse", "centered or not clip is None"),
    )
    found = [one.finding for one in guard_changed.check(replace(_pair(both[0]), verdicts=both))]
    assert [(one.title, one.condition) for one in found] == [
        ("The step differs if centered=True", "centered=True"),
        (
            "The step differs further if clip is passed (sparse gradients)",
            "the gradient is sparse, and clip is passed",
        ),
    ]
    assert "dense and sparse" in found[0].explanation


def test_a_path_that_asks_for_more_has_the_same_cause() -> None:
    both = (_conditional("dense", "l1 > 0"), _conditional("sparse", "l1 > 0 and inner_dim > 1"))
    (found,) = guard_changed.check(replace(_pair(both[0]), verdicts=both))
    assert found.finding.title == "The step differs if l1 > 0"
    assert "sparse, on CPU only if l1 > 0 and inner_dim > 1." in found.finding.explanation


def test_a_guard_of_rules_that_were_not_decided_is_told_with_its_condition() -> None:
    aspects = (_guard("not clip is None"),)
    verdict = PathVerdict(PATH, "undecided", "", old=STATES, new=STATES, aspects=aspects)
    (found,) = guard_changed.check(_pair(verdict))
    assert found.finding.title == "The step differs if clip is passed"
    assert found.finding.condition == "clip is passed"
