"""Which commits brought a finding: those whose lines it is about, and no others."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

import tfdiff
from tests.sources_kit import commit, run_git
from tests.trees import FIXTURES, overlaid
from tfdiff.cli import main
from tfdiff.findings import Report
from tfdiff.render import markdown

GLIDE = "tensorflow/python/training/glide.py"
Source = Callable[[Path], str]


def by_path(repository: Path) -> str:
    return str(repository)


def by_address(repository: Path) -> str:
    return repository.as_uri()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The rules' miniature release under version control, tagged v1.0.0."""
    folder = overlaid(FIXTURES / "rules" / "default-changed" / "old", tmp_path / "repository")
    run_git(folder, "init", "--quiet", "--initial-branch=master")
    for setting in ("allowFilter", "allowAnySHA1InWant"):
        run_git(folder, "config", f"uploadpack.{setting}", "true")
    commit(folder, {}, "Start")
    run_git(folder, "tag", "v1.0.0")
    return folder


def change(folder: Path, before: str, after: str, subject: str, path: str = GLIDE) -> str:
    text = (folder / path).read_text()
    assert before in text
    return commit(folder, {path: text.replace(before, after, 1)}, subject)


def compared(repository: Path, tmp_path: Path, source: Source = by_path) -> Report:
    run_git(repository, "tag", "v1.1.0")
    return tfdiff.compare(
        None,
        "v1.0.0",
        "v1.1.0",
        repo=source(repository),
        cache=tmp_path / f"cache-{source.__name__}",
        commits=True,
    )


def brought(report: Report, rule: str) -> list[list[str]]:
    return [
        [one.subject for one in finding.commits]
        for optimizer in report.optimizers
        for finding in optimizer.findings
        if finding.rule == rule
    ]


def default(repository: Path) -> str:
    """The signature's default of epsilon, as the fixture writes it."""
    line = next(
        line for line in (repository / GLIDE).read_text().splitlines() if "epsilon=" in line
    )
    return line[line.index("epsilon=") :].split(",")[0].rstrip("):")


@pytest.mark.parametrize("source", [by_path, by_address])
def test_the_commit_that_brought_the_lines_is_named(
    repository: Path, tmp_path: Path, source: Source
) -> None:
    old = default(repository)
    change(repository, '"""', '"""Words. ', "Write about it")
    sha = change(repository, old, "epsilon=0.25", "Use another epsilon (#42)")
    change(repository, "from tensorflow", "# a comment\nfrom tensorflow", "Comment")
    report = compared(repository, tmp_path, source)
    assert brought(report, "default-changed") == [["Use another epsilon (#42)"]]
    (found,) = (
        one.commits[0]
        for optimizer in report.optimizers
        for one in optimizer.findings
        if one.rule == "default-changed"
    )
    assert (found.sha, found.date, found.pull_request) == (sha, "2017-07-01", 42)


def test_every_step_of_a_change_that_left_its_mark_is_named(
    repository: Path, tmp_path: Path
) -> None:
    old = default(repository)
    change(repository, old, "epsilon=0.5", "First try")
    change(repository, "epsilon=0.5", "epsilon=0.25", "Second try")
    report = compared(repository, tmp_path)
    assert brought(report, "default-changed") == [["First try", "Second try"]]


def test_a_commit_that_only_reflows_the_line_is_not_named(repository: Path, tmp_path: Path) -> None:
    old = default(repository)
    change(repository, old, "epsilon=0.25", "Use another epsilon")
    change(repository, "epsilon=0.25", "\n               epsilon=0.25", "Break the line")
    report = compared(repository, tmp_path)
    assert brought(report, "default-changed") == [["Use another epsilon"]]


