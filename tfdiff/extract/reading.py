"""One release, read: its catalog, its kernels, and the facts of each optimizer, linked.

The Python of an optimizer calls ops, ops have kernels, kernels have update rules: a whole step
is read along that chain, so that a report on Adam speaks of what Adam reaches and of nothing else.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from tfdiff.extract import catalog as python_catalog
from tfdiff.extract import notes
from tfdiff.extract.catalog import Catalog, Entry, catalog_of, open_model
from tfdiff.extract.cxx import index as cxx_index
from tfdiff.extract.cxx.index import KernelIndex, read_kernels
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.model import Model
from tfdiff.extract.store import FactStore
from tfdiff.facts import ClassRef, Device, KernelRule, OptimizerFacts, Span, UpdateRule
from tfdiff.sources.tree import SourceTree

if TYPE_CHECKING:
    from tfdiff.extract.cxx.bodies import Bodies
    from tfdiff.extract.python.interpret.program import Program


def candidates(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a tree that a comparison may need, by their paths alone."""
    return tuple(sorted({*sources(paths), *notes.candidates(paths)}))


def sources(paths: Sequence[str]) -> tuple[str, ...]:
    """The files of a tree that reading optimizers may need."""
    chosen = {*python_catalog.candidates(paths), *cxx_index.candidates(paths)}
    return tuple(sorted(chosen))


class Reading:
    """Facts of one release; everything is read when it is asked for, and kept."""

    def __init__(self, tree: SourceTree, store: FactStore) -> None:
        self.tree = tree
        self.store = store
        self._lines: dict[str, tuple[str, ...]] = {}

    @cached_property
    def catalog(self) -> Catalog:
        """Every optimizer class of the release."""
        return catalog_of(self._model)

    @cached_property
    def _model(self) -> Model:
        return open_model(self.tree, self.store)

    @cached_property
    def kernels(self) -> KernelIndex:
        """Every op and kernel of the release, as far as the source carries them."""
        return read_kernels(self.tree, self.store)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the source of this release does not carry."""
        return self.tree.release.lacks

    @cached_property
    def _stamp(self) -> str:
        """Hash over everything that linked facts depend on."""
        stamp = sha256()
        for path in sources(self.tree.paths()):
            stamp.update(f"{path}\0{self.tree.blob_id(path)}\n".encode())
        return stamp.hexdigest()

    def optimizer(self, entry: Entry) -> OptimizerFacts:
        """Everything that is known of one optimizer."""
        key = sha256(f"{self._stamp}\0{entry.path}\0{entry.name}".encode()).hexdigest()
        return self.store.get("optimizer", key, lambda: self._link(entry))

    def _link(self, entry: Entry) -> OptimizerFacts:
        reference = ClassRef(entry.class_name, entry.path)
        python = read_python_facts(self._model, reference)
        ops = dict.fromkeys(call.op for call in python.calls)
        kernels = (self.kernels.kernel(op) for op in ops)
        return OptimizerFacts(
            name=entry.name,
            public_names=entry.public_names,
            class_name=entry.class_name,
            span=entry.span,
            ancestry=python.ancestry,
            parameters=python.parameters,
            hyperparameters=python.hyperparameters,
            slots=python.slots,
            regions=python.regions,
            calls=python.calls,
            kernels=tuple(kernel for kernel in kernels if kernel),
            rules=self._rules(reference),
            unknowns=python.unknowns,
            missing=self.missing,
            methods=python.methods,
        )

    def _rules(self, reference: ClassRef) -> tuple[UpdateRule, ...]:
        # The interpreter and the executor load parsers; a warm run never comes here.
        from tfdiff.extract.python.interpret.steps import update_rules  # noqa: PLC0415

        return update_rules(self._program, reference, self._kernel_rule, self.kernels.ops.get)

    @cached_property
    def _program(self) -> "Program":
        from tfdiff.extract.python.interpret.program import Program  # noqa: PLC0415

        return Program(self.tree)

    @cached_property
    def _bodies(self) -> "Bodies":
        from tfdiff.extract.cxx.bodies import Bodies  # noqa: PLC0415

        return Bodies(self.tree)

    def _kernel_rule(self, op: str, device: Device) -> KernelRule | None:
        key = sha256(f"{self._stamp}\0{op}".encode()).hexdigest()
        rules = self.store.get("kernel-rules", key, lambda: self._kernel_rules(op))
        return next((rule for rule in rules if rule.device == device), None)

    def _kernel_rules(self, op: str) -> tuple[KernelRule, ...]:
        from tfdiff.extract.cxx.symbolic import kernel_rules  # noqa: PLC0415

        return kernel_rules(self.kernels, self._bodies, op)

    def text(self, span: Span) -> str:
        """The lines of a span as they stand in the release."""
        if span.path not in self._lines:
            # Not splitlines(): form feeds and the like end no line for git, or for a parser.
            text = self.tree.read(span.path).decode("utf-8", "replace")
            self._lines[span.path] = tuple(text.replace("\r\n", "\n").split("\n"))
        return "\n".join(self._lines[span.path][span.line - 1 : span.end_line])
