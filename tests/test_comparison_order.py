"""Which release comes first decides nothing but the words: not what is compared with what."""

from dataclasses import replace

import pytest

from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.match import match_regions
from tfdiff.comparison.names import Aliases
from tfdiff.comparison.updates import path_verdicts
from tfdiff.extract.store import FactStore
from tfdiff.facts import Device, OptimizerFacts, Region, UpdatePath, UpdateRule
from tfdiff.ir.expr import symbol

SLED = replace(OptimizerFacts.absent("snow.Sled"), class_name="Sled")


def _on(*devices: Device) -> OptimizerFacts:
    states = (("var", symbol("grad")),)
    paths = (UpdatePath("dense", "ref", device) for device in devices)
    return replace(SLED, rules=tuple(UpdateRule(path, states, None, (), ()) for path in paths))


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        (("python",), ("cpu", "gpu"), {"cpu", "gpu"}),
        (("cpu", "python"), ("cpu", "gpu"), {"cpu", "gpu"}),
        (("python",), ("python", "xla"), {"python", "xla"}),
        (("cpu",), ("gpu",), set()),
    ],
)
def test_plain_ops_stand_for_each_device_that_the_other_release_has_a_rule_for(
    old: tuple[Device, ...], new: tuple[Device, ...], paths: set[Device]
) -> None:
    decisions = Decisions(FactStore(None))
    for one, other in ((_on(*old), _on(*new)), (_on(*new), _on(*old))):
        found = path_verdicts(one, other, (), Aliases(), decisions, any_variable=False)
        assert {verdict.path.device for verdict in found} == paths
        assert len(found) == len(paths)


def _region(name: str) -> Region:
    return Region("method", f"Sled.{name}", "python", f"code of {name}", "")


def test_regions_stand_in_the_same_order_with_the_releases_the_other_way_round() -> None:
    old = replace(SLED, regions=tuple(map(_region, ("a", "gone", "b", "c"))))
    new = replace(SLED, regions=tuple(map(_region, ("c", "a", "came", "b"))))
    there = [(pair.old, pair.new) for pair in match_regions(old, new, FactStore(None))]
    back = [(pair.new, pair.old) for pair in match_regions(new, old, FactStore(None))]
    assert there == back
