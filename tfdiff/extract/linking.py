"""The parts that an optimizer's facts are put together from, each kept by what it was read from.

Python facts and update rules are kept with the answers that led to them (``trace``); a kernel's
rule is kept by the definitions that its op reaches and the files that they stand in. Releases
that share them read them once.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tfdiff.extract.kernels import KernelSource, signature
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.model import Model, said
from tfdiff.extract.python.ops import signature_of, signatures
from tfdiff.extract.snapshot.codec import Encoder
from tfdiff.extract.store import FactStore
from tfdiff.extract.trace import Journal, Kept, Question, Traces, digest
from tfdiff.facts import (
    ClassRef,
    CreatedState,
    Device,
    KernelFacts,
    KernelRule,
    OpFacts,
    OptimizerFacts,
    UpdateRule,
)
from tfdiff.sources.tree import SourceTree

if TYPE_CHECKING:
    from tfdiff.extract.python.interpret.program import Program


class KernelRules(NamedTuple):
    """The rules of one op, and a digest of what they say."""

    said: str
    rules: tuple[KernelRule, ...]


class Linker:
    """Reads the parts of one release's optimizers.

    Args:
        tree: the release.
        store: keeps the parts.
        journal: hears of every question asked of ``model``.
        model: its Python, linked.
        kernels: its kernels.
    """

    def __init__(
        self,
        tree: SourceTree,
        store: FactStore,
        journal: Journal,
        model: Model,
        kernels: KernelSource,
    ) -> None:
        self._tree = tree
        self._store = store
        self._journal = journal
        self._model = model
        self._kernels = kernels
        self._traces = Traces(store, journal, self._answer)

    def python(self, reference: ClassRef) -> Kept[OptimizerFacts]:
        """What the Python of an optimizer says."""
        return self._traces.get(
            "python-facts", _subject(reference), lambda: read_python_facts(self._model, reference)
        )

    def updates(self, reference: ClassRef) -> Kept[tuple[UpdateRule, ...]]:
        """The whole steps of an optimizer."""
        return self._traces.get(
            "update-rules", _subject(reference), lambda: self._update_rules(reference)
        )

    def created(self, reference: ClassRef, alone: frozenset[str]) -> CreatedState:
        """The variables that a whole step of an optimizer creates; some arguments left alone."""
        subject = " ".join((_subject(reference), *sorted(alone)))
        return self._traces.get(
            "created-state", subject, lambda: self._created(reference, alone)
        ).fact

    def kernel(self, op: str) -> Kept[KernelFacts] | None:
        """Everything that carries out an op; None if the files read define no such op."""
        facts = self._kernels.kernel(op)
        if facts is None:
            return None
        key = digest(repr(facts))
        return Kept(key, self._store.get("kernel-facts", key, lambda: facts))

    def _update_rules(self, reference: ClassRef) -> tuple[UpdateRule, ...]:
        # The interpreter and the executor load parsers; a warm run never comes here.
        from tfdiff.extract.python.interpret.steps import update_rules  # noqa: PLC0415

        return update_rules(self._program, reference, self._kernel_rule, self._op)

    def _created(self, reference: ClassRef, alone: frozenset[str]) -> CreatedState:
        from tfdiff.extract.python.interpret.steps import created_state  # noqa: PLC0415

        return created_state(self._program, reference, self._op, alone)

    def _kernel_rule(self, op: str, device: Device) -> KernelRule | None:
        known = self._kernel_rules(op)
        self._journal.note(("kernel", op), known.said)
        return next((rule for rule in known.rules if rule.device == device), None)

    def _op(self, name: str) -> OpFacts | None:
        found = self._kernels.ops.get(name)
        self._journal.note(("op", name), signature(found))
        return found

    def _kernel_rules(self, op: str) -> KernelRules:
        return kept_rules(self._store, self._kernels, op)

    @cached_property
    def _program(self) -> "Program":
        from tfdiff.extract.python.interpret.program import Program  # noqa: PLC0415

        return Program(self._tree, self._journal)

    def _answer(self, question: Question) -> str:
        """The release's answer to a question that was asked of another one."""
        kind, *rest = question
        return self._asked[kind](*rest)

    @cached_property
    def _asked(self) -> dict[str, Callable[..., str]]:
        return {
            "file": lambda path: self._tree.blob_id(path) or "",
            "name": self._name,
            "module": lambda name: self._model.home(name) or "",
            "ending": lambda *endings: "\n".join(self._model.ending(*endings)),
            "signature": lambda name: repr(signature_of(name, signatures(self._model))),
            "readable": lambda name: self._program.home(name) or "",
            "horizon": lambda: repr(self._program.horizon),
            "resource variable": lambda: repr(self._program.resource_is_variable),
            "epsilon": lambda path: repr(self._program.epsilon(path)),
            "keeps slices": lambda name: repr(self._program.keeps_slices(name)),
            "on occurrences": lambda name: repr(self._program.on_occurrences(name)),
            "kernel": lambda op: self._kernel_rules(op).said,
            "op": lambda name: signature(self._kernels.ops.get(name)),
        }

    def _name(self, path: str, dotted: str) -> str:
        return said(self._model.resolve(path, dotted)) if self._model.has(path) else ""


def _subject(reference: ClassRef) -> str:
    return f"{reference.path}\0{reference.name}"


def kept_rules(store: FactStore, kernels: KernelSource, op: str) -> KernelRules:
    """The rules of one op, read once for all releases that have the same source for it."""

    def read() -> KernelRules:
        rules = kernels.rules(op)
        return KernelRules(_said(rules), rules)

    return store.get("kernel-rules", kernels.key(op), read)


def _said(rules: tuple[KernelRule, ...]) -> str:
    """The same for equal rules, however their parts are shared in memory."""
    encoder = Encoder()
    table, places = encoder.finished([encoder.add(rules)])
    return digest(repr((table.values, table.nodes, places)))
