"""One cause is one finding: errors in other words, ops that go together, names that move."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.interpret_kit import CURVE
from tests.ir_reader import read
from tfdiff.comparison.accounts import settle
from tfdiff.comparison.stand_ins import stand_ins
from tfdiff.facts import (
    ClassRef,
    OptimizerFacts,
    Region,
    Span,
    Statement,
    StringName,
    UpdatePath,
    UpdateRule,
)
from tfdiff.findings import Aspect, PathVerdict
from tfdiff.ir.occurrences import REPEATED
from tfdiff.ir.preparation import GRADIENT
from tfdiff.rules import base_class_changed, guard_changed, kernel_changed, string_name_changed
from tfdiff.rules.matching.conditions import readable, settings
from tfdiff.rules.matching.validations import errors
from tfdiff.rules.pair import Change, Pair, RegionPair

PLACE = Span(CURVE, 1, 9)
NAME = "tf.train.SledOptimizer"
PATH = UpdatePath("dense", "resource", "cpu")
STATES = (("var", read("var - lr * grad")),)


def facts(*ancestry: ClassRef, **rest: object) -> OptimizerFacts:
    absent = OptimizerFacts.absent(NAME)
    return replace(absent, class_name="Sled", ancestry=ancestry, **rest)  # type: ignore[arg-type]


def pair(old: OptimizerFacts, new: OptimizerFacts, *regions: RegionPair) -> Pair:
    return Pair(NAME, old, new, regions, ())


def region(symbol: str, text: str, line: int = 1) -> Region:
    span = Span(CURVE, line, line + 3)
    return Region("method", symbol, None, text, "", text=text, span=span)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("not 0 == clip and not clip is None and 0 < clip", "clip > 0"),
        ("momentum > 0 and momentum != 0", "momentum > 0"),
        ("not mesh == 0 and not mesh is None", "mesh is passed"),
        ("not clip is None and not norm is None", "clip is passed and norm is passed"),
        ("not 1 < clip and not clip is None", "clip is passed and not 1 < clip"),
    ],
)
def test_a_condition_says_only_what_no_other_part_implies(condition: str, said: str) -> None:
    assert sorted(readable(condition).split(" and ")) == sorted(said.split(" and "))


def test_what_all_parts_of_a_condition_ask_for_is_said_once() -> None:
    both = f"{REPEATED} and not norm is None or {REPEATED} and not value is None"
    assert readable(both) == f"{REPEATED}, and norm is passed or value is passed"
    assert settings(both) == ("norm=None", "value=None")
    assert readable("not norm is None or not norm is None") == "norm is passed"
    assert readable("rows or rows and fast") == "rows=True"
    assert readable("rows and slow or rows and fast") == "rows=True, and fast=True or slow=True"


def test_a_class_that_only_stood_before_its_base_inherits_what_it_did() -> None:
    base, root = ClassRef("Sled", "v2/sled.py"), ClassRef("Optimizer", "v2/base.py")
    alias = ClassRef("Sled", "legacy/sled.py")
    assert not list(base_class_changed.check(pair(facts(alias, base, root), facts(base, root))))
    assert not list(base_class_changed.check(pair(facts(base, root), facts(alias, base, root))))
    (told,) = base_class_changed.check(pair(facts(alias, base, root), facts(base)))
    assert told.finding.title == "No longer derives from Optimizer"


def test_the_head_of_a_class_that_only_stood_before_its_base_changes_nothing() -> None:
    def head(symbol: str, text: str) -> Region:
        return Region("class", symbol, None, text, "", text=text, span=PLACE)

    base, alias = ClassRef("Sled", "v2/sled.py"), ClassRef("Sled", "legacy/sled.py")
    said = raising("class Sled(sled.Sled):", "")
    change = Change((1, 1), (1, 1), ("a",), ("b",), before=said)
    other = Change((2, 2), (2, 2), ("a",), ("b",), before=raising("rate = 2", ""))
    gone = Change((3, 3), (3, 2), ("a",), ())
    kept = RegionPair(head("Sled", "a"), head("Sled", "b"), (change, other))
    regions = kept, RegionPair(head("sled.Sled", "a"), None, (gone,))
    judged = stand_ins(pair(facts(alias, base), facts(base), *regions))
    assert [bool(one.harmless) for item in judged.regions for one in item.changes] == [
        True,
        False,
        True,
    ]
    own = region("Sled._apply", "more")
    judged = stand_ins(pair(facts(alias, base, regions=(own,)), facts(base), *regions))
    assert all(one.open for item in judged.regions for one in item.changes)


def test_what_a_base_class_alone_does_has_no_place_where_it_is_not_done() -> None:
    wider = region("Base.apply_gradients", "rate of grad", 40)
    wider = replace(wider, span=Span("base.py", 40, 49))
    rule = UpdateRule(PATH, STATES, None, (wider.symbol, "Sled._apply"), ())
    sides = facts(span=PLACE, rules=(rule,)), facts(span=PLACE, rules=(rule,))
    guard = Aspect("guard-changed", "var", "proved", "rate > 0", "differs")
    verdict = PathVerdict(
        PATH, "conditional", "", condition="rate > 0", old=STATES, new=STATES, aspects=(guard,)
    )
    step = region("Sled._apply", "same")
    change = Change((40, 39), (40, 49), (), ("rate",))
    regions = RegionPair(step, step), RegionPair(None, wider, (change,))
    (told,) = guard_changed.check(Pair(NAME, *sides, regions, (verdict,)))
    assert told.finding.new is not None
    assert told.finding.new.path == "base.py"
    assert told.finding.old is None


def test_strings_that_make_other_classes_on_one_condition_say_it_alike() -> None:
    def string(own: ClassRef, other: ClassRef) -> tuple[StringName, ...]:
        return (
            StringName("sled", own, "modern()", (), PLACE),
            StringName("sled", other, "not (modern())", (), PLACE),
        )

    own, other = ClassRef("Sled", "v3/sled.py"), ClassRef("Sled", "v2/sled.py")
    old = facts(own, strings=(StringName("sled", own, None, (), PLACE),))
    (told,) = string_name_changed.check(pair(old, facts(own, strings=string(own, other))))
    assert told.title == (
        'The string "sled" makes this class if modern(), the class of v2 if not, was this class'
    )


def gradient_verdict(*extra: Aspect) -> PathVerdict:
    guard = Aspect("guard-changed", GRADIENT, "proved", "not norm is None", "differs")
    aspects = (*extra, guard)
    return PathVerdict(
        PATH,
        "conditional",
        "",
        condition="not norm is None",
        old=STATES,
        new=STATES,
        aspects=aspects,
    )


def clipped(*aspects: Aspect) -> Pair:
    """A pair of which only the clipping changed, and how its step is written."""
    said = raising("a", "")
    change = Change((2, 2), (2, 2), ("a",), ("b",), before=said)
    step = RegionPair(
        region("Sled._resource_apply_dense", "a"),
        region("Sled._resource_apply_dense", "b"),
        (change,),
    )
    before = region("Base._clip", "if self.norm : clip ( self.norm )", 20)
    after = region("Base._transform", "if self.norm : clip ( g , self.norm )", 30)
    regions = (step, RegionPair(before, None), RegionPair(None, after))
    symbols = tuple(one.region.symbol for one in regions)
    rule = UpdateRule(PATH, STATES, None, symbols, ())
    sides = facts(rules=(rule,)), facts(rules=(rule,))
    return Pair(NAME, *sides, regions, (gradient_verdict(*aspects),))


def test_what_is_made_of_the_gradient_is_told_where_that_is_done() -> None:
    (told,) = guard_changed.check(clipped())
    found = told.finding
    assert found.title == "The gradient that reaches the step differs if norm is passed"
    assert found.old is not None
    assert found.new is not None
    assert (found.old.start, found.new.start) == (20, 30)
    assert found.effect == "numeric-conditional"


def test_the_place_is_where_gradients_are_prepared_though_only_what_it_calls_changed() -> None:
    made = clipped()
    same = region("Base._clip", "if self.norm : clip ( self.norm )", 20)
    (told,) = guard_changed.check(replace(made, regions=(made.regions[0], RegionPair(same, same))))
    assert told.finding.old is not None
    assert told.finding.old.start == 20


def test_a_step_that_only_gets_another_gradient_is_settled() -> None:
    (change,) = settle(clipped()).regions[0].changes
    assert change.harmless
    other = Aspect("term-added", "var", "proved", None, "wd is new in var")
    (change,) = settle(clipped(other)).regions[0].changes
    assert change.open


def raising(said: str, guard: str) -> Statement:
    made = SimpleNamespace(said=said, guards=(guard,), features=(), binds=(), text=said)
    return cast("Statement", made)


def test_an_error_in_other_words_neither_came_nor_went() -> None:
    def change(line: int, before: Statement | None, after: Statement | None) -> Change:
        return Change(
            (line, line), (line, line), ("x",), ("y",), before=before, after=after, topic="raise"
        )

    gone = change(1, raising("raise KeyError('no')", "k in self.d"), None)
    come = change(5, None, raising("raise KeyError('not')", "k in self.d"))
    other = change(9, None, raising("raise KeyError('not')", "k is None"))
    both = region("Sled.f", "x"), region("Sled.f", "y")
    item = RegionPair(*both, (gone, come, other))
    found = list(errors(pair(facts(), facts(), item)))
    assert [(one.old is None, one.new is None) for one in found] == [(False, False), (True, False)]


@pytest.mark.parametrize("text", ["", "void Compute() {}"])
def test_lines_are_said_to_be_shown_only_where_there_is_text(text: str) -> None:
    old, new = (
        Region("kernel", "ApplySledOp", "cpu", tokens, "", text=text, span=PLACE)
        for tokens in ("1", "2")
    )
    changed = RegionPair(old, new, (Change((1, 9), (1, 9), ("1",), ("2",)),))
    (told,) = kernel_changed.check(pair(facts(), facts(), changed))
    found = told.finding
    assert ("the lines are shown" in found.explanation) is bool(text)
    assert ("was not read" in found.explanation) is not bool(text)
