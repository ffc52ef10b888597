"""Releases from a repository elsewhere, by way of its mirror."""

from collections.abc import Mapping, Sequence

from tfdiff.sources.git_mirror import Mirror
from tfdiff.sources.git_names import Named, check_name, find_named, tag_names, unknown_release
from tfdiff.sources.git_tree import GitTree
from tfdiff.sources.git_web import web_address
from tfdiff.sources.tree import Release


def open_fetched(refs: Sequence[str], mirror: Mirror) -> tuple[GitTree, ...]:
    """The trees of some releases, fetched together where the mirror does not hold them.

    Raises:
        UnknownReleaseError: the remote has no release of that name.
        UnreachableError: the remote is needed and does not answer.
    """
    found = held(refs, mirror)
    if found is None:
        found = _fetch(refs, mirror)
    mirror.expect(named.commit for named in found)
    web = web_address(mirror.label)
    trees = []
    for named in found:
        release = Release(
            named.shown, named.commit, mirror.label, version=None, warnings=mirror.warnings
        )
        trees.append(GitTree(mirror, named.commit, release, lambda: web))
    return tuple(trees)


def held(refs: Sequence[str], mirror: Mirror) -> tuple[Named, ...] | None:
    """What the names mean, if the mirror holds all of them and none can have moved."""
    names = mirror.known_names()
    found = []
    for ref in refs:
        named = find_named(check_name(ref), names, mirror.commit)
        if named is None or not (named.fixed or mirror.offline) or not mirror.commit(named.commit):
            return None
        found.append(named)
    return tuple(found)


def remote_tags(mirror: Mirror) -> tuple[str, ...]:
    """The releases that a remote has tags for, oldest first."""
    return tag_names(mirror.names())


def _fetch(refs: Sequence[str], mirror: Mirror) -> tuple[Named, ...]:
    names = mirror.names()
    found = tuple(_find(ref, names, mirror) for ref in refs)
    lacking = tuple(dict.fromkeys(named.name for named in found if not mirror.commit(named.commit)))
    if lacking:
        mirror.fetch(lacking)
    return tuple(
        Named(named.shown, named.name, mirror.commit(named.name) or named.commit)
        if named.name in lacking
        else named
        for named in found
    )


def _find(ref: str, names: Mapping[str, str], mirror: Mirror) -> Named:
    named = find_named(ref, names, mirror.commit)
    if named is None:
        raise unknown_release(ref, names, mirror.label)
    return named
