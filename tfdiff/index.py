"""Makes the snapshot of kernel facts that ships with tfdiff, and checks it against a repository."""

from functools import partial
from pathlib import Path

from tfdiff.extract.cxx.candidates import may_hold
from tfdiff.extract.cxx.index import candidates, read_kernels
from tfdiff.extract.kernels import KernelSource, TreeKernels
from tfdiff.extract.linking import kept_rules
from tfdiff.extract.snapshot import NAME, Named, Snapshot, SnapshotError, Writer
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelRule
from tfdiff.sources import (
    SourceOptions,
    SourceTree,
    cache_folder,
    final_releases,
    list_tags,
    open_releases,
)
from tfdiff.sources.cache import write_whole


def shipped() -> Path:
    """Where the snapshot stands in the package."""
    return Path(__file__).parent / "extract" / "snapshot" / NAME


def make_snapshot(options: SourceOptions) -> bytes:
    """The kernel facts of all final releases of a repository.

    Args:
        options: the repository, and the cache that keeps what is read.
    """
    store = FactStore(cache_folder(options) / "facts")
    writer = Writer()
    for ref in final_releases(list_tags(options)):
        (tree,) = open_releases((ref,), options, candidates, may_hold)
        kernels = TreeKernels(tree, read_kernels(tree, store))
        writer.add(_named(tree), kernels, partial(_rules, store, kernels))
    store.save()
    return writer.content()


def write_snapshot(options: SourceOptions, path: Path) -> int:
    """Write the snapshot, and give its size in bytes."""
    content = make_snapshot(options)
    write_whole(path, content)
    return len(content)


def check_snapshot(options: SourceOptions, path: Path) -> tuple[str, ...]:
    """Derive everything anew and compare: what the snapshot says otherwise, one line each.

    Args:
        options: the repository to derive it from.
        path: the snapshot.

    Raises:
        SnapshotError: it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"Could not read {path}: {error}.") from error
    held, derived = Snapshot(content), Snapshot(make_snapshot(options))
    if held.digest == derived.digest:
        return ()
    return tuple(_differences(held, derived)) or ("the same facts are written otherwise",)


def _differences(held: Snapshot, derived: Snapshot) -> list[str]:
    found = []
    for ref in dict.fromkeys((*held.refs, *derived.refs)):
        old, new = held.kernels(ref), derived.kernels(ref)
        if old is None or new is None:
            found.append(f"{ref} is {'not held' if old is None else 'held, and not derived'}")
            continue
        if old.commit != new.commit:
            found.append(f"{ref} is {old.commit} in the snapshot and {new.commit} here")
        ops = dict.fromkeys((*old.ops, *new.ops))
        found += [
            f"{ref}: {op} differs"
            for op in ops
            if repr(old.kernel(op)) != repr(new.kernel(op)) or old.rules(op) != new.rules(op)
        ]
    return found


def _named(tree: SourceTree) -> Named:
    release = tree.release
    marker = "path"
    link = tree.permalink(marker, 1, 1)
    web = link.removesuffix(f"{marker}#L1") if link else None
    return Named(release.ref, release.commit, web)


def _rules(store: FactStore, kernels: KernelSource, op: str) -> tuple[KernelRule, ...]:
    return kept_rules(store, kernels, op).rules
