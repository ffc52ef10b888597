"""The account of every hunk of the files that were read."""

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_report import one
from tests.trees import FIXTURES, overlaid
from tfdiff.cli import main
from tfdiff.comparison.files import Text, compared_files
from tfdiff.comparison.lines import stretches
from tfdiff.findings import ComparedFile, ComparedRegion, FileHunk, Hunk, OptimizerReport, Place
from tfdiff.render import account

TEXTS = st.text("abcde\n ", max_size=20).map(list)
PATH = "train/glide.py"
OLD = '''"""Old words."""
import numpy as np


class Glide(object):

  def step(self, x):
    return x + 1


class Other(object):
  rate = 1
'''


@given(TEXTS, TEXTS)
def test_stretches_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    made: list[str] = []
    at = 0
    for start, end, new_start, new_end in stretches(old, new):
        assert start < end or new_start < new_end
        made += old[at:start]
        made += new[new_start:new_end]
        at = end
    assert made + old[at:] == new


@given(TEXTS, TEXTS)
def test_nothing_stands_between_two_stretches_that_touch(old: list[str], new: list[str]) -> None:
    found = stretches(old, new)
    for before, after in pairwise(found):
        assert before[1] < after[0]
        assert before[3] < after[2]


def test_large_texts_with_many_equal_lines_are_compared_fast() -> None:
    old = [line for number in range(4000) for line in ("", "}", f"line {number}")]
    new = [line.replace("line 77", "line x") for line in old]
    found = stretches(old, new)
    matcher = SequenceMatcher(None, old[:300], new[:300], autojunk=False)
    first = next(code[1:] for code in matcher.get_opcodes() if code[0] != "equal")
    assert found[0] == first
    assert len(found) == sum(left != right for left, right in zip(old, new, strict=True))


def place(text: str, first: str, last: str) -> Place:
    lines = text.split("\n")
    start, end = lines.index(first) + 1, lines.index(last) + 1
    return Place(PATH, start, end, "\n".join(lines[start - 1 : end]))


def report(*regions: ComparedRegion) -> OptimizerReport:
    return replace(one().optimizers[0], regions=regions)


def step(new: str, *hunks: Hunk) -> ComparedRegion:
    last = next(line for line in new.split("\n") if "return" in line)
    return ComparedRegion(
        "method",
        "Glide.step",
        "python",
        place(OLD, "  def step(self, x):", "    return x + 1"),
        place(new, "  def step(self, x):", last),
        "changed" if hunks else "same",
        hunks,
    )


def accounts(new: str, *regions: ComparedRegion) -> list[tuple[str, str]]:
    (file,) = compared_files([report(*regions)], [Text(PATH, OLD)], [Text(PATH, new)])
    return [(hunk.account, hunk.finding or hunk.reason) for hunk in file.hunks]


def test_what_a_finding_explains_leads_to_it() -> None:
    new = OLD.replace("x + 1", "x + 2")
    hunk = Hunk((8, 8), (8, 8), "finding", "constant-changed-1")
    assert accounts(new, step(new, hunk)) == [("finding", "constant-changed-1")]


def test_what_nothing_classifies_is_shown_raw() -> None:
    new = OLD.replace("x + 1", "x + 2")
    hunk = Hunk((8, 8), (8, 8), "not classified")
    (file,) = compared_files([report(step(new, hunk))], [Text(PATH, OLD)], [Text(PATH, new)])
    assert file.hunks == (
        FileHunk(
            (8, 8),
            (8, 8),
            "not classified",
            removed=("    return x + 1",),
            added=("    return x + 2",),
        ),
    )
    shown = account.text(replace(one(), files=(file,)))
    assert "0 without effect, 0 reached by no optimizer reported, 1 not classified" in shown
    assert "      -    return x + 1\n      +    return x + 2\n" in shown


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Old words", "New words", ("no effect", "comments, docstrings or layout")),
        ("\n\n\n", "\n\n\n\n", ("no effect", "comments, docstrings or layout")),
        ("import numpy as np", "import numpy", ("no effect", "imports")),
        ("rate = 1", "rate = 2", ("not reached", "in Other")),
        ("  rate = 1", "  rate = 1\n\n\nclass New(object):\n  pass", ("not reached", "in New")),
    ],
)
def test_hunks_outside_of_every_region(before: str, after: str, said: tuple[str, str]) -> None:
    new = OLD.replace(before, after, 1)
    assert accounts(new, step(new)) == [said]


def test_code_that_moved_within_a_file_has_no_effect() -> None:
    lines = OLD.split("\n")
    new = "\n".join([*lines[:4], *lines[10:12], "", "", *lines[4:10]])
    found = accounts(new, step(new))
    assert {kind for kind, _ in found} <= {"no effect", "not reached"}


def test_a_moved_file_is_compared_with_where_it_came_from() -> None:
    new = OLD.replace("rate = 1", "rate = 2")
    region = step(new)
    assert region.new is not None
    moved = replace(region, new=replace(region.new, path="train/moved.py"))
    files = compared_files([report(moved)], [Text(PATH, OLD)], [Text("train/moved.py", new)])
    assert [(file.old_path, file.new_path, len(file.hunks)) for file in files] == [
        (PATH, "train/moved.py", 1)
    ]


def test_an_added_file_is_accounted_for_piece_by_piece() -> None:
    region = replace(
        step(OLD, Hunk((0, -1), (7, 8), "finding", "optimizer-added-1")), old=None, status="added"
    )
    (file,) = compared_files([report(region)], [], [Text(PATH, OLD)])
    assert file.old_path is None
    assert [(hunk.account, hunk.new) for hunk in file.hunks] == [
        ("not reached", (1, 6)),
        ("finding", (7, 8)),
        ("not reached", (9, 13)),
    ]


def lines_of(file: ComparedFile, side: str) -> list[int]:
    spans = [hunk.old if side == "old" else hunk.new for hunk in file.hunks]
    return [line for start, end in spans for line in range(start, end + 1)]


def test_no_line_is_accounted_for_twice() -> None:
    new = OLD.replace("x + 1", "x + 2").replace("rate = 1", "rate = 2")
    hunk = Hunk((8, 8), (8, 8), "finding", "constant-changed-1")
    (file,) = compared_files([report(step(new, hunk))], [Text(PATH, OLD)], [Text(PATH, new)])
    for side in ("old", "new"):
        found = lines_of(file, side)
        assert found == sorted(set(found))


def test_the_command_prints_the_account_of_every_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = FIXTURES / "rules" / "default-changed"
    old, new = (str(overlaid(pair / side, tmp_path / side)) for side in ("old", "new"))
    asked = ["--coverage", "--source", "folder", "--cache", str(tmp_path / "cache")]
    assert main(["report", old, new, *asked]) == 0
    shown = capsys.readouterr().out
    assert " reached by no optimizer reported, 0 not classified\n" in shown.split("\n\n")[0] + "\n"
    assert "\ntensorflow/python/training/glide.py\n" in shown
    assert main(["report", old, old, *asked]) == 0
    assert capsys.readouterr().out.startswith("0 changed stretches in ")
