"""Repositories elsewhere: what is fetched, what is kept, and what goes wrong."""

import logging
import re
import socket
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.sources_kit import ADAM, HEADER, KERNEL, commit, make_repository, run_git
from tfdiff.errors import MissingFileError, SourceError, UnknownReleaseError, UsageError
from tfdiff.sources import (
    SourceOptions,
    git_fetch,
    git_mirror_folder,
    list_tags,
    open_releases,
    prefetch,
)
from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.git_remote import check_address, folder_name, is_address, without_password
from tfdiff.sources.tree import SourceTree


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "remote")


@pytest.fixture
def options(remote: Path, tmp_path: Path) -> SourceOptions:
    return SourceOptions(repo=remote.as_uri(), cache=tmp_path / "cache")


def objects_of(options: SourceOptions) -> str:
    return run_git(mirror_of(options), "rev-list", "--objects", "--all", "--missing=print")


def mirror_of(options: SourceOptions) -> Path:
    assert options.cache is not None
    assert options.repo is not None
    return options.cache / "git" / folder_name(options.repo)


def offline(options: SourceOptions) -> SourceOptions:
    return SourceOptions(repo=options.repo, cache=options.cache, offline=True)


def open_pair(options: SourceOptions) -> tuple[SourceTree, ...]:
    return open_releases(["v1.2.1", "1.4"], options)


def test_only_what_is_needed_is_fetched(options: SourceOptions, remote: Path) -> None:
    old, new = open_pair(options)
    assert old.paths() == new.paths() == (KERNEL, HEADER, ADAM)
    adam = run_git(remote, "rev-parse", f"v1.4.0:{ADAM}")
    kernel = run_git(remote, "rev-parse", f"v1.4.0:{KERNEL}")
    assert f"?{adam}" in objects_of(options)
    prefetch([(old, [ADAM]), (new, [ADAM])])
    assert f"?{adam}" not in objects_of(options)
    assert f"?{kernel}" in objects_of(options)
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert new.release.version == "1.4.0"


def test_a_file_nobody_asked_for_is_fetched_when_it_is_read(options: SourceOptions) -> None:
    old, _ = open_pair(options)
    assert old.read(KERNEL) == b"// k\n"


def test_what_was_fetched_needs_no_network(options: SourceOptions, remote: Path) -> None:
    prefetch([(tree, [ADAM]) for tree in open_pair(options)])
    remote.rename(remote.with_name("gone"))
    old, new = open_pair(options)
    prefetch([(old, [ADAM]), (new, [ADAM])])
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert new.release.ref == "v1.4.0"


def test_offline_fetches_nothing_and_says_what_is_lacking(
    options: SourceOptions, remote: Path
) -> None:
    with pytest.raises(SourceError, match="--offline"):
        open_pair(offline(options))
    prefetch([(tree, [ADAM]) for tree in open_pair(options)])
    old, _ = open_pair(offline(options))
    assert old.read(ADAM) == b"old = 1\n"
    with pytest.raises(SourceError, match="--offline"):
        old.read(KERNEL)
    assert list_tags(offline(options))[-1] == "v1.12.1"
    assert remote.exists()


def test_a_branch_is_asked_for_again_each_time(options: SourceOptions, remote: Path) -> None:
    assert open_releases(["master"], options)[0].read("README.md") == b"on master\n"
    moved = commit(remote, {"README.md": "moved\n"}, "Move")
    tree = open_releases(["master"], options)[0]
    assert tree.release.commit == moved
    assert tree.read("README.md") == b"moved\n"


def test_a_commit_that_no_tag_leads_to_can_be_fetched(options: SourceOptions, remote: Path) -> None:
    parent = run_git(remote, "rev-parse", "v1.2.1~1")
    assert open_releases([parent], options)[0].read(ADAM) == b"with_v = 1\n"


def test_a_wrong_name_gets_suggestions_from_the_remote(options: SourceOptions) -> None:
    with pytest.raises(UnknownReleaseError, match=r"v1\.4\.0"):
        open_releases(["v1.4.9"], options)


def test_an_exact_tag_is_not_taken_for_another_of_its_version(options: SourceOptions) -> None:
    assert open_releases(["v0.6.0"], options)[0].read(ADAM) == b"with_v = 1\n"
    assert open_releases(["0.6.0"], options)[0].read(ADAM) == b"bare = 1\n"


def test_a_server_that_cannot_leave_files_out_is_warned_of(
    options: SourceOptions, remote: Path
) -> None:
    run_git(remote, "config", "uploadpack.allowFilter", "false")
    for _ in range(2):  # also when all of it comes from the cache
        old, new = open_pair(options)
        assert new.read(ADAM) == b"new = 1\n"
        assert "sent all of them" in old.release.warnings[0]


def test_a_blob_that_the_remote_has_lost_costs_only_itself(
    options: SourceOptions, remote: Path
) -> None:
    blob = run_git(remote, "rev-parse", f"v1.2.1:{ADAM}")
    old, new = open_pair(options)
    (remote / ".git/objects" / blob[:2] / blob[2:]).unlink()
    prefetch([(old, [ADAM, KERNEL]), (new, [ADAM])])
    assert new.read(ADAM) == b"new = 1\n"
    assert old.read(KERNEL) == b"// k\n"
    with pytest.raises(MissingFileError, match="any more"):
        old.read(ADAM)


