"""Where an optimizer's kernels come from: the release's own C++, or a snapshot of it."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tfdiff.extract.cxx.index import KernelIndex
from tfdiff.extract.trace import digest
from tfdiff.facts import KernelFacts, KernelRule, OpFacts
from tfdiff.sources.tree import SourceTree

if TYPE_CHECKING:
    from tfdiff.extract.cxx.bodies import Bodies


class KernelSource(Protocol):
    """The ops of a release, what carries them out, and what that does."""

    @property
    def ops(self) -> Mapping[str, OpFacts]:
        """Op name -> its definition."""

    def kernel(self, op_name: str) -> KernelFacts | None:
        """An op with everything that carries it out; None where it is not known."""

    def key(self, op_name: str) -> str:
        """What names everything that the rules of an op depend on."""

    def rules(self, op_name: str) -> tuple[KernelRule, ...]:
        """The update rule of an op on every device; empty where it is not known."""


class TreeKernels:
    """The kernels that a release's own files define.

    Args:
        tree: the release.
        index: its ops and kernels.
    """

    def __init__(self, tree: SourceTree, index: KernelIndex) -> None:
        self._tree = tree
        self._index = index
        self._keys: dict[str, str] = {}

    @property
    def ops(self) -> Mapping[str, OpFacts]:
        """Op name -> its definition."""
        return self._index.ops

    def kernel(self, op_name: str) -> KernelFacts | None:
        """An op with everything that carries it out."""
        return self._index.kernel(op_name)

    def rules(self, op_name: str) -> tuple[KernelRule, ...]:
        """The update rule of an op, executed symbolically on every device."""
        from tfdiff.extract.cxx.symbolic import kernel_rules  # noqa: PLC0415 - loads parsers

        return kernel_rules(self._index, self._bodies, op_name)

    @cached_property
    def _bodies(self) -> "Bodies":
        from tfdiff.extract.cxx.bodies import Bodies  # noqa: PLC0415 - as above

        return Bodies(self._tree)

    def key(self, op_name: str) -> str:
        """Digest of the definitions that the op reaches, and the files that they stand in."""
        if op_name not in self._keys:
            facts = self._index.ops.get(op_name)
            walks = self._index.walks(op_name) if facts else ()
            reached = [
                (
                    *(walk.device, repr(walk.registered), repr(walk.unknowns)),
                    *(
                        (one.definition.region.span, one.definition.start, one.bindings)
                        for one in walk.reached
                    ),
                )
                for walk in walks
            ]
            paths = {walk.registered.fact.span.path for walk in walks}
            paths |= {one.definition.region.span.path for walk in walks for one in walk.reached}
            blobs = [(path, self._tree.blob_id(path)) for path in sorted(paths)]
            self._keys[op_name] = digest(repr((op_name, signature(facts), reached, blobs)))
        return self._keys[op_name]


def signature(op: OpFacts | None) -> str:
    """What callers see of an op: not where it stands, nor how it is documented."""
    return repr(op and (op.name, op.inputs, op.outputs, op.attrs))
