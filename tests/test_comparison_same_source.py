"""The same source is the same update only where the rest of the release says so too."""

from dataclasses import replace

from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.names import Aliases
from tfdiff.comparison.updates import path_verdicts
from tfdiff.extract.store import FactStore
from tfdiff.facts import OptimizerFacts, Region, Span, UpdatePath, UpdateRule
from tfdiff.findings import PathVerdict
from tfdiff.ir.expr import Expr, call, number, opaque, operation, symbol
from tfdiff.rules.pair import Change, RegionPair

HERE = Span("sled.py", 1, 1)
STEP = Region("method", "Sled.step", "python", "tokens", "docs")
CLIPPED = call("max", symbol("grad"), number(-1))


def _facts(slope: Expr) -> OptimizerFacts:
    value = operation("sub", symbol("var"), slope)
    rule = UpdateRule(
        UpdatePath("sparse", "ref", "python"), (("var", value),), "summed", (STEP.symbol,), ()
    )
    return OptimizerFacts(
        "snow.Sled", ("snow.Sled",), "Sled", HERE, (), (), (), (), (STEP,), (), (), (rule,), ()
    )


def _verdict(
    old: Expr, new: Expr, regions: tuple[RegionPair, ...] = (RegionPair(STEP, STEP),)
) -> PathVerdict:
    (found,) = path_verdicts(
        _facts(old),
        _facts(new),
        regions,
        Aliases(),
        Decisions(FactStore(None)),
        any_variable=False,
    )
    return found


def test_what_the_same_source_calls_may_have_changed() -> None:
    assert _verdict(CLIPPED, call("sum of occurrences", CLIPPED)).verdict == "conditional"


def test_the_same_source_with_a_part_that_was_not_read_is_the_same() -> None:
    unread = opaque("f(grad)", "not read")
    assert _verdict(unread, unread).proof == "same source"


def test_nothing_changed_where_all_that_is_reached_says_the_same() -> None:
    """A function within a method is no region of its own, and may be what was not read."""
    unread = opaque("f(grad)", "loop of unknown length")
    outer = Region("method", "Sled.apply_gradients", "python", "tokens", "docs")
    assert _verdict(unread, unread, (RegionPair(outer, outer),)).proof == "same source"
    other = Region("method", "Sled.apply_gradients", "python", "others", "docs")
    change = Change((1, 1), (1, 1), ("a",), ("b",))
    assert _verdict(unread, unread, (RegionPair(outer, other, (change,)),)).verdict == "undecided"
    renamed = replace(change, harmless="a local name was renamed throughout")
    pair = RegionPair(outer, other, (renamed,))
    assert _verdict(unread, unread, (pair,)).proof == "same source"
    assert _verdict(unread, unread, ()).verdict == "undecided"