def test_what_a_killed_run_left_behind_is_cleared(options: SourceOptions) -> None:
    open_releases(["v1.2.1"], options)
    folder = mirror_of(options)
    for name in ("shallow.lock", "packed-refs.lock", "refs/tags/v1.4.0.lock"):
        (folder / name).touch()
    (folder / "objects/pack/tmp_pack_abc").write_bytes(b"half a pack")
    assert open_releases(["v1.4.0"], options)[0].read(ADAM) == b"new = 1\n"
    assert not (folder / "objects/pack/tmp_pack_abc").exists()


def break_pack(folder: Path) -> None:
    for pack in folder.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        content = bytearray(pack.read_bytes())
        content[12:-20] = b"\xff" * (len(content) - 32)
        pack.write_bytes(content)


def empty_index(folder: Path) -> None:
    for index in folder.glob("objects/pack/*.idx"):
        index.chmod(0o644)
        index.write_bytes(b"")


def no_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def odd_config(folder: Path) -> None:
    (folder / "config").write_text("[core\n")


@pytest.mark.parametrize("damage", [break_pack, empty_index, no_head, odd_config])
def test_a_damaged_cache_is_made_anew(
    options: SourceOptions,
    damage: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    prefetch([(tree, [ADAM]) for tree in open_pair(options)])
    assert callable(damage)
    damage(mirror_of(options))
    with caplog.at_level(logging.WARNING):
        old, new = open_pair(options)
        assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert open_pair(options)[0].release.warnings == ()


def test_damage_while_reading_is_mended(options: SourceOptions) -> None:
    old, new = open_pair(options)
    prefetch([(old, [ADAM]), (new, [ADAM])])
    break_pack(mirror_of(options))
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")


def test_runs_at_once_share_one_mirror(options: SourceOptions) -> None:
    found: list[bytes] = []

    def run() -> None:
        old, new = open_pair(options)
        prefetch([(old, [ADAM]), (new, [ADAM])])
        found.append(old.read(ADAM) + new.read(ADAM))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"old = 1\nnew = 1\n"] * 4


def test_a_run_that_never_ends_does_not_hold_others_for_ever(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_releases(["v1.2.1"], options)
    monkeypatch.setattr(git_mirror_folder, "_LOCK_SECONDS", 0.1)
    with (
        FileLock(f"{mirror_of(options)}.lock"),
        pytest.raises(SourceError, match="Another run"),
    ):
        open_releases(["v1.4.0"], options)


def test_a_remote_that_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    gone = (tmp_path / "nowhere").as_uri()
    with pytest.raises(UnreachableError, match="nowhere"):
        open_releases(["v1.4.0"], SourceOptions(repo=gone, cache=tmp_path / "cache"))


def test_a_remote_that_does_not_answer_is_given_up_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_fetch, "_LISTING_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"git://127.0.0.1:{silent.getsockname()[1]}/tensorflow"
        begun = time.monotonic()
        with pytest.raises(UnreachableError, match="127"):
            open_releases(["v1.4.0"], SourceOptions(repo=address, cache=tmp_path / "cache"))
        assert time.monotonic() - begun < 5


def test_a_cache_that_cannot_be_written_is_an_error_that_says_how_to_go_on(
    options: SourceOptions, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(SourceError, match="TFDIFF_CACHE"):
        open_pair(options)


def test_the_progress_of_a_fetch_is_told(options: SourceOptions) -> None:
    told: list[str] = []

    class Handle:
        def advance(self, amount: int) -> None:
            told.append(f"+{amount}")

        def done(self) -> None:
            told.append("done")

    class Teller:
        def start(self, label: str, total: int | None) -> Handle:
            told.append(f"{label} {total}")
            return Handle()

    told_to = SourceOptions(repo=options.repo, cache=options.cache, progress=Teller())
    open_pair(told_to)
    begun = [entry for entry in told if entry != "done" and not entry.startswith("+")]
    assert len(begun) == told.count("done")
    assert any(re.fullmatch(r"Fetching .* \d+", entry) for entry in begun)


def test_a_partial_clone_on_this_machine_is_completed_in_the_cache(
    options: SourceOptions, remote: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", remote.as_uri(), "clone")
    before = sorted(path for path in clone.rglob("*") if path.is_file())
    local = SourceOptions(repo=str(clone), cache=options.cache)
    old, new = open_pair(local)
    prefetch([(old, [ADAM]), (new, [ADAM])])
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert old.read(KERNEL) == b"// k\n"
    assert sorted(path for path in clone.rglob("*") if path.is_file()) == before
    remote.rename(tmp_path / "gone")
    assert open_pair(local)[1].read(ADAM) == b"new = 1\n"


@pytest.mark.parametrize(
    "address", ["ext::sh -c 'touch x'", "fd::3", "-uhttps://x", "http+evil://x", "data://x"]
)
def test_addresses_with_other_transports_are_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address)


def test_addresses_and_paths_are_told_apart() -> None:
    assert is_address("https://example.org/x")
    assert is_address("git@example.org:x/y.git")
    assert not is_address("../tensorflow")
    assert not is_address("/home/me/tensor:flow")


def test_a_password_never_gets_into_a_message_or_a_file_name() -> None:
    address = "https://me:secret@example.org/x"
    assert without_password(address) == "https://example.org/x"
    assert "secret" not in folder_name(address)
    assert folder_name(address) == folder_name("https://example.org/x")
