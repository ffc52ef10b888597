"""Reads a snapshot of kernel facts, release by release."""

import json
import lzma
from collections.abc import Mapping
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import cast

from tfdiff.errors import TfdiffError
from tfdiff.extract.snapshot.codec import Decoder, Table, kinds
from tfdiff.extract.trace import digest
from tfdiff.facts import KernelFacts, KernelRule, OpFacts
from tfdiff.sources.versions import release_version

FORMAT = 1
NAME = "kernels.json.xz"


class SnapshotError(TfdiffError):
    """A snapshot cannot be read, or says something else than the sources."""


class Snapshot:
    """Kernel facts of many releases.

    Args:
        content: the file as it is kept.

    Raises:
        SnapshotError: it is no snapshot, or one of another version of the program.
    """

    def __init__(self, content: bytes) -> None:
        self.digest = sha256(content).hexdigest()
        try:
            known = json.loads(lzma.decompress(content))
            fits = known["format"] == FORMAT and known["kinds"] == kinds()
        except (lzma.LZMAError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"This is no snapshot of kernel facts: {error}.") from error
        if not fits:
            raise SnapshotError(
                "The snapshot of kernel facts was written by another version of tfdiff. "
                "Write it anew: tfdiff index --repo PATH."
            )
        self._decoder = Decoder(Table(known["kinds"], known["values"], known["nodes"]), self.digest)
        self._releases = {one["ref"]: one for one in known["releases"]}

    @property
    def refs(self) -> tuple[str, ...]:
        """The tags that it holds, oldest first."""
        return tuple(self._releases)

    def kernels(self, version: str) -> "SnapshotKernels | None":
        """The kernels of a release by its version; None where it is not held."""
        wanted = release_version(version)
        for ref, known in self._releases.items():
            if wanted is not None and release_version(ref) == wanted:
                return SnapshotKernels(
                    ref, known["commit"], known["web"], known["ops"], self._decoder
                )
        return None


class SnapshotKernels:
    """The kernels of one release, out of a snapshot.

    Args:
        ref: its tag.
        commit: what the tag led to.
        web: address of its files' pages, up to a path.
        places: op name -> places of its facts and of its rules.
        decoder: takes them out.
    """

    def __init__(
        self,
        ref: str,
        commit: str | None,
        web: str | None,
        places: Mapping[str, tuple[int, int]],
        decoder: Decoder,
    ) -> None:
        self.ref = ref
        self.commit = commit
        self._web = web
        self._places = places
        self._decoder = decoder

    @cached_property
    def ops(self) -> Mapping[str, OpFacts]:
        """Op name -> its definition."""
        return {name: self._facts(name).op for name in self._places}

    def kernel(self, op_name: str) -> KernelFacts | None:
        """An op with everything that carries it out."""
        return self._facts(op_name) if op_name in self._places else None

    def key(self, op_name: str) -> str:
        """Where the rules stand: they depend on nothing else."""
        place = self._places[op_name][1] if op_name in self._places else None
        return digest(f"{self._decoder.label} {place}")

    def rules(self, op_name: str) -> tuple[KernelRule, ...]:
        """The update rule of an op on every device."""
        if op_name not in self._places:
            return ()
        return cast("tuple[KernelRule, ...]", self._decoder.get(self._places[op_name][1]))

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """Web address of lines of the file that facts were read from."""
        if self._web is None:
            return None
        return f"{self._web}{path}#L{start}" + ("" if start == end else f"-L{end}")

    def _facts(self, op_name: str) -> KernelFacts:
        return cast("KernelFacts", self._decoder.get(self._places[op_name][0]))


@cache
def bundled() -> Snapshot | None:
    """The snapshot that ships in the package; None where it has none."""
    file = files(__package__) / NAME
    return Snapshot(file.read_bytes()) if file.is_file() else None