def test_statements_that_changed_places_came_with_the_commit_that_moved_them(
    repository: Path, tmp_path: Path
) -> None:
    kernel = "tensorflow/core/kernels/training_ops.cc"
    one, other = _updates((repository / kernel).read_text())
    change(repository, f"{one}\n{other}", f"{other}\n{one}", "Swap them", kernel)
    change(repository, "from tensorflow", "# later\nfrom tensorflow", "Later")
    report = compared(repository, tmp_path)
    told = [
        [commit.subject for commit in finding.commits]
        for optimizer in report.optimizers
        for finding in optimizer.findings
        if finding.effect != "none" and finding.old and finding.old.path == kernel
    ]
    assert told
    assert all(subjects == ["Swap them"] for subjects in told)


def _updates(text: str) -> tuple[str, str]:
    """Two statements in a row of the kernel, of which the second reads what the first sets."""
    lines = text.splitlines()
    return next(
        (left, right)
        for left, right in pairwise(lines)
        if left.endswith(";")
        and ".device(d) =" in left
        and f"{left.split('.')[0].strip()}." in right
    )


def test_the_same_words_in_another_class_are_not_the_finding(
    repository: Path, tmp_path: Path
) -> None:
    old = default(repository)
    text = (repository / GLIDE).read_text()
    other = f"\n\nclass Unrelated(object):\n\n  def __init__(self, {old}):\n    pass\n"
    commit(repository, {GLIDE: text + other}, "Start something else")
    run_git(repository, "tag", "--force", "v1.0.0")
    text = (repository / GLIDE).read_text()
    head, _, tail = text.rpartition(old)
    commit(repository, {GLIDE: f"{head}epsilon=0.25{tail}"}, "The other class's epsilon")
    change(repository, old, "epsilon=0.25", "This class's epsilon")
    report = compared(repository, tmp_path)
    assert brought(report, "default-changed") == [["This class's epsilon"]]


def test_what_was_picked_counts_by_content(repository: Path, tmp_path: Path) -> None:
    old = default(repository)
    picked = change(repository, old, "epsilon=0.25", "Use another epsilon")
    change(repository, "from tensorflow", "# later\nfrom tensorflow", "Later")
    run_git(repository, "checkout", "--quiet", "-b", "release", "v1.0.0")
    run_git(repository, "cherry-pick", picked)
    report = compared(repository, tmp_path)
    assert brought(report, "default-changed") == [["Use another epsilon"]]
    run_git(repository, "tag", "v1.2.0", "master")
    again = tfdiff.compare(
        None, "v1.1.0", "v1.2.0", repo=repository, cache=tmp_path / "cache", commits=True
    )
    assert brought(again, "default-changed") == []


def test_versions_that_were_fetched_are_kept(repository: Path, tmp_path: Path) -> None:
    change(repository, default(repository), "epsilon=0.25", "Use another epsilon")
    first = compared(repository, tmp_path, by_address)
    repository.rename(tmp_path / "gone")
    again = tfdiff.compare(
        None,
        "v1.0.0",
        "v1.1.0",
        repo=repository.as_uri(),
        cache=tmp_path / "cache-by_address",
        offline=True,
        commits=True,
    )
    assert brought(again, "default-changed") == brought(first, "default-changed") != []


def test_a_folder_has_no_commits_and_the_report_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = FIXTURES / "rules" / "default-changed"
    old, new = (str(overlaid(pair / side, tmp_path / side)) for side in ("old", "new"))
    cache = ["--cache", str(tmp_path / "cache")]
    assert main(["query", "glide", old, new, "--commits", "--source", "folder", *cache]) == 0
    assert "commits behind the changes are not known" in capsys.readouterr().err


def test_commits_are_shown(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sha = change(repository, default(repository), "epsilon=0.25", "Use *it* (#42)")
    report = compared(repository, tmp_path)
    told = markdown.summary(report)
    web = "https://github.com/tensorflow/tensorflow"
    assert f"[`{sha[:10]}`](<{web}/commit/{sha}>) 2017-07-01 Use \\*it\\*" in told
    assert f"<{web}/pull/42>" in told
    asked = ["glide", "v1.0.0", "v1.1.0", "--repo", str(repository)]
    kept = ["--cache", str(tmp_path / "cache")]
    assert main(["query", *asked, *kept, "--commits", "--format", "json"]) == 0
    assert sha in capsys.readouterr().out
