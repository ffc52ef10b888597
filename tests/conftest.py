"""What many tests stand on: a small repository with two releases."""

import subprocess
from pathlib import Path

import pytest

from tests.trees import FIXTURES, overlaid

RULES = FIXTURES / "rules"


def commit(folder: Path, tag: str) -> None:
    """Commit everything in a folder and tag it."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    for command in (("add", "-A"), ("commit", "-q", "-m", tag), ("tag", tag)):
        subprocess.run(["git", "-C", str(folder), *identity, *command], check=True)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the tags v1.3.0 and v1.4.0, between which defaults changed."""
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    overlaid(RULES / "default-changed" / "old", folder)
    header = folder / "tensorflow/core/public/version.h"
    text = header.read_text()
    header.write_text(text.replace("MINOR_VERSION 4", "MINOR_VERSION 3"))
    commit(folder, "v1.3.0")
    overlaid(RULES / "default-changed" / "new", folder)
    header.write_text(text)
    commit(folder, "v1.4.0")
    return folder


@pytest.fixture(scope="session")
def many_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the tags v1.0.0 to v1.6.0, where the defaults go back and forth."""
    folder = tmp_path_factory.mktemp("releases")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for minor in range(7):
        overlaid(RULES / "default-changed" / ("new" if minor % 2 else "old"), folder)
        header = folder / "tensorflow/core/public/version.h"
        text = header.read_text()
        header.write_text(text.replace("MINOR_VERSION 4", f"MINOR_VERSION {minor}"))
        commit(folder, f"v1.{minor}.0")
    return folder
