"""From the name that a person wrote to the tag, branch or commit that they mean."""

import re
from collections.abc import Collection

from tfdiff.errors import UnknownReleaseError, UsageError
from tfdiff.sources.versions import release_version, sort_releases, suggest

_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")
_CONTROL = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")
FULL_COMMIT = 40


def check_name(ref: str) -> str:
    """The name itself, if git could have such a tag or branch.

    Raises:
        UsageError: it is empty, begins with ``-``, or holds what no name may hold.
    """
    if not ref or ref.startswith(("-", "/")) or _CONTROL.search(ref):
        raise UsageError(
            f"{ref!r} cannot be a tag, branch or commit. Name a release such as v1.4.0."
        )
    return ref


def find_name(ref: str, names: Collection[str]) -> str | None:
    """The full name that ``ref`` means among a repository's tags and branches.

    Tags come before branches and names as written before versions: both ``0.6.0`` and
    ``v0.6.0`` are tags of TensorFlow. ``1.4`` and ``1.4.0`` mean the tag of that version.
    """
    written = (
        ref,
        f"refs/tags/{ref}",
        f"refs/tags/v{ref}",
        f"refs/heads/{ref}",
        f"refs/remotes/origin/{ref}",
        f"refs/remotes/{ref}",
    )
    for name in written:
        if name.startswith("refs/") and name in names:
            return name
    version = release_version(ref)
    if version is None:
        return None
    same = [tag for tag in tag_names(names) if release_version(tag) == version]
    return f"refs/tags/{same[-1]}" if same else None


def tag_names(names: Collection[str]) -> tuple[str, ...]:
    """The tags that are releases, oldest first, without ``refs/tags/``."""
    prefix = "refs/tags/"
    return sort_releases(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def short_name(name: str) -> str:
    """A full name as people write it: ``v1.4.0`` for ``refs/tags/v1.4.0``."""
    for prefix in ("refs/tags/", "refs/heads/", "refs/remotes/"):
        name = name.removeprefix(prefix)
    return name


def is_commit(ref: str) -> bool:
    """Whether a name may be a commit's id, whole or abbreviated."""
    return _COMMIT.fullmatch(ref) is not None


def unknown_release(ref: str, names: Collection[str], label: str) -> UnknownReleaseError:
    """The error for a name that a source does not have, with what may have been meant."""
    known = tuple(short_name(name) for name in names)
    meant = suggest(ref, known)
    if meant:
        advice = f"Did you mean {_either(meant)}?"
    elif known:
        newest = sort_releases(known)[-1:]
        advice = "It has tags from " + " to ".join((*sort_releases(known)[:1], *newest)) + "."
    else:
        advice = "It has no tags at all."
    return UnknownReleaseError(f"{label} has no tag, branch or commit {ref!r}. {advice}")


def _either(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
