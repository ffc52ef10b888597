"""The wheel source: releases from the package index, without their kernels."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_version

from tfdiff.errors import MissingFileError, SourceError
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.cache import cache_folder
from tfdiff.sources.git_names import unknown_release
from tfdiff.sources.options import SILENT, SourceOptions
from tfdiff.sources.packaged import (
    LACKS,
    is_metadata,
    metadata_requirements,
    metadata_version,
    repository_paths,
)
from tfdiff.sources.tree import Release
from tfdiff.sources.versions import release_version, sort_releases
from tfdiff.sources.wheel_download import Download
from tfdiff.sources.wheel_store import Wheel, WheelStore, open_cached, open_remote


class WheelTree:
    """The Python files of one wheel, under the repository's paths.

    Args:
        store: the wheel.
        warnings: what a report has to say about how it came to be used.
    """

    def __init__(self, store: WheelStore, warnings: tuple[str, ...]) -> None:
        self._store = store
        self._warnings = warnings
        self._files = repository_paths(store.members)
        self._contents: dict[str, bytes] = {}

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """What the wheel requires, as its metadata has it."""
        metadata = next(filter(is_metadata, self._store.members), None)
        return metadata_requirements(self._store.read(metadata)) if metadata else ()

    @cached_property
    def release(self) -> Release:
        """Which release this is."""
        wheel = self._store.wheel
        whole = (f"{wheel.filename} was downloaded whole, its server has no byte ranges.",)
        metadata = next(filter(is_metadata, self._store.members), None)
        stated = metadata_version(self._store.read(metadata)) if metadata else None
        return Release(
            ref=wheel.version,
            commit=None,
            source=f"wheel {wheel.filename}",
            version=stated or wheel.version,
            lacks=LACKS,
            warnings=(*self._warnings, *(whole if self._store.whole else ())),
        )

    def paths(self) -> tuple[str, ...]:
        """All paths of the tree, sorted."""
        return tuple(self._files)

    def blob_id(self, path: str) -> str | None:
        """The git blob id of a path; the file is fetched to compute it."""
        return blob_id_of(self.read(path)) if path in self._files else None

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring the contents of these paths in as few requests as it takes."""
        metadata = filter(is_metadata, self._store.members)
        self._store.bring(
            [*metadata, *(self._files[path] for path in paths if path in self._files)]
        )

    def read(self, path: str) -> bytes:
        """The content of one file; ``MissingFileError`` where the wheel has none."""
        if path not in self._files:
            raise MissingFileError(f"{self._store.wheel.filename} has no file {path}.")
        known = self._contents.get(path)
        if known is None:
            known = self._contents[path] = self._store.read(self._files[path])
        return known

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """None: a wheel does not say which commit it was built from."""
        del path, start, end
        return None


def open_wheels(
    refs: Sequence[str],
    options: SourceOptions,
    warnings: tuple[str, ...],
    project: str = "tensorflow",
) -> tuple[WheelTree, ...]:
    """The trees of some releases on the package index.

    Raises:
        UnknownReleaseError: the index has no wheel of that version.
        UnreachableError: the index does not answer.
    """
    shelf = _Shelf(options, project)
    return tuple(WheelTree(shelf.store(ref), warnings) for ref in refs)


def wheel_releases(options: SourceOptions, project: str = "tensorflow") -> tuple[str, ...]:
    """The versions that the index has wheels of, oldest first."""
    return sort_releases({wheel.version for wheel in _Shelf(options, project).index})


class _Shelf:
    """The wheels in the cache, and behind them those of the index."""

    def __init__(self, options: SourceOptions, project: str) -> None:
        self._project = project
        name = "wheels" if project == "tensorflow" else f"wheels-{project}"
        self._folder = cache_folder(options) / name
        self._download = Download(options.progress or SILENT, offline=options.offline)

    @cached_property
    def index(self) -> tuple[Wheel, ...]:
        from tfdiff.sources.wheel_index import list_wheels  # noqa: PLC0415 - takes 0.3 s

        return list_wheels(self._download.session, self._project)

    def store(self, ref: str) -> WheelStore:
        version = release_version(ref)
        # 1.4 and 1.4.0 are one version, and one folder.
        folder = self._folder / canonicalize_version(str(version))
        known = open_cached(folder, self._download) if version else None
        if known is not None:
            return known
        from tfdiff.sources.wheel_index import candidates  # noqa: PLC0415 - as above

        found = candidates(self.index, ref, self._project)
        if not found:
            versions = {wheel.version for wheel in self.index}
            raise unknown_release(ref, versions, "The package index", f"{self._project} wheel for")
        return self._first_with_sources(folder, found)

    def _first_with_sources(self, folder: Path, found: tuple[Wheel, ...]) -> WheelStore:
        for wheel in found:
            store = open_remote(folder, wheel, self._download)
            if any(path.endswith(".py") for path in repository_paths(store.members)):
                return store
        raise SourceError(f"None of the wheels of {found[0].version} holds Python sources.")
