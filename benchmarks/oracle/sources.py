"""What is read of a release: its tag and the Keras that belongs to it, or the installed package."""

from pathlib import Path

from tfdiff.errors import UnknownReleaseError
from tfdiff.extract.reading import Reading
from tfdiff.run import read_releases
from tfdiff.sources import SourceOptions


def reading(
    release: str, repo: str, keras_repo: str | None, packages: Path, cache: Path | None
) -> Reading:
    """A release as far as its sources are at hand.

    Args:
        release: such as ``1.4.0``.
        repo: TensorFlow's repository.
        keras_repo: Keras' repository, for the releases whose Keras lives there.
        packages: where the release is installed; read where the repository lacks the tag.
        cache: where facts are kept.
    """
    options = SourceOptions(repo=repo, keras_repo=keras_repo, cache=cache)
    try:
        (found,) = read_releases((f"v{release}",), options)
    except UnknownReleaseError:
        (found,) = read_releases((str(packages),), SourceOptions(cache=cache))
    return found
