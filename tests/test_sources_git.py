"""Repositories on this machine, and what names mean in them."""

from pathlib import Path

import pytest

from tests.sources_kit import ADAM, HEADER, KERNEL, commit, make_repository, run_git
from tfdiff.errors import MissingFileError, SourceError, UnknownReleaseError, UsageError
from tfdiff.sources import SourceOptions, list_tags, open_releases, prefetch
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.git_command import GitCommand
from tfdiff.sources.git_web import web_address
from tfdiff.sources.tree import SourceTree


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repository") / "tensorflow")


def open_one(repository: Path, ref: str) -> SourceTree:
    return open_releases([ref], SourceOptions(repo=str(repository)))[0]


@pytest.mark.parametrize("written", ["v1.4.0", "1.4.0", "1.4", "refs/tags/v1.4.0"])
def test_a_release_is_found_however_it_is_written(repository: Path, written: str) -> None:
    tree = open_one(repository, written)
    assert tree.release.ref == "v1.4.0"
    assert tree.release.commit == run_git(repository, "rev-parse", "v1.4.0^{commit}")
    assert tree.release.version == "1.4.0"
    assert tree.read(ADAM) == b"new = 1\n"


def test_a_tag_as_written_comes_before_one_of_the_same_version(repository: Path) -> None:
    assert open_one(repository, "0.6.0").read(ADAM) == b"bare = 1\n"
    assert open_one(repository, "v0.6.0").read(ADAM) == b"with_v = 1\n"
    assert open_one(repository, "0.6").release.ref == "v0.6.0"


def test_branches_and_commits_are_releases_too(repository: Path) -> None:
    assert open_one(repository, "master").read("README.md") == b"on master\n"
    whole = run_git(repository, "rev-parse", "v1.2.1")
    for written in (whole, whole[:9]):
        tree = open_one(repository, written)
        assert tree.release.ref == tree.release.commit == whole
    head = open_one(repository, "HEAD").release
    assert (head.ref, head.commit) == ("HEAD", run_git(repository, "rev-parse", "master"))


