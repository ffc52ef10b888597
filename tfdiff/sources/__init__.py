"""A release's files: from a git repository, a wheel, or a folder."""

from tfdiff.sources.cache import cache_folder, cache_size, clear_cache
from tfdiff.sources.open import list_tags, open_releases, prefetch
from tfdiff.sources.options import Progress, ProgressHandle, SourceKind, SourceOptions
from tfdiff.sources.tree import Release, SourceTree
from tfdiff.sources.versions import final_releases, is_final, release_version, sort_releases

__all__ = [
    "Progress",
    "ProgressHandle",
    "Release",
    "SourceKind",
    "SourceOptions",
    "SourceTree",
    "cache_folder",
    "cache_size",
    "clear_cache",
    "final_releases",
    "is_final",
    "list_tags",
    "open_releases",
    "prefetch",
    "release_version",
    "sort_releases",
]
