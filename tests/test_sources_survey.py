"""Of a repository elsewhere only those folders are listed that may hold what is wanted."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources_kit import ADAM, KERNEL, commit, make_repository, run_git
from tfdiff.errors import MissingFileError, SourceError
from tfdiff.extract.reading import candidates, folders
from tfdiff.sources import SourceOptions, open_releases, prefetch
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_progress import FetchReport
from tfdiff.sources.git_remote import folder_name
from tfdiff.sources.tree import SourceTree

LITE = "tensorflow/lite/python/op/lite.py"
DEEP = "tensorflow/contrib/some/where/quite/deep/down/odd_optimizer.py"
TAGS = ("v1.5.0", "v1.6.0")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    repository = make_repository(tmp_path / "remote")
    for tag, text in zip(TAGS, ("first", "second"), strict=True):
        commit(repository, {LITE: f"# {text}\n", DEEP: f"# {text}\n", KERNEL: f"// {text}\n"}, tag)
        run_git(repository, "tag", tag)
    return repository


@pytest.fixture
def options(remote: Path, tmp_path: Path) -> SourceOptions:
    return SourceOptions(repo=remote.as_uri(), cache=tmp_path / "cache")


def offline(options: SourceOptions) -> SourceOptions:
    return SourceOptions(repo=options.repo, cache=options.cache, offline=True)


def opened(options: SourceOptions) -> tuple[SourceTree, ...]:
    return open_releases(TAGS, options, candidates, folders)


def mirrored(options: SourceOptions) -> set[str]:
    assert options.cache is not None
    assert options.repo is not None
    listed = run_git(
        options.cache / "git" / folder_name(options.repo),
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    )
    return set(listed.split())


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What every fetch left out, and for how many things it asked."""
    told: list[tuple[str, int]] = []
    fetch = Fetcher.fetch

    def listen(
        self: Fetcher,
        label: str,
        left_out: str,
        lines: tuple[str, ...],
        *others: str,
        named: bool = False,
    ) -> FetchReport:
        told.append((left_out, len(lines)))
        return fetch(self, label, left_out, lines, *others, named=named)

    monkeypatch.setattr(Fetcher, "fetch", listen)
    return told


def test_folders_of_no_interest_are_not_fetched(options: SourceOptions, remote: Path) -> None:
    old, new = opened(options)
    assert DEEP in new.paths()
    assert LITE not in new.paths()
    assert candidates(new.paths()) == candidates(
        tuple(run_git(remote, "ls-tree", "-r", "--name-only", "v1.6.0").split())
    )
    lite = run_git(remote, "rev-parse", "v1.6.0:tensorflow/lite")
    deep = run_git(remote, "rev-parse", f"v1.6.0:{DEEP.rpartition('/')[0]}")
    assert lite not in mirrored(options)
    assert deep in mirrored(options)
    assert (old.read(DEEP), new.read(KERNEL)) == (b"# first\n", b"// second\n")


def test_what_nobody_looked_into_is_not_called_absent(options: SourceOptions, remote: Path) -> None:
    _, new = opened(options)
    with pytest.raises(SourceError, match="--offline"):
        opened(offline(options))[1].blob_id(LITE)
    assert new.blob_id(LITE) == run_git(remote, "rev-parse", f"v1.6.0:{LITE}")
    assert new.read(LITE) == b"# second\n"
    assert new.blob_id("tensorflow/lite/no.py") is None
    with pytest.raises(MissingFileError):
        new.read("tensorflow/lite/no.py")


def test_a_file_that_is_not_there_costs_no_fetch(
    options: SourceOptions, fetches: list[tuple[str, int]]
) -> None:
    _, new = opened(options)
    fetches.clear()
    assert new.blob_id("tensorflow/python/training/no.py") is None
    assert new.blob_id("keras/src/no.py") is None
    assert fetches == []


def test_both_releases_are_looked_into_together_and_deep_folders_at_once(
    options: SourceOptions, fetches: list[tuple[str, int]]
) -> None:
    opened(options)
    commits, top, *levels, deep, files = fetches
    assert (commits, top) == (("tree:0", 2), ("tree:0", 2))
    assert [left_out for left_out, _ in levels] == ["tree:0"] * 3
    assert deep[0] == files[0] == "blob:none"


def test_what_was_looked_into_needs_no_network(
    options: SourceOptions, remote: Path, fetches: list[tuple[str, int]]
) -> None:
    opened(options)
    remote.rename(remote.with_name("gone"))
    fetches.clear()
    assert opened(options)[1].read(DEEP) == b"# second\n"
    assert opened(offline(options))[0].read(DEEP) == b"# first\n"
    assert fetches == []


def test_a_mirror_with_whole_trees_is_taken_as_it_is(
    options: SourceOptions, remote: Path, fetches: list[tuple[str, int]]
) -> None:
    whole = open_releases(TAGS, options)
    assert LITE in whole[1].paths()
    prefetch([(tree, candidates(tree.paths())) for tree in whole])
    fetches.clear()
    remote.rename(remote.with_name("gone"))
    old, new = opened(options)
    assert (old.read(DEEP), new.blob_id(LITE)) == (b"# first\n", whole[1].blob_id(LITE))
    assert fetches == []


def test_a_run_that_ended_between_commits_and_trees_is_carried_on(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = Fetcher.fetch

    def fail(self: Fetcher, label: str, *arguments: str, named: bool = False) -> FetchReport:
        if named:
            raise KeyboardInterrupt
        return fetch(self, label, *arguments, named=named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Fetcher, "fetch", fail)
        with pytest.raises(KeyboardInterrupt):
            opened(options)
    assert opened(options)[1].read(DEEP) == b"# second\n"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("uploadpackfilter.tree.allow", "false"),
        ("uploadpackfilter.tree.maxDepth", "0"),
        ("uploadpack.allowFilter", "false"),
    ],
)
def test_servers_that_know_fewer_filters_serve_as_well(
    options: SourceOptions, remote: Path, setting: str, value: str
) -> None:
    run_git(remote, "config", setting, value)
    old, new = opened(options)
    assert (old.read(DEEP), new.read(KERNEL)) == (b"# first\n", b"// second\n")


_NAMES = st.sampled_from(
    tuple(
        PurePosixPath(
            "tensorflow/keras/core/kernels/training/ops/public/compiler/tf2xla/lib/contrib/opt"
            "/lite/tools/python/_api/v1/compat/docs/optimizers/optimizer_v2/layers/api/tests"
        ).parts
    )
)
_FILES = st.sampled_from(
    tuple(
        PurePosixPath(
            "adam.py/__init__.py/training_ops.cc/scatter.h/version.h/clip_ops.py/RELEASE.md"
            "/compat.py/optimizer.py/resource_var.h/training_ops_gpu.cu.cc/odd.cc/backend.py"
        ).parts
    )
)


@given(st.lists(_NAMES, max_size=6), _FILES)
def test_no_file_is_chosen_in_a_folder_that_is_not_looked_into(names: list[str], file: str) -> None:
    path = "/".join((*names, file))
    ways = [str(folder) for folder in PurePosixPath(path).parents if folder.name]
    if candidates((path, ADAM)) != candidates((ADAM,)):
        assert all(map(folders, ways))
