"""Wheels: what is fetched of them, how their paths are spelled, and what goes wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources_kit import ADAM, HEADER, Index, make_wheel, serve, version_header
from tfdiff.errors import MissingFileError, SourceError, UnknownReleaseError
from tfdiff.sources import SourceOptions, list_tags, open_releases, prefetch
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.packaged import repository_paths
from tfdiff.sources.wheel_archive import coalesce
from tfdiff.sources.wheel_index import candidates, index_address
from tfdiff.sources.wheel_store import Wheel

PADDING = 3_000_000
PURELIB = "tensorflow-1.4.0.data/purelib/"
OLD = "tensorflow-1.2.1-cp36-cp36m-manylinux1_x86_64.whl"
NEW = "tensorflow-1.4.0-cp36-cp36m-manylinux1_x86_64.whl"
CORE = "tensorflow-1.15.0-cp37-cp37m-macosx_10_11_x86_64.whl"


def metadata(version: str) -> dict[str, bytes]:
    text = f"Metadata-Version: 2.0\nName: tensorflow\nVersion: {version}\n\nA long story\n"
    return {f"tensorflow-{version}.dist-info/METADATA": text.encode()}


WHEELS = {
    OLD: make_wheel(
        {"tensorflow/__init__.py": b"", ADAM: b"old = 1\n", **metadata("1.2.1")}, PADDING
    ),
    NEW: make_wheel(
        {
            f"{PURELIB}{ADAM}": b"new = 1\n",
            f"{PURELIB}tensorflow/include/{HEADER}": version_header("1.4.0").encode(),
            f"{PURELIB}tensorflow/include/tensorflow/core/kernels/training_ops.h": b"//\n",
            f"{PURELIB}tensorflow/contrib/opt/__init__.py": b"far = 1\n",
            **metadata("1.4.0"),
        },
        PADDING,
    ),
    CORE: make_wheel(
        {
            "tensorflow/__init__.py": b"stub = 1\n",
            "tensorflow_core/__init__.py": b"real = 1\n",
            "tensorflow_core/python/training/adam.py": b"core = 1\n",
            **metadata("1.15.0"),
        },
        PADDING,
    ),
    "tensorflow-1.4.0.tar.gz": b"no wheel",
}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serve(Index(dict(WHEELS))) as served:
        monkeypatch.setenv("TFDIFF_INDEX_URL", served.address)
        yield served


@pytest.fixture
def options(tmp_path: Path) -> SourceOptions:
    return SourceOptions(kind="wheel", cache=tmp_path / "cache")


def test_members_are_read_without_fetching_the_wheel(index: Index, options: SourceOptions) -> None:
    old, new = open_releases(["v1.2.1", "1.4"], options)
    prefetch([(old, [ADAM]), (new, [ADAM])])
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert index.sent < PADDING
    assert not any("Range" not in asked and asked.endswith(".whl") for asked in index.asked)


def test_a_release_says_what_it_is_and_what_it_lacks(index: Index, options: SourceOptions) -> None:
    release = open_releases(["v1.4.0"], options)[0].release
    assert (release.ref, release.version, release.commit) == ("1.4.0", "1.4.0", None)
    assert release.source == f"wheel {NEW}"
    assert any("kernels" in phrase for phrase in release.lacks)
    assert release.warnings == ()
    assert index.asked


def test_paths_are_the_repositorys(index: Index, options: SourceOptions) -> None:
    new, core = open_releases(["1.4.0", "1.15.0"], options)
    assert new.paths() == ("tensorflow/contrib/opt/__init__.py", HEADER, ADAM)
    assert core.read("tensorflow/__init__.py") == b"real = 1\n"
    assert core.read(ADAM) == b"core = 1\n"
    assert new.blob_id(ADAM) == blob_id_of(b"new = 1\n")
    assert new.blob_id("nowhere.py") is None
    assert new.permalink(ADAM, 1, 2) is None
    with pytest.raises(MissingFileError, match="no file nowhere"):
        new.read("nowhere.py")
    assert index.asked


def test_what_was_read_needs_no_network(index: Index, options: SourceOptions) -> None:
    prefetch([(open_releases(["1.2.1"], options)[0], [ADAM])])
    index.asked.clear()
    offline = SourceOptions(kind="wheel", cache=options.cache, offline=True)
    for again in (options, offline):
        tree = open_releases(["v1.2.1"], again)[0]
        assert tree.read(ADAM) == b"old = 1\n"
        assert tree.release.version == "1.2.1"
    assert index.asked == []
    with pytest.raises(SourceError, match="--offline"):
        open_releases(["1.4.0"], offline)


def test_a_server_without_ranges_sends_the_whole_wheel_once(
    index: Index, options: SourceOptions
) -> None:
    index.ranges = False
    for _ in range(2):
        tree = open_releases(["1.2.1"], options)[0]
        assert tree.read(ADAM) == b"old = 1\n"
        assert "downloaded whole" in tree.release.warnings[0]
    assert sum(asked.startswith("/files/") for asked in index.asked) == 1


def test_a_version_without_a_wheel_gets_suggestions(index: Index, options: SourceOptions) -> None:
    with pytest.raises(UnknownReleaseError, match=r"1\.4\.0"):
        open_releases(["v1.4.1"], options)
    with pytest.raises(UnknownReleaseError, match="package index"):
        open_releases(["master"], options)
    assert index.asked


def test_the_releases_of_the_index_are_listed(index: Index, options: SourceOptions) -> None:
    assert list_tags(options) == ("1.2.1", "1.4.0", "1.15.0")
    assert index.asked


@pytest.mark.parametrize("damaged", ["wheel.json", "directory", "members"])
def test_a_damaged_cache_is_made_anew(
    index: Index, options: SourceOptions, damaged: str, tmp_path: Path
) -> None:
    prefetch([(open_releases(["1.2.1"], options)[0], [ADAM])])
    for file in (tmp_path / "cache" / "wheels").rglob("*"):
        if file.is_file() and damaged in file.as_posix():
            file.write_bytes(b"x" + file.read_bytes()[1:-1])
    assert open_releases(["1.2.1"], options)[0].read(ADAM) == b"old = 1\n"
    assert index.asked


def test_a_wheel_that_is_none_is_an_error_that_names_it(
    index: Index, options: SourceOptions
) -> None:
    index.wheels[OLD] = b"<html>not a wheel</html>" * 100
    with pytest.raises(SourceError, match=OLD):
        open_releases(["1.2.1"], options)


def test_a_wheel_without_sources_is_passed_over(index: Index, options: SourceOptions) -> None:
    index.wheels["tensorflow-1.2.1-cp27-cp27mu-manylinux1_x86_64.whl"] = make_wheel(
        metadata("1.2.1")
    )
    assert open_releases(["1.2.1"], options)[0].read(ADAM) == b"old = 1\n"


def test_an_index_that_does_not_answer_is_an_error_that_says_so(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFDIFF_INDEX_URL", "http://127.0.0.1:9/simple/")
    with pytest.raises(UnreachableError, match="refused"):
        open_releases(["1.2.1"], options)


def test_without_the_repository_wheels_are_taken_and_that_is_said(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = (tmp_path / "nowhere").as_uri()
    monkeypatch.setattr("tfdiff.sources.git_source.TENSORFLOW_REPOSITORY", gone)
    options = SourceOptions(cache=tmp_path / "cache")
    old, new = open_releases(["v1.2.1", "v1.4.0"], options, lambda _: [ADAM])
    assert (old.read(ADAM), new.read(ADAM)) == (b"old = 1\n", b"new = 1\n")
    assert "could not be reached" in new.release.warnings[0]
    assert list_tags(options) == ("1.2.1", "1.4.0", "1.15.0")
    index.wheels.clear()
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(SourceError, match="Wheels were tried"):
        open_releases(["v1.2.1"], options)
    with pytest.raises(UnreachableError):
        open_releases(["v1.2.1"], SourceOptions(kind="git", cache=tmp_path / "cache"))


def test_without_git_wheels_are_taken(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tree = open_releases(["v1.2.1"], SourceOptions(cache=tmp_path / "cache"))[0]
    assert tree.release.source == f"wheel {OLD}"
    with pytest.raises(SourceError, match="no git"):
        open_releases(["v1.2.1"], SourceOptions(kind="git", cache=tmp_path / "cache"))
    assert index.asked


def test_windows_wheels_come_last_and_empty_ones_never() -> None:
    wheels = tuple(
        Wheel(f"tensorflow-2.8.0-{platform}.whl", "2.8.0", "", size, "")
        for platform, size in [
            ("cp39-win_amd64", 20_000_000),
            ("cp39-manylinux2010_x86_64", 497_000_000),
            ("cp39-macosx_10_14_x86_64", 217_000_000),
            ("cp39-macosx_12_0_arm64", 1_932),
        ]
    )
    chosen = [wheel.filename.split("-")[3] for wheel in candidates(wheels, "v2.8")]
    assert chosen == ["macosx_10_14_x86_64.whl", "manylinux2010_x86_64.whl", "win_amd64.whl"]


def test_the_index_is_the_one_that_pip_is_set_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TFDIFF_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://example.org/%%/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert index_address() == "https://example.org/%%/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.org/pip")
    assert index_address() == "https://example.org/pip"
    monkeypatch.setenv("TFDIFF_INDEX_URL", "https://example.org/own")
    assert index_address() == "https://example.org/own"


def test_headers_of_kernels_are_left_out() -> None:
    members = [
        "tensorflow/include/tensorflow/core/kernels/training_ops.h",
        "tensorflow/include/tensorflow/core/public/version.h",
        "../../etc/passwd",
        "tensorflow/python/_pywrap.so",
    ]
    assert repository_paths(members) == {HEADER: members[1]}


def test_near_spans_are_fetched_together() -> None:
    assert coalesce([(900_000, 900_010), (0, 10), (5, 20), (60_000, 60_010)]) == [
        (0, 60_010),
        (900_000, 900_010),
    ]
