"""The order of releases, and which names people mean when they write a version."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from packaging.version import InvalidVersion, Version


@lru_cache(maxsize=4096)
def release_version(name: str) -> Version | None:
    """The version that a tag's name says, such as 1.4.0 for ``v1.4.0``; None if it says none.

    TensorFlow's tags spell versions in several ways: ``0.12.0-rc0``, ``v0.11.0rc1``,
    ``v1.0.0-alpha``, ``v2.0.0-beta1``.
    """
    try:
        return Version(name)
    except InvalidVersion:
        return None


def is_final(name: str) -> bool:
    """Whether a tag's name is that of a final release, not of a candidate, alpha or beta."""
    version = release_version(name)
    return version is not None and not version.is_prerelease


def sort_releases(names: Iterable[str]) -> tuple[str, ...]:
    """The names that are versions, oldest first; candidates stand before their final.

    ``0.6.0`` and ``v0.6.0`` are the same version; the bare name comes first.
    """
    dated = [(version, name) for name in names if (version := release_version(name))]
    return tuple(name for _, name in sorted(dated))


def final_releases(names: Iterable[str]) -> tuple[str, ...]:
    """One name for each final release, oldest first; ``v0.6.0`` rather than ``0.6.0``."""
    by_version = {release_version(name): name for name in sort_releases(names) if is_final(name)}
    return tuple(by_version.values())


def suggest(name: str, known: Iterable[str], count: int = 4) -> tuple[str, ...]:
    """The known names that someone who wrote ``name`` may have meant, best first.

    For a version these are the releases of the same minor version, else its neighbours in
    the order of releases; for anything else the names that look alike.
    """
    known = tuple(known)
    wanted = release_version(name)
    if wanted is None:
        return tuple(get_close_matches(name, known, n=count, cutoff=0.6))
    ordered = sort_releases(known)
    same_minor = [tag for tag in ordered if _minor(tag) == wanted.release[:2]]
    if same_minor:
        return tuple(sorted(same_minor, key=is_final, reverse=True)[:count])
    finals = final_releases(known) or ordered
    before = [tag for tag in finals if (version := release_version(tag)) and version < wanted]
    after = [tag for tag in finals if (version := release_version(tag)) and version > wanted]
    return (*before[-(count // 2) :], *after[: count // 2])


def _minor(name: str) -> tuple[int, ...] | None:
    version = release_version(name)
    return (*version.release, 0)[:2] if version else None
