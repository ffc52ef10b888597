"""The folder that keeps mirrors and wheels between runs: where it is, its size, its end."""

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from tfdiff.errors import SourceError
from tfdiff.sources.options import SourceOptions


def cache_folder(options: SourceOptions) -> Path:
    """The cache's folder: of the options, else ``TFDIFF_CACHE``, else the user's own.

    It need not exist yet.
    """
    if options.cache is not None:
        return options.cache
    named = os.environ.get("TFDIFF_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path  # noqa: PLC0415 - needed only without a name

    return user_cache_path("tfdiff", appauthor=False)


def cache_size(options: SourceOptions) -> int:
    """How many bytes the cache's files take, 0 where there is no cache."""
    total = 0
    for folder, _, names in os.walk(cache_folder(options)):
        for name in names:
            try:
                total += Path(folder, name).lstat().st_size
            except FileNotFoundError:  # another run is clearing or replacing it
                continue
    return total


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of the cache so that readers find all of it or none.

    Raises:
        SourceError: there is no room, or no permission.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as file:
            fresh = Path(file.name)
            try:
                file.write(content)
                file.flush()
                fresh.replace(path)
            except OSError:
                fresh.unlink()
                raise
    except OSError as error:
        raise not_writable(path.parent, error) from error


def not_writable(folder: Path, error: OSError) -> SourceError:
    """The error for a cache that cannot be written to."""
    return SourceError(
        f"Could not write the cache {folder}: {error.strerror or error}. Free some room there, "
        f"or name another folder with TFDIFF_CACHE."
    )


def clear_cache(options: SourceOptions) -> int:
    """Delete the cache and say how many bytes that frees.

    Raises:
        SourceError: something in it could not be deleted.
    """
    folder = cache_folder(options)
    size = cache_size(options)
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise SourceError(f"Could not clear the cache {folder}: {error}.") from error
    return size
