"""From the name that a person wrote to the tag, branch or commit that they mean."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tfdiff.errors import UnknownReleaseError, UsageError
from tfdiff.sources.versions import release_version, sort_releases, suggest

_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")
_CONTROL = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")
_PREFIXES = ("refs/tags/", "refs/heads/", "refs/remotes/origin/", "refs/remotes/")
_WHOLE = 40


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


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means in a repository.

    Attributes:
        shown: as people write it: ``v1.4.0``, ``master``, or a whole commit id.
        name: the full name (``refs/tags/v1.4.0``), or the commit id.
        commit: the commit it leads to.
    """

    shown: str
    name: str
    commit: str

    @property
    def fixed(self) -> bool:
        """Whether it means the same for ever: branches move, tags and commits do not."""
        return self.name.startswith("refs/tags/") or self.name == self.commit


def find_named(
    ref: str, names: Mapping[str, str], commit_of: Callable[[str], str | None]
) -> Named | None:
    """What ``ref`` means among a repository's tags, branches and commits.

    Args:
        ref: as a person wrote it.
        names: full names of tags and branches -> commits.
        commit_of: the whole id of an abbreviated commit id, if the repository has it.
    """
    if ref == "HEAD" and (head := commit_of(ref)):
        return Named(ref, head, head)
    full = _full_name(ref, names)
    if full is not None:
        shown = full
        for prefix in _PREFIXES:
            shown = shown.removeprefix(prefix)
        return Named(shown, full, names[full])
    if _COMMIT.fullmatch(ref) is None:
        return None
    listed = {commit for commit in names.values() if commit.startswith(ref.lower())}
    commit: str | None = listed.pop() if len(listed) == 1 else commit_of(ref)
    if commit is None and len(ref) == _WHOLE:
        commit = ref.lower()  # never a tag here, but the remote may have it
    return Named(commit, commit, commit) if commit else None


def _full_name(ref: str, names: Mapping[str, str]) -> str | None:
    """The full name that is meant.

    Tags come before branches and names as written before versions: both ``0.6.0`` and
    ``v0.6.0`` are tags of TensorFlow. ``1.4`` and ``1.4.0`` mean the tag of that version.
    """
    written = (ref, f"refs/tags/{ref}", f"refs/tags/v{ref}")
    for name in (*written, *(f"{prefix}{ref}" for prefix in _PREFIXES)):
        if name.startswith("refs/") and name in names:
            return name
    version = release_version(ref)
    if version is None:
        return None
    same = [tag for tag in tag_names(names) if release_version(tag) == version]
    return f"refs/tags/{same[-1]}" if same else None


def peeled_names(listing: bytes) -> dict[str, str]:
    """Full names -> commits, from what ``ls-remote`` lists; annotated tags lead to their commit."""
    found = {}
    for line in listing.decode("utf-8", "surrogateescape").splitlines():
        object_id, _, name = line.partition("\t")
        # "name^{}" follows "name" and says what the tag object points at
        found[name.removesuffix("^{}")] = object_id
    return found


def tag_names(names: Collection[str]) -> tuple[str, ...]:
    """The tags that are releases, oldest first, without ``refs/tags/``."""
    prefix = "refs/tags/"
    return sort_releases(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def unknown_release(
    ref: str, names: Collection[str], label: str, what: str = "tag, branch or commit"
) -> UnknownReleaseError:
    """The error for a name that a source does not have, with what may have been meant."""
    known = tuple(name.removeprefix("refs/tags/").removeprefix("refs/heads/") for name in names)
    meant = suggest(ref, known)
    if meant:
        advice = f"Did you mean {_either(meant)}?"
    elif known:
        ordered = sort_releases(known) or known
        advice = f"It has {ordered[0]} to {ordered[-1]}."
    else:
        advice = "It has none at all."
    return UnknownReleaseError(f"{label} has no {what} {ref!r}. {advice}")


def _either(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
