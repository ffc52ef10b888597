"""Every rule against its fixture pair: it fires there, says what is expected, and nothing else.

``expected`` in a pair's folder has one line a finding: rule | optimizer | subject | effect. A
``near.diff`` makes a new side that the rule has to be silent about.
"""

from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Report
from tfdiff.rules.registry import HEADINGS, Rule, all_rules

PAIRS = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())
NEAR = [path for path in PAIRS if (path / "near.diff").exists()]


def _compared(old: Path, new: Path, folder: Path) -> Report:
    old_tree = overlaid(old, folder / "old")
    new_tree = overlaid(new, folder / "new")
    return tfdiff.compare(
        None, str(old_tree), str(new_tree), source="folder", cache=folder / "cache"
    )


def _lines(report: Report) -> list[str]:
    return sorted(
        f"{finding.rule} | {finding.optimizer} | {finding.subject} | {finding.effect}"
        for optimizer in report.optimizers
        for finding in optimizer.findings
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
def test_pair_gives_exactly_the_expected_findings(pair: Path, tmp_path: Path) -> None:
    report = _compared(pair / "old", pair / "new", tmp_path)
    assert _lines(report) == sorted((pair / "expected").read_text().splitlines())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
@pytest.mark.parametrize("side", ["old", "new"])
def test_a_release_against_itself_gives_no_finding(pair: Path, side: str, tmp_path: Path) -> None:
    assert _lines(_compared(pair / side, pair / side, tmp_path)) == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rule_fires_in_its_own_pair(rule: Rule) -> None:
    expected = (FIXTURES / "rules" / rule.id / "expected").read_text()
    assert any(line.startswith(f"{rule.id} |") for line in expected.splitlines())


@pytest.mark.parametrize("pair", NEAR, ids=lambda path: path.name)
def test_what_nearly_is_such_a_change_is_not_reported_as_one(pair: Path, tmp_path: Path) -> None:
    report = _compared(pair / "old", pair / "near", tmp_path)
    assert not [line for line in _lines(report) if line.startswith(f"{pair.name} |")]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rule_is_documented_under_every_heading(rule: Rule) -> None:
    documentation = dict(rule.documentation)
    assert tuple(documentation) == HEADINGS
    assert all(documentation.values())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
def test_findings_point_to_the_lines_they_speak_of(pair: Path, tmp_path: Path) -> None:
    report = _compared(pair / "old", pair / "new", tmp_path)
    for optimizer in report.optimizers:
        for finding in optimizer.findings:
            for side, place in (("old", finding.old), ("new", finding.new)):
                if place is None:
                    continue
                lines = (tmp_path / side / place.path).read_text().split("\n")
                assert place.text == "\n".join(lines[place.start - 1 : place.end])
                assert place.text.strip()
