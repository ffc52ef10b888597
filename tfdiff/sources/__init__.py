"""A release's files: from a git repository, a wheel, or a folder."""

from tfdiff.sources.cache import cache_folder, cache_size, clear_cache
from tfdiff.sources.open import commits_between, list_tags, open_releases, prefetch
from tfdiff.sources.options import Progress, ProgressHandle, SourceKind, SourceOptions
from tfdiff.sources.touch import Touch
from tfdiff.sources.tree import Release, SourceTree
from tfdiff.sources.versions import final_releases, is_final, release_version, sort_releases

__all__ = [
    "Progress",
    "ProgressHandle",
    "Release",
    "SourceKind",
    "SourceOptions",
    "SourceTree",
    "Touch",
    "cache_folder",
    "cache_size",
    "clear_cache",
    "commits_between",
    "final_releases",
    "is_final",
    "list_tags",
    "open_releases",
    "prefetch",
    "release_version",
    "sort_releases",
]
