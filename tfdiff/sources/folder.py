"""Releases from a folder: an unpacked tree, or an installed package."""

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from tfdiff.errors import MissingFileError, SourceError
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.packaged import LACKS, is_metadata, metadata_version, repository_paths
from tfdiff.sources.stated_version import stated_version
from tfdiff.sources.tree import Release

_PACKAGES = ("tensorflow", "tensorflow_core", "keras", "tf_keras")
_SKIPPED = {".git", "__pycache__"}


class FolderTree:
    """The files of an unpacked tree, a ``site-packages`` folder, or a package in one.

    Args:
        named: the folder as the user wrote it.

    Raises:
        SourceError: there is no such folder, or nothing to compare in it.
    """

    def __init__(self, named: str) -> None:
        self._named = named
        folder = Path(named).expanduser().resolve()
        if not folder.is_dir():
            raise SourceError(f"{named} is no folder. Name an unpacked tree or a package.")
        self._root = folder.parent if _is_package(folder) else folder
        installed = self._root != folder or _is_site_packages(folder)
        members = list(self._members(installed=installed))
        self._files = (
            repository_paths(members) if installed else {name: name for name in sorted(members)}
        )
        self._installed = installed
        if not self._files:
            raise SourceError(f"{named} holds neither TensorFlow nor Keras.")
        self._contents: dict[str, bytes] = {}

    @cached_property
    def release(self) -> Release:
        """Which release this is, as far as its own files say."""
        stated = stated_version(self._files.__contains__, self.read)
        version = (self._installed_version() if self._installed else None) or stated
        kernels = any(
            path.startswith("tensorflow/core/kernels/") and path.endswith(".cc")
            for path in self._files
        )
        return Release(
            ref=self._named,
            commit=None,
            source=f"folder {self._named}",
            version=version,
            lacks=() if kernels or not self._installed else LACKS,
        )

    def paths(self) -> tuple[str, ...]:
        """All paths of the tree, sorted; links are left out, as git does not follow them."""
        return tuple(self._files)

    def blob_id(self, path: str) -> str | None:
        """The git blob id that the file would have, or None where there is none."""
        return blob_id_of(self.read(path)) if path in self._files else None

    def prefetch(self, paths: Iterable[str]) -> None:
        """Nothing to bring: the files are on this machine."""

    def read(self, path: str) -> bytes:
        """The content of one file; ``MissingFileError`` where there is none."""
        if path not in self._files:
            raise MissingFileError(f"{self._named} has no file {path}.")
        known = self._contents.get(path)
        if known is None:
            try:
                known = (self._root / self._files[path]).read_bytes()
            except OSError as error:
                raise SourceError(f"Could not read {path} in {self._named}: {error}.") from error
            self._contents[path] = known
        return known

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """None: a folder stands nowhere on the web."""
        del path, start, end
        return None

    def _members(self, *, installed: bool) -> Iterator[str]:
        tops = [self._root / name for name in _PACKAGES] if installed else [self._root]
        for top in tops:
            for folder, folders, names in os.walk(top):
                folders[:] = sorted(set(folders) - _SKIPPED)
                for name in names:
                    file = Path(folder, name)
                    if not file.is_symlink():
                        yield file.relative_to(self._root).as_posix()

    def _installed_version(self) -> str | None:
        """The version of the installed package that the files belong to.

        ``tensorflow-cpu`` and others install the same package, so the name is matched by its
        beginning, and a lone ``keras`` only where there is no TensorFlow.
        """
        wanted = "tensorflow" if any(p.startswith("tensorflow/") for p in self._files) else ""
        for folder in sorted(self._root.glob(f"{wanted or '*keras'}*.dist-info")):
            name = folder.name.partition("-")[0]
            metadata = folder / "METADATA"
            if (
                name in _DISTRIBUTIONS
                and metadata.is_file()
                and is_metadata(f"{folder.name}/METADATA")
            ):
                return metadata_version(metadata.read_bytes())
        return None


_DISTRIBUTIONS = {
    "tensorflow",
    "tensorflow_cpu",
    "tensorflow_gpu",
    "tensorflow_intel",
    "tensorflow_macos",
    "tensorflow_rocm",
    "tf_nightly",
    "keras",
    "tf_keras",
}


def _is_package(folder: Path) -> bool:
    return folder.name in _PACKAGES and (folder / "__init__.py").is_file()


def _is_site_packages(folder: Path) -> bool:
    return any(folder.glob("*.dist-info"))
