"""One release, read: its catalog, its kernels, and the facts of each optimizer, linked.

The Python of an optimizer calls ops, ops have kernels, kernels have update rules: a whole step
is read along that chain, so that a report on Adam speaks of what Adam reaches and of nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, cast

from tfdiff.extract import catalog as python_catalog
from tfdiff.extract import notes
from tfdiff.extract.catalog import Catalog, Entry, catalog_of, open_model
from tfdiff.extract.cxx.candidates import candidates as kernel_candidates
from tfdiff.extract.cxx.candidates import may_hold as kernels_may_hold
from tfdiff.extract.python.candidates import may_hold as python_may_hold
from tfdiff.extract.python.interpret.asked import FILES
from tfdiff.extract.python.model import Model
from tfdiff.extract.store import FactStore
from tfdiff.extract.trace import Journal, digest
from tfdiff.facts import ClassRef, CreatedState, KernelFacts, OptimizerFacts, Span, UpdateRule
from tfdiff.sources.packaged import KERNELS, NOTES
from tfdiff.sources.tree import Release, SourceTree

if TYPE_CHECKING:
    from tfdiff.extract.kernels import KernelSource
    from tfdiff.extract.linking import Linker
    from tfdiff.extract.snapshot.read import SnapshotKernels

# What reads sources is loaded where something has to be read: mostly the facts are at hand.


def candidates(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a tree that a comparison may need, by their paths alone."""
    return tuple(sorted({*sources(paths), *notes.candidates(paths)}))