def test_opening_many_releases_starts_git_no_more_often(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    run = GitCommand.run

    def counted(self: GitCommand, *arguments: str, lines: tuple[str, ...] = ()) -> bytes:
        started.append(arguments[0])
        return run(self, *arguments, lines=lines)

    monkeypatch.setattr(GitCommand, "run", counted)
    open_releases(["v1.4.0"], SourceOptions(repo=str(repository)))
    alone = started.copy()
    started.clear()
    open_releases(["v1.2.1", "v1.4.0", "master"], SourceOptions(repo=str(repository)))
    assert started == alone


def test_a_tag_of_a_tag_leads_to_the_commit_and_one_of_a_file_to_none(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    run_git(repository, "tag", "-a", "-m", "1", "v3.0.0", "v1.4.0")
    run_git(repository, "tag", "-a", "-m", "2", "v3.0.1", "v3.0.0")
    run_git(repository, "tag", "v3.0.2", f"v1.4.0:{ADAM}")
    commit_id = run_git(repository, "rev-parse", "v1.4.0^{commit}")
    for ref in ("v3.0.0", "v3.0.1"):
        assert open_one(repository, ref).release.commit == commit_id
    with pytest.raises(UnknownReleaseError):
        open_one(repository, "v3.0.2")


def test_a_tag_comes_before_a_branch_of_the_same_name(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    run_git(repository, "branch", "v1.2.1", "master")
    assert open_one(repository, "v1.2.1").read(ADAM) == b"old = 1\n"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("v1.4.7", "v1.4.0"),
        ("1.3", "v1.2.1"),
        ("9.9", "v1.12.1"),
        ("mastre", "master"),
        ("deadbeef", "0.6.0 to v1.12.1"),
    ],
)
def test_a_wrong_name_gets_suggestions(repository: Path, wrong: str, meant: str) -> None:
    with pytest.raises(UnknownReleaseError, match=meant) as caught:
        open_one(repository, wrong)
    assert wrong in str(caught.value)


@pytest.mark.parametrize("hostile", ["-x", "--upload-pack=touch x", "", "a b", "v1^{tree}", "a..b"])
def test_a_name_that_git_would_take_for_something_else_is_refused(
    repository: Path, hostile: str
) -> None:
    with pytest.raises(UsageError):
        open_one(repository, hostile)


def test_tags_are_listed_oldest_first(repository: Path) -> None:
    assert list_tags(SourceOptions(repo=str(repository))) == (
        "0.6.0",
        "v0.6.0",
        "v1.2.1",
        "v1.4.0-rc0",
        "v1.4.0",
        "v1.12.1",
    )


def test_a_tag_that_disagrees_with_its_sources_is_warned_of(repository: Path) -> None:
    release = open_one(repository, "v1.12.1").release
    assert release.version == "1.13.1"
    assert "1.13.1" in release.warnings[0]
    assert open_one(repository, "v1.4.0-rc0").release.warnings == ()


def test_blob_ids_and_paths_are_those_of_git(repository: Path) -> None:
    tree = open_one(repository, "v1.4.0")
    assert tree.paths() == (KERNEL, HEADER, ADAM)
    assert tree.blob_id(ADAM) == run_git(repository, "rev-parse", f"v1.4.0:{ADAM}")
    assert tree.blob_id(ADAM) == blob_id_of(tree.read(ADAM))
    assert tree.blob_id("nowhere.py") is None
    with pytest.raises(MissingFileError, match="no file nowhere"):
        tree.read("nowhere.py")
    prefetch([(tree, [ADAM, "nowhere.py"])])


def test_bare_repositories_work_trees_and_linked_ones_read_the_same(
    repository: Path, tmp_path: Path
) -> None:
    run_git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare")
    run_git(tmp_path, "clone", "--quiet", str(repository), "clone")
    run_git(tmp_path / "clone", "worktree", "add", "--quiet", "../linked", "v1.2.1")
    for name in ("bare", "clone", "linked", "clone/.git"):
        assert open_one(tmp_path / name, "v1.4.0").read(ADAM) == b"new = 1\n"


def test_links_and_odd_names_do_no_harm(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    (repository / "link.py").symlink_to("/etc/passwd")
    odd = 'spa ce\n"quoted" \u00e4\udcff.py'
    Path(repository, odd).write_bytes(b"odd\n")
    run_git(repository, "add", "--all")
    run_git(repository, "commit", "--quiet", "-m", "odd")
    tree = open_one(repository, "master")
    assert "link.py" not in tree.paths()
    assert tree.read(odd) == b"odd\n"
    link = tree.permalink(odd, 1, 1)
    assert link is not None
    assert "%22quoted%22%20%C3%A4%FF.py#L1" in link


def test_a_hostile_configuration_starts_no_program(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    trap = tmp_path / "trapped"
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "gpg.program",
        "uploadpack.hook",
    ):
        run_git(repository, "config", key, f"touch {trap}")
    run_git(repository, "config", "remote.evil.url", f"ext::sh -c 'touch {trap}'")
    run_git(repository, "config", "remote.evil.promisor", "true")
    (repository / ".git/objects" / _loose(repository, f"v1.4.0:{ADAM}")).unlink()
    tree = open_one(repository, "v1.4.0")
    with pytest.raises(SourceError):
        tree.read(ADAM)
    assert not trap.exists()


def _loose(repository: Path, name: str) -> str:
    object_id = run_git(repository, "rev-parse", name)
    return f"{object_id[:2]}/{object_id[2:]}"


def test_a_folder_that_is_no_repository_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no git repository"):
        open_one(tmp_path, "v1.4.0")
    with pytest.raises(SourceError, match="no git repository"):
        open_one(tmp_path / "nowhere", "v1.4.0")


def test_a_damaged_repository_is_an_error_that_names_it(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    blob = repository / ".git/objects" / _loose(repository, f"v1.4.0:{ADAM}")
    blob.chmod(0o644)
    blob.write_bytes(b"not zlib")
    tree = open_one(repository, "v1.4.0")
    with pytest.raises(SourceError, match=str(repository)):
        tree.read(ADAM)
    assert tree.read(KERNEL) == b"// k\n"


def test_links_lead_to_the_commit_on_github(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "r")
    tree = open_one(repository, "v1.4.0")
    base = f"https://github.com/tensorflow/tensorflow/blob/{tree.release.commit}"
    assert tree.permalink(ADAM, 3, 9) == f"{base}/{ADAM}#L3-L9"
    assert tree.permalink("a b#.py", 3, 3) == f"{base}/a%20b%23.py#L3"
    run_git(repository, "remote", "add", "origin", "git@github.com:me/fork.git")
    link = open_one(repository, "v1.4.0").permalink(ADAM, 1, 1)
    assert link is not None
    assert link.startswith("https://github.com/me/fork/blob/")


def test_a_repository_of_something_else_has_no_links(tmp_path: Path) -> None:
    repository = tmp_path / "r"
    repository.mkdir()
    run_git(repository, "init", "--quiet", "--initial-branch=master")
    commit(repository, {"keras/version.py": '__version__ = "2.6.0"\n'}, "keras")
    tree = open_one(repository, "master")
    assert tree.permalink("keras/version.py", 1, 1) is None
    assert tree.release.version == "2.6.0"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/tensorflow/tensorflow",
        "https://me:secret@github.com/tensorflow/tensorflow.git",
        "git@github.com:tensorflow/tensorflow.git",
        "ssh://git@github.com:22/tensorflow/tensorflow/",
    ],
)
def test_addresses_on_github_have_pages(address: str) -> None:
    assert web_address(address) == "https://github.com/tensorflow/tensorflow"
    assert web_address(address.replace("github.com", "example.org")) is None
