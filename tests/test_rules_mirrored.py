"""The order of the arguments reversed gives the same findings, seen from the other side."""

from collections import Counter
from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding, Place, Report

PAIRS = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())
_OPPOSITE = {
    "method-added": "method-removed",
    "op-added": "op-removed",
    "optimizer-added": "optimizer-removed",
    "parameter-added": "parameter-removed",
    "slot-added": "slot-removed",
    "validation-added": "validation-removed",
}
_RULES = _OPPOSITE | {new: old for old, new in _OPPOSITE.items()}


def _where(place: Place | None) -> tuple[str, int, int] | None:
    return (place.path, place.start, place.end) if place else None


def _findings(report: Report) -> list[Finding]:
    return [finding for optimizer in report.optimizers for finding in optimizer.findings]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
def test_reversed_releases_give_mirrored_findings(pair: Path, tmp_path: Path) -> None:
    old = str(overlaid(pair / "old", tmp_path / "old"))
    new = str(overlaid(pair / "new", tmp_path / "new"))
    cache = tmp_path / "cache"
    there = tfdiff.compare(None, old, new, source="folder", cache=cache)
    back = tfdiff.compare(None, new, old, source="folder", cache=cache)
    expected = Counter(
        (
            _RULES.get(one.rule, one.rule),
            one.optimizer,
            one.effect,
            _where(one.new),
            _where(one.old),
        )
        for one in _findings(there)
    )
    found = Counter(
        (one.rule, one.optimizer, one.effect, _where(one.old), _where(one.new))
        for one in _findings(back)
    )
    assert found == expected