def sources(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a tree that reading optimizers may need."""
    chosen = {*python_catalog.candidates(paths), *kernel_candidates(paths)}
    chosen |= FILES.intersection(paths)  # asked a question each, not interpreted
    return tuple(sorted(chosen))


def folders(folder: str) -> bool:
    """Whether a folder, or one below it, may hold any of the ``candidates``, by its path alone."""
    inside = f"{folder}/"
    return (
        python_may_hold(folder)
        or kernels_may_hold(folder)
        or any(path.startswith(inside) for path in FILES)
    )


class Parts(NamedTuple):
    """Where the parts of an optimizer's facts are kept."""

    python: str
    kernels: tuple[str, ...]
    updates: str
    missing: tuple[str, ...]


class Reading:
    """Facts of one release; everything is read when it is asked for, and kept.

    Args:
        tree: the release.
        store: keeps what is read.
        identity: what names the whole content of the tree, such as a commit's id; None where
            only looking at the files tells.
        naming: likewise, and what names the release and where it is from.
    """

    def __init__(
        self,
        tree: SourceTree,
        store: FactStore,
        identity: str | None = None,
        naming: str | None = None,
    ) -> None:
        self.tree = tree
        self.store = store
        self._identity = identity
        self._naming = naming
        self._journal = Journal()
        self._lines: dict[str, tuple[str, ...]] = {}
        self._facts: dict[str, OptimizerFacts] = {}

    @cached_property
    def catalog(self) -> Catalog:
        """Every optimizer class of the release."""
        return self.store.get("catalog", self.stamp, lambda: catalog_of(self._model))

    @cached_property
    def files(self) -> frozenset[str]:
        """The Python files that were read, or would be where an optimizer reaches them."""
        return frozenset(self._model.modules)

    @property
    def known(self) -> bool:
        """Whether the optimizers of the release were looked for before."""
        return self.store.find("catalog", self.stamp) is not None

    @cached_property
    def _model(self) -> Model:
        return open_model(self.tree, self.store, self._journal)

    @cached_property
    def kernels(self) -> "KernelSource":
        """Every op and kernel of the release, as far as the source carries them.

        Where it carries none they are those of the snapshot, if that has the release.
        """
        if self._snapshot is not None:
            return self._snapshot
        from tfdiff.extract.cxx.index import read_kernels  # noqa: PLC0415 - see above
        from tfdiff.extract.kernels import TreeKernels  # noqa: PLC0415

        return TreeKernels(self.tree, read_kernels(self.tree, self.store))

    @cached_property
    def _snapshot(self) -> "SnapshotKernels | None":
        release = self.tree.release
        if KERNELS not in release.lacks or release.version is None:
            return None
        from tfdiff.extract.snapshot.read import bundled  # noqa: PLC0415 - see above

        snapshot = bundled()
        return snapshot.kernels(release.version) if snapshot else None

    @cached_property
    def release(self) -> Release:
        """The release, and what is known of it beside its own files."""
        if self._naming is None:
            return self._release()
        return self.store.get("release", digest(self._naming), self._release)

    def _release(self) -> Release:
        release, snapshot = self.tree.release, self._snapshot
        if snapshot is None:
            return release
        said = (
            f"The C++ kernels of {snapshot.ref} are from the snapshot that comes with tfdiff, "
            f"read at commit {snapshot.commit}; it holds their rules and places, not their text."
        )
        lacks = tuple(what for what in release.lacks if what != KERNELS)
        return replace(release, lacks=lacks, warnings=(*release.warnings, said))

    @property
    def missing(self) -> tuple[str, ...]:
        """What neither the source of this release carries nor the snapshot."""
        return self.release.lacks

    @cached_property
    def stamp(self) -> str:
        """What names everything that facts of this release depend on."""
        if self._identity is not None:
            return digest(self._identity)
        release = self.release
        stamp = sha256(f"{release.version} {release.lacks} {release.warnings}\n".encode())
        for path in sources(self.tree.paths()):
            stamp.update(f"{path}\0{self.tree.blob_id(path)}\n".encode())
        return stamp.hexdigest()

    @cached_property
    def _linker(self) -> "Linker":
        from tfdiff.extract.linking import Linker  # noqa: PLC0415 - see above

        return Linker(self.tree, self.store, self._journal, self._model, self.kernels)

    def fingerprint(self, entry: Entry) -> str:
        """The same for optimizers of which the same is known, at whatever release."""
        return digest(repr((entry, entry.span, self._parts(entry))))

    def optimizer(self, entry: Entry) -> OptimizerFacts:
        """Everything that is known of one optimizer."""
        key = self._entry_key(entry)
        if key not in self._facts:
            found = self._assembled(entry, self._parts(entry))
            if found is None:  # a part was lost: read it again
                parts = self._link(entry)
                self.store.put("optimizer", key, parts)
                found = self._assembled(entry, parts)
            if found is None:
                raise LookupError(f"The facts of {entry.name} were not kept")
            self._facts[key] = found
        return self._facts[key]

    def created(self, entry: Entry, alone: frozenset[str]) -> CreatedState:
        """The variables that a whole step of an optimizer creates.

        Args:
            entry: the optimizer.
            alone: parameters of its constructor that keep their defaults.
        """
        key = digest("\0".join((self._entry_key(entry), *sorted(alone))))
        reference = ClassRef(entry.class_name, entry.path)
        return self.store.get("created", key, lambda: self._linker.created(reference, alone))

    def _entry_key(self, entry: Entry) -> str:
        return digest(f"{self.stamp}\0{entry.path}\0{entry.class_name}")

    def _parts(self, entry: Entry) -> Parts:
        return self.store.get("optimizer", self._entry_key(entry), lambda: self._link(entry))

    def _link(self, entry: Entry) -> Parts:
        reference = ClassRef(entry.class_name, entry.path)
        python = self._linker.python(reference)
        called = (call.op for call in python.fact.calls)
        ops = dict.fromkeys((*called, *python.fact.plain_ops))
        kernels = tuple(kernel.key for op in ops if (kernel := self._linker.kernel(op)))
        missing = tuple(what for what in self.missing if what != NOTES)  # they are about all
        return Parts(python.key, kernels, self._linker.updates(reference).key, missing)

    def _assembled(self, entry: Entry, parts: Parts) -> OptimizerFacts | None:
        python = cast("OptimizerFacts | None", self.store.find("python-facts", parts.python))
        rules = cast(
            "tuple[UpdateRule, ...] | None", self.store.find("update-rules", parts.updates)
        )
        kernels = tuple(
            kernel
            for key in parts.kernels
            if (kernel := cast("KernelFacts | None", self.store.find("kernel-facts", key)))
        )
        if python is None or rules is None or len(kernels) < len(parts.kernels):
            return None
        return replace(
            python,
            name=entry.name,
            public_names=entry.public_names,
            span=entry.span,
            kernels=kernels,
            rules=rules,
            missing=parts.missing,
        )

    def rest(self) -> None:
        """Let go of syntax trees and tables: they are made anew if anything else is asked for.

        Those of one release take some ten megabytes, and a history has many releases.
        """
        from tfdiff.extract.cxx.parse import forget  # noqa: PLC0415 - see above

        forget()
        for name in ("_linker", "_model", "kernels"):
            self.__dict__.pop(name, None)

    def text(self, span: Span) -> str:
        """The lines of a span as they stand in the release; "" where only a snapshot has them."""
        if self._snapshot is not None and self.tree.blob_id(span.path) is None:
            return ""
        if span.path not in self._lines:
            # Not splitlines(): form feeds and the like end no line for git, or for a parser.
            text = self.tree.read(span.path).decode("utf-8", "replace")
            self._lines[span.path] = tuple(text.replace("\r\n", "\n").split("\n"))
        return "\n".join(self._lines[span.path][span.line - 1 : span.end_line])

    def permalink(self, span: Span) -> str | None:
        """Web address of a span, also where only a snapshot has it."""
        if self._snapshot is not None and self.tree.blob_id(span.path) is None:
            return self._snapshot.permalink(span.path, span.line, span.end_line)
        return self.tree.permalink(span.path, span.line, span.end_line)
