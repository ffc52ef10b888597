"""The order of releases, what a tree says of itself, and the cache's size."""

from pathlib import Path

import pytest

from tfdiff.errors import SourceError
from tfdiff.sources import (
    SourceOptions,
    cache_folder,
    cache_size,
    clear_cache,
    final_releases,
    is_final,
    sort_releases,
)
from tfdiff.sources.cache import write_whole
from tfdiff.sources.stated_version import version_assigned, version_in_header


def test_releases_are_sorted_by_version_and_not_by_name() -> None:
    names = ["v1.10.0", "v1.2.1", "v1.2.0-rc0", "0.12.0-rc0", "v0.11.0rc1", "v1.0.0-alpha", "lf-x"]
    assert sort_releases(names) == (
        "v0.11.0rc1",
        "0.12.0-rc0",
        "v1.0.0-alpha",
        "v1.2.0-rc0",
        "v1.2.1",
        "v1.10.0",
    )


def test_final_releases_are_named_once_each() -> None:
    names = ["0.6.0", "v0.6.0", "v1.4.0-rc1", "v1.4.0", "v2.0.0-beta1"]
    assert final_releases(names) == ("v0.6.0", "v1.4.0")
    assert not is_final("v2.0.0-beta1")


@pytest.mark.parametrize(
    ("patch", "suffix", "version"),
    [("0", "", "1.4.0"), ("0", "-rc1", "1.4.0-rc1"), ("0rc1", "", "1.4.0rc1")],
)
def test_the_version_header_is_read_in_all_its_forms(patch: str, suffix: str, version: str) -> None:
    header = (
        f"#define TF_MAJOR_VERSION 1\n#define TF_MINOR_VERSION 4\n"
        f'#define TF_PATCH_VERSION {patch}\n\n#define TF_VERSION_SUFFIX "{suffix}"\n'
    )
    assert version_in_header(header.encode()) == version


def test_a_header_without_numbers_says_nothing() -> None:
    assert version_in_header(b"#define TF_MAJOR_VERSION SET_BY_BUILD\n") is None


@pytest.mark.parametrize(
    "line", ["_VERSION = '2.8.0'", 'TF_VERSION = "2.8.0"', "__version__ = '2.8.0'"]
)
def test_assigned_versions_are_read(line: str) -> None:
    assert version_assigned(f"import x\n{line}\n".encode()) == "2.8.0"
    assert version_assigned(b"version = other\n") is None


def test_the_cache_has_a_place_a_size_and_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFDIFF_CACHE", str(tmp_path / "named"))
    options = SourceOptions()
    assert cache_folder(options) == tmp_path / "named"
    assert cache_folder(SourceOptions(cache=tmp_path)) == tmp_path
    assert clear_cache(options) == 0
    write_whole(tmp_path / "named" / "a" / "b", b"12345")
    assert cache_size(options) == 5
    assert clear_cache(options) == 5
    assert not (tmp_path / "named").exists()


def test_a_write_that_fails_leaves_no_half_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").touch()
    with pytest.raises(SourceError, match="TFDIFF_CACHE"):
        write_whole(tmp_path / "taken", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
