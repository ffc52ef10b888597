"""TensorFlow releases that take ``tf.keras`` from the Keras package get that package's files."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import commit
from tests.cxx_kit import MemoryTree
from tfdiff.extract.reading import Reading, candidates
from tfdiff.extract.store import FactStore
from tfdiff.run import compare
from tfdiff.sources import SourceOptions, identity, open_releases, with_keras
from tfdiff.sources.companion import JoinedTree, keras_requirement, lowest
from tfdiff.sources.git_local import LocalObjects

SETUP = "tensorflow/tools/pip_package/setup.py"
TENSORFLOW = {
    "tensorflow/api_template.__init__.py": (
        'keras = _LazyLoader("keras", globals(), "keras.api._v2.keras")\n'
    ),
    SETUP: "REQUIRED = [\n  'keras_preprocessing >= 1.1',\n  'keras >= 2.8.0rc0, < 2.9',\n]\n",
    "tensorflow/core/public/version.h": (
        "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 8\n#define TF_PATCH_VERSION 0\n"
    ),
    "tensorflow/python/keras/optimizer_v2/glide.py": (
        "@keras_export('keras.optimizers.Glide')\nclass Glide:\n"
        "  def apply_gradients(self, pairs):\n    pass\n"
    ),
}
KERAS = {
    "keras/optimizers/glide.py": (
        "@keras_export('keras.optimizers.Glide')\nclass Glide:\n"
        "  def __init__(self, learning_rate=0.5):\n    pass\n"
        "  def apply_gradients(self, pairs):\n    pass\n"
    ),
    "setup.py": "VERSION = 1\n",
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("'keras ~= 2.6',", "keras~=2.6"),
        ("    'keras >= 2.6.0, < 2.7',", "keras<2.7,>=2.6.0"),
        ('standard("keras >= 2.9.0rc0, < 2.10", "keras-nightly")', "keras<2.10,>=2.9.0rc0"),
        ("'keras_preprocessing ~= 1.1.2',", None),
        ("'keras-nightly ~= 2.5.0.dev',", None),
        ("elif 'keras' in pkg:", None),
    ],
)
def test_requirement_is_read_from_the_release(line: str, expected: str | None) -> None:
    found = keras_requirement(MemoryTree({SETUP: line}))
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("keras~=2.6", "v2.6.0"),
        ("keras>=2.7.0rc0,<2.8", "v2.7.0"),
        ("keras>=2.9rc0,<2.10", "v2.9.0-rc1"),
        ("keras>=3.0.0", "v3.0.0"),
        ("keras>=9", None),
    ],
)
def test_lowest_final_version_that_is_allowed_is_taken(wanted: str, expected: str | None) -> None:
    tags = ("v3.1.0", "v2.6.0-rc0", "v2.6.0", "v2.7.0-rc0", "v2.7.0", "v2.9.0-rc1", "v3.0.0", "x")
    assert lowest(tags, Requirement(wanted)) == expected


def _repository(folder: Path, files: dict[str, str], tag: str) -> str:
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    commit(folder, tag)
    return str(folder)


@pytest.fixture
def options(tmp_path: Path) -> SourceOptions:
    return SourceOptions(
        repo=_repository(tmp_path / "tensorflow", TENSORFLOW, "v2.8.0"),
        keras_repo=_repository(tmp_path / "keras", KERAS, "v2.8.0"),
        cache=tmp_path / "cache",
    )


def test_public_names_lead_to_the_keras_package(options: SourceOptions) -> None:
    (tree,) = with_keras(open_releases(["v2.8.0"], options), options, candidates)
    reading = Reading(tree, FactStore(None), identity(tree))
    found = reading.catalog.resolve("tf.keras.optimizers.Glide")
    assert (found.entry.path, found.others) == ("keras/optimizers/glide.py", ())
    (parameter,) = reading.optimizer(found.entry).parameters
    assert parameter.name == "learning_rate"


def test_both_releases_are_told_and_named(options: SourceOptions) -> None:
    (tree,) = with_keras(open_releases(["v2.8.0"], options), options, candidates)
    assert isinstance(tree, JoinedTree)
    assert "Keras v2.8.0" in tree.release.source
    assert (identity(tree) or "").count("commit ") == 2
    assert "setup.py" not in tree.paths()


def test_no_file_is_read_to_join_a_keras_that_is_known_to_fit(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(*_: object) -> dict[str, str]:
        raise AssertionError("a tree was listed")

    monkeypatch.setattr(LocalObjects, "blob_ids", listed)
    trees = open_releases(["v2.8.0"], options)
    (tree,) = with_keras(trees, options, candidates, lambda *_: "keras >= 2.8.0rc0, < 2.9")
    assert isinstance(tree, JoinedTree)


def test_a_keras_that_cannot_be_had_is_missing_and_not_absent(
    options: SourceOptions, tmp_path: Path
) -> None:
    empty = _repository(tmp_path / "empty", {"x": ""}, "v1.0.0")
    other = SourceOptions(repo=options.repo, keras_repo=empty, cache=options.cache)
    (tree,) = with_keras(open_releases(["v2.8.0"], other), other, candidates)
    (lacks,) = tree.release.lacks
    assert lacks.startswith("tf.keras (keras<2.9,>=2.8.0rc0 could not be had")
    names = [entry.name for entry in Reading(tree, FactStore(None)).catalog.entries]
    assert not [name for name in names if name.startswith("tf.keras")]


def _later(repository: str, tag: str, minor: int, keras: str) -> None:
    """One more release, which requires another Keras."""
    version = Path(repository) / "tensorflow/core/public/version.h"
    version.write_text(version.read_text().replace("MINOR_VERSION 8", f"MINOR_VERSION {minor}"))
    (Path(repository) / SETUP).write_text(f"REQUIRED = [\n  '{keras}',\n]\n")
    commit(Path(repository), tag)


def test_optimizer_of_a_keras_that_could_not_be_had_is_not_gone(options: SourceOptions) -> None:
    assert options.repo
    _later(options.repo, "v2.9.0", 9, "keras >= 2.9.0rc0, < 2.10")
    report = compare("tf.keras.optimizers.Glide", "v2.8.0", "v2.9.0", options=options)
    (found,) = report.optimizers
    assert found.findings == ()
    assert (found.verdict.state, found.verdict.calls) == ("undecided", "undecided")
    assert found.verdict.summary.startswith(f"{found.name} was not compared: tf.keras (keras<2.10")


def test_tf_keras_stands_in_where_its_repository_was_named(
    options: SourceOptions, tmp_path: Path
) -> None:
    assert options.repo
    _later(options.repo, "v2.16.1", 16, "keras >= 3.0.0")
    legacy = {path.replace("keras/", "tf_keras/"): text for path, text in KERAS.items()}
    named = replace(options, keras_repo=_repository(tmp_path / "tf-keras", legacy, "v2.16.0"))
    (tree,) = with_keras(open_releases(["v2.16.1"], named), named, candidates)
    assert "Keras v2.16.0" in tree.release.source
    found = Reading(tree, FactStore(None)).catalog.resolve("tf.keras.optimizers.Glide")
    assert found.entry.path == "tf_keras/optimizers/glide.py"
