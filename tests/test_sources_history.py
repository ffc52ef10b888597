"""Which commits brought a difference between two releases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources_kit import ADAM, HEADER, KERNEL, commit, make_repository, run_git
from tfdiff.errors import SourceError
from tfdiff.sources import SourceOptions, Touch, commits_between, open_releases
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
