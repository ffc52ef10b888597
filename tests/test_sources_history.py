"""Which commits brought a difference between two releases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources_kit import ADAM, HEADER, KERNEL, commit, make_repository, run_git
from tfdiff.errors import SourceError
from tfdiff.sources import (
    SourceOptions,
    Touch,
    commits_between,
    git_range,
    open_releases,
    patches_between,
)
from tfdiff.sources.git_history import pull_request

Source = Callable[[Path, Path], SourceOptions]


def by_path(repository: Path, cache: Path) -> SourceOptions:
    return SourceOptions(repo=str(repository), cache=cache)


def by_address(repository: Path, cache: Path) -> SourceOptions:
    return SourceOptions(repo=repository.as_uri(), cache=cache)


def between(options: SourceOptions, old: str, new: str, *paths: str) -> tuple[Touch, ...] | None:
    trees = open_releases([old, new], options)
    return commits_between(trees[0], trees[1], paths)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repository")


@pytest.mark.parametrize("source", [by_path, by_address])
def test_the_commits_that_touched_what_differs_are_named(
    repository: Path, tmp_path: Path, source: Source
) -> None:
    options = source(repository, tmp_path / "cache")
    found = between(options, "v1.2.1", "v1.4.0", ADAM, KERNEL)
    sha = run_git(repository, "rev-parse", "v1.4.0^{commit}")
    assert found == (Touch(sha, "Change Adam (#42)", "2017-07-01", 42, (ADAM,)),)
    both = between(options, "v1.2.1", "v1.4.0", ADAM, HEADER)
    assert both is not None
    assert [touch.paths for touch in both] == [(HEADER,), (HEADER, ADAM)]
    assert between(options, "v1.2.1", "v1.4.0", KERNEL) == ()


@pytest.mark.parametrize("source", [by_path, by_address])
def test_what_was_picked_to_the_release_branch_is_no_difference(
    repository: Path, tmp_path: Path, source: Source
) -> None:
    picked = commit(repository, {ADAM: "new = 1\nfixed = 1\n"}, "Fix Adam")
    commit(repository, {ADAM: "new = 1\nfixed = 1\nmore = 1\n"}, "More of Adam")
    run_git(repository, "tag", "v1.5.0")
    run_git(repository, "checkout", "--quiet", "-b", "r1.4", "v1.4.0")
    run_git(repository, "cherry-pick", "-x", "--allow-empty", picked)
    run_git(repository, "tag", "v1.4.1")
    found = between(source(repository, tmp_path / "cache"), "v1.4.1", "v1.5.0", ADAM)
    assert found is not None
    assert [touch.subject for touch in found] == ["More of Adam"]


def test_fetched_history_is_kept(repository: Path, tmp_path: Path) -> None:
    options = by_address(repository, tmp_path / "cache")
    first = between(options, "v1.2.1", "v1.4.0", ADAM)
    repository.rename(tmp_path / "gone")
    assert between(options, "v1.2.1", "v1.4.0", ADAM) == first
    offline = SourceOptions(repo=options.repo, cache=options.cache, offline=True)
    assert between(offline, "v1.2.1", "v1.4.0", ADAM) == first


def make_branches(repository: Path) -> None:
    """A main line and a release branch from before v1.4.0, with merges and a picked commit."""
    run_git(repository, "checkout", "--quiet", "-b", "side", "v1.2.1")
    commit(repository, {"tensorflow/contrib/opt/x.py": "x = 1\n"}, "Begin X")
    commit(repository, {KERNEL: "// side\n"}, "Kernel on the side")
    run_git(repository, "checkout", "--quiet", "master")
    run_git(repository, "merge", "--quiet", "--no-ff", "-m", "Merge the side", "side")
    commit(repository, {ADAM: "new = 1\nthird = 1\n"}, "Third line")
    run_git(repository, "tag", "v1.6.0")
    run_git(repository, "checkout", "--quiet", "-b", "r1.5", "v1.4.0")
    commit(repository, {ADAM: "new = 1\nfixed = 1\n"}, "Fix on the branch")
    run_git(repository, "merge", "--quiet", "--no-ff", "-m", "Merge into the branch", "side~1")
    run_git(repository, "tag", "v1.5.0")


BRANCHED = [("v1.5.0", "v1.6.0"), ("v1.6.0", "v1.5.0"), ("v1.4.0", "v1.2.1"), ("v1.2.1", "v1.6.0")]


@pytest.mark.parametrize(
    ("at_once", "filters"),
    [
        (0, ""),
        (10_000, ""),
        (0, "uploadpackfilter.tree.allow"),
        (0, "uploadpack.allowFilter"),
    ],
)
def test_a_fetched_range_says_what_the_whole_history_says(
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    filters: str,
) -> None:
    monkeypatch.setattr(git_range, "_AT_ONCE", at_once)
    make_branches(repository)
    if filters:
        run_git(repository, "config", filters, "false")
    here, there = by_path(repository, tmp_path / "a"), by_address(repository, tmp_path / "b")
    paths = (ADAM, KERNEL, HEADER, "tensorflow/contrib/opt/x.py")
    for tags in BRANCHED:
        old, new = open_releases(tags, here)
        before, after = open_releases(tags, there)
        found = commits_between(before, after, paths)
        assert found == commits_between(old, new, paths)
        assert patches_between(before, after, paths) == patches_between(old, new, paths)
    assert between(there, "v1.4.0", "v1.2.1", *paths) == ()


@pytest.mark.parametrize("at_once", [0, 10_000])
def test_further_paths_of_a_pair_are_asked_for_later(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(git_range, "_AT_ONCE", at_once)
    make_branches(repository)
    options = by_address(repository, tmp_path / "cache")
    for paths in ((HEADER,), (ADAM, KERNEL), ("tensorflow/contrib/opt/x.py",)):
        expected = between(by_path(repository, tmp_path), "v1.2.1", "v1.6.0", *paths)
        assert between(options, "v1.2.1", "v1.6.0", *paths) == expected


def test_what_lies_behind_the_older_release_is_not_fetched(
    repository: Path, tmp_path: Path
) -> None:
    options = by_address(repository, tmp_path / "cache")
    between(options, "v1.2.1", "v1.4.0", ADAM)
    behind = run_git(repository, "rev-parse", "v1.2.1~1")
    inside = run_git(repository, "rev-parse", "v1.4.0~1")
    everything = ("--batch-all-objects", "--batch-check=%(objectname)")
    kept = [
        run_git(path.parent, "cat-file", *everything) for path in (tmp_path / "cache").rglob("HEAD")
    ]
    assert any(inside in listed for listed in kept)
    assert not any(behind in listed for listed in kept)


def test_a_range_whose_fetch_was_interrupted_begins_anew(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_branches(repository)
    options = by_address(repository, tmp_path / "cache")
    expected = between(by_path(repository, tmp_path), "v1.5.0", "v1.6.0", ADAM, KERNEL)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("_missing_parents", "_closed_off", "_descend"):
        monkeypatch.setattr(git_range, "_AT_ONCE", 0)
        with monkeypatch.context() as patch:
            patch.setattr(git_range.Range, place, fail)
            with pytest.raises(KeyboardInterrupt):
                between(options, "v1.5.0", "v1.6.0", ADAM, KERNEL)
    assert between(options, "v1.5.0", "v1.6.0", ADAM, KERNEL) == expected


def test_releases_without_a_common_commit_share_nothing(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "checkout", "--quiet", "--orphan", "other")
    commit(repository, {ADAM: "other = 1\n"}, "Begin anew")
    run_git(repository, "tag", "v9.0.0")
    found = between(by_address(repository, tmp_path / "cache"), "v1.4.0", "v9.0.0", ADAM)
    assert found is not None
    assert [touch.subject for touch in found] == ["Begin anew"]


def test_history_that_cannot_be_fetched_is_an_error(repository: Path, tmp_path: Path) -> None:
    options = by_address(repository, tmp_path / "cache")
    old, new = open_releases(["v1.2.1", "v1.4.0"], options)
    repository.rename(tmp_path / "gone")
    with pytest.raises(SourceError, match="Could not fetch"):
        commits_between(old, new, [ADAM])


def test_nobody_knows_the_history_of_a_folder_or_a_shallow_clone(
    repository: Path, tmp_path: Path
) -> None:
    tree, folder = open_releases(["v1.4.0", str(repository)], SourceOptions(repo=str(repository)))
    assert commits_between(tree, folder, [ADAM]) is None
    tip = ("--depth=1", "--no-single-branch")
    run_git(tmp_path, "clone", "--quiet", "--bare", *tip, repository.as_uri(), "shallow")
    run_git(tmp_path / "shallow", "fetch", "--quiet", "--depth=1", "--tags")
    assert between(by_path(tmp_path / "shallow", tmp_path), "v1.2.1", "v1.4.0", ADAM) is None


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Merge pull request #123 from me/branch", 123),
        ("PR #45: Faster Adam", 45),
        ("Fix Adam (#678)", 678),
        ("Fix #9 in Adam", None),
    ],
)
def test_only_a_pull_request_that_the_subject_states_is_taken(
    subject: str, number: int | None
) -> None:
    assert pull_request(subject) == number
