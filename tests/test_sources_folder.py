"""Folders: unpacked trees and installed packages."""

from pathlib import Path

import pytest

from tests.sources_kit import ADAM, HEADER, KERNEL, make_repository, version_header
from tfdiff.errors import MissingFileError, SourceError
from tfdiff.sources import SourceOptions, open_releases
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.tree import SourceTree


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


def open_one(ref: object, kind: str = "auto") -> SourceTree:
    options = SourceOptions(kind="folder") if kind == "folder" else SourceOptions()
    return open_releases([str(ref)], options)[0]


def test_an_unpacked_tree_is_read_as_it_is(tmp_path: Path) -> None:
    write(
        tmp_path / "src",
        {HEADER: version_header("1.4.0"), ADAM: "a = 1\n", KERNEL: "//\n", ".git/config": ""},
    )
    (tmp_path / "src" / "link.py").symlink_to("/etc/passwd")
    tree = open_one(tmp_path / "src")
    assert tree.paths() == (KERNEL, HEADER, ADAM)
    assert tree.release.version == "1.4.0"
    assert tree.release.commit is None
    assert tree.release.lacks == ()
    assert tree.blob_id(ADAM) == blob_id_of(b"a = 1\n")
    assert tree.permalink(ADAM, 1, 1) is None
    with pytest.raises(MissingFileError):
        tree.read("link.py")


def installed(root: Path) -> Path:
    write(
        root,
        {
            "tensorflow/__init__.py": "stub\n",
            "tensorflow_core/__init__.py": "real\n",
            "tensorflow_core/python/training/adam.py": "a = 1\n",
            f"tensorflow_core/include/{HEADER}": version_header("1.15.0"),
            "tensorflow_core/python/__pycache__/adam.pyc": "",
            "numpy/__init__.py": "",
            "tensorflow_estimator-1.14.0.dist-info/METADATA": "Version: 1.14.0\n\n",
            "tensorflow_cpu-1.15.2.dist-info/METADATA": "Version: 1.15.2\n\n",
        },
    )
    return root


@pytest.mark.parametrize("part", ["", "tensorflow", "tensorflow_core"])
def test_an_installed_package_is_found_by_any_of_its_folders(tmp_path: Path, part: str) -> None:
    tree = open_one(installed(tmp_path / "site-packages") / part)
    assert tree.paths() == ("tensorflow/__init__.py", HEADER, ADAM)
    assert tree.read("tensorflow/__init__.py") == b"real\n"
    assert tree.release.version == "1.15.2"
    assert any("kernels" in phrase for phrase in tree.release.lacks)


def test_the_package_folder_of_a_checkout_lacks_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"tensorflow/__init__.py": "", HEADER: version_header("1.4.0"), KERNEL: "//\n"},
    )
    release = open_one(tmp_path / "tensorflow").release
    assert (release.version, release.lacks) == ("1.4.0", ())


def test_a_folder_with_the_name_of_a_version_is_meant_only_with_a_separator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make_repository(tmp_path / "repository")
    write(tmp_path / "v1.4.0", {ADAM: "in the folder\n"})
    monkeypatch.chdir(tmp_path)
    options = SourceOptions(repo=str(repository))
    assert open_releases(["v1.4.0"], options)[0].read(ADAM) == b"new = 1\n"
    both = open_releases(["./v1.4.0", "v1.4.0"], options)
    assert [tree.read(ADAM) for tree in both] == [b"in the folder\n", b"new = 1\n"]
    assert open_one("v1.4.0", "folder").read(ADAM) == b"in the folder\n"


def test_a_folder_without_anything_to_compare_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither TensorFlow nor Keras"):
        open_one(tmp_path)
    with pytest.raises(SourceError, match="is no folder"):
        open_one(tmp_path / "nowhere", "folder")
