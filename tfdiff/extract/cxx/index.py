"""All ops and kernels of one release: ``candidates``, ``read_kernels``, ``KernelIndex``.

Facts about one file are kept by its content, expanded registrations by the contents that they
depend on. The link from an op to its source is made when it is asked for.

Only the families of ``candidates`` are read. An op of another family (``Unique``) is not in
``ops``: that says nothing about the release.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from tfdiff.extract.cxx.candidates import candidates
from tfdiff.extract.cxx.link import Walk, facts_of, walks
from tfdiff.extract.cxx.model import Definition, FileCoverage, FileFacts
from tfdiff.extract.cxx.names import Names
from tfdiff.extract.cxx.registered import FileRegistrations, read_registrations
from tfdiff.extract.cxx.registrations import Registered
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelFacts, OpFacts, Region, Unknown
from tfdiff.sources.tree import SourceTree

__all__ = ["KernelIndex", "candidates", "read_kernels"]


@dataclass(frozen=True)
class KernelIndex:
    """The ops of a release, and the way from each to its source.

    Attributes:
        files: path -> what was read from it.
        registered: path -> expanded registrations and op definitions.
    """

    files: Mapping[str, FileFacts]
    registered: Mapping[str, FileRegistrations]

    @cached_property
    def ops(self) -> Mapping[str, OpFacts]:
        """Op name -> its definition."""
        return {op.name: op for found in self.registered.values() for op in found.ops}

    @cached_property
    def coverage(self) -> tuple[FileCoverage, ...]:
        """What became of every file's bytes, with every stretch that was not understood."""
        return tuple(
            _with_macros(self.files[path].coverage, self.registered[path].unknowns)
            for path in self.files
        )

    @cached_property
    def names(self) -> Names:
        """Name lookup over all files."""
        return Names(self.files)

    @cached_property
    def _by_op(self) -> Mapping[str, Sequence[Registered]]:
        table: dict[str, list[Registered]] = {}
        for found in self.registered.values():
            for one in found.registrations:
                table.setdefault(one.fact.op, []).append(one)
        return table

    @cached_property
    def _made(self) -> dict[str, KernelFacts]:
        return {}

    def kernel(self, op_name: str) -> KernelFacts | None:
        """An op with everything that carries it out; None if the files read define no such op."""
        op = self.ops.get(op_name)
        if op is None:
            return None
        if op_name not in self._made:
            errors = {path: facts.coverage.unknowns for path, facts in self.files.items()}
            self._made[op_name] = facts_of(
                op, self._by_op.get(op_name, ()), self.names, errors, self._registered_in(op_name)
            )
        return self._made[op_name]

    def _registered_in(self, op_name: str) -> tuple[Region, ...]:
        regions = tuple(
            region
            for found in self.registered.values()
            for op, region in found.regions
            if op == op_name
        )
        symbols = Counter(region.symbol for region in regions)
        return tuple(
            replace(region, symbol=f"{region.symbol} on {region.device}")
            if symbols[region.symbol] > 1 and region.device
            else region
            for region in regions
        )

    def walks(self, op_name: str) -> tuple[Walk, ...]:
        """Per kernel class and device of an op, the definitions reached with their bindings."""
        return walks(self.names, self._by_op.get(op_name, ()))

    def find(self, symbol: str) -> tuple[Definition, ...]:
        """The definitions whose region has this symbol."""
        return tuple(
            definition
            for facts in self.files.values()
            for definition in facts.definitions
            if definition.region.symbol == symbol
        )


def read_kernels(tree: SourceTree, store: FactStore) -> KernelIndex:
    """Read the ops and kernels of a release; what is in the store is not read again."""
    paths = candidates(tree.paths())
    blobs = {path: blob for path in paths if (blob := tree.blob_id(path)) is not None}
    tree.prefetch(blobs)
    files = {path: _file(tree, store, path, blob) for path, blob in blobs.items()}
    names = Names(files)
    registered = {}
    for path, own in files.items():
        headers = sorted(names.headers(path))
        key = _key(*(part for one in (path, *headers) for part in (one, blobs[one])))
        included = [files[header] for header in headers]
        registered[path] = _registrations(tree, store, key, (own, *included))
    return KernelIndex(files, registered)


def _file(tree: SourceTree, store: FactStore, path: str, blob: str) -> FileFacts:
    def make() -> FileFacts:
        from tfdiff.extract.cxx.files import read_file  # noqa: PLC0415 - loads the parser

        return read_file(path, tree.read(path))

    return store.get("cxx-file", _key(path, blob), make)


def _registrations(
    tree: SourceTree, store: FactStore, key: str, files: Sequence[FileFacts]
) -> FileRegistrations:
    own, *headers = files
    if not any(event.kind == "call" for event in own.events):
        return FileRegistrations((), (), (), ())
    return store.get(
        "cxx-registrations",
        key,
        lambda: read_registrations(own, headers, tree.read(own.path)),
    )


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _with_macros(coverage: FileCoverage, unknowns: tuple[Unknown, ...]) -> FileCoverage:
    opaque = sum(len(unknown.text) for unknown in unknowns)
    return replace(
        coverage,
        parsed=coverage.parsed - opaque,
        opaque=coverage.opaque + opaque,
        unknowns=(*coverage.unknowns, *unknowns),
    )
