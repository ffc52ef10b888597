"""A release's files: from a git repository, a wheel, or a folder."""

from tfdiff.sources.cache import cache_folder, cache_size, clear_cache
from tfdiff.sources.companion import KERAS, with_keras
from tfdiff.sources.open import (
    commits_between,
    identity,
    list_tags,
    naming,
    open_releases,
    patches_between,
    prefetch,
)
from tfdiff.sources.options import Progress, ProgressHandle, SourceKind, SourceOptions
from tfdiff.sources.touch import Patch, PatchHunk, Touch
from tfdiff.sources.tree import Release, SourceTree
from tfdiff.sources.versions import final_releases, is_final, release_version, sort_releases

__all__ = [
    "KERAS",
    "Patch",
    "PatchHunk",
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
    "identity",
    "is_final",
    "list_tags",
    "naming",
    "open_releases",
    "patches_between",
    "prefetch",
    "release_version",
    "sort_releases",
    "with_keras",
]
