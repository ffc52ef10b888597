"""One release's Python files, linked: names across imports, classes with their bases.

This is what the readers of optimizers stand on::

    model = Model(tree, store, candidates(tree.paths()))
    adam = model.class_("tensorflow/python/training/adam.py", "AdamOptimizer")
    adam.mro                              # AdamOptimizer, Optimizer: what the tree defines
    method = adam.find("_apply_dense")    # Member(owner, head) or None
    method.function                       # its body: calls, assignments, references
    adam.find("_prepare", after=adam)     # what super()._prepare is, seen from adam
    method.owner.ref                      # ClassRef(name, path) of the class that defines it
    model.resolve(path, "optimizer.Optimizer")   # Definition: kind, path, name
    model.resolve(path, "training_ops.apply_adam")
    # -> Definition("external", "", "tensorflow.python.training.training_ops.apply_adam")

Finding names and classes reads outlines only; bodies are read where they are asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal as OneOf

from tfdiff.extract.python.classes import ResolvedClass, base_names, merged
from tfdiff.extract.python.imports import Packages
from tfdiff.extract.python.module import (
    Class,
    ClassBody,
    Function,
    Head,
    Import,
    Module,
)
from tfdiff.extract.python.outline import read_outline
from tfdiff.extract.store import FactStore
from tfdiff.extract.trace import Asked, Journal, digest
from tfdiff.facts import ClassRef, Span
from tfdiff.sources.tree import SourceTree

Kind = OneOf["class", "function", "constant", "module", "member", "external"]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for.

    Attributes:
        path: the file that defines it, "" for what no file at hand defines.
        name: its name in that file (``Class.member`` for members); for modules and externals
            the full dotted name.
    """

    kind: Kind
    path: str
    name: str


class Model:
    """The Python files of one release that may matter, read when asked for.

    Args:
        tree: the release.
        store: keeps each file's record by its blob id.
        paths: the files to look at (``catalog.candidates``); every other file is external.
        journal: hears of every question that is asked of the release.
    """

    def __init__(
        self,
        tree: SourceTree,
        store: FactStore,
        paths: Iterable[str],
        journal: Journal | None = None,
    ) -> None:
        self.tree = tree
        self.store = store
        self.journal = journal or Journal()
        self.paths = tuple(paths)
        # generated modules are op signatures, nothing that defines an optimizer
        self.modules = tuple(
            path
            for path in self.paths
            if path.endswith(".py") and not path.rpartition("/")[2].startswith("gen_")
        )
        self._at_hand = frozenset(self.modules)
        self._packages = Packages(self.modules)
        self._lines: dict[str, list[str]] = {}
        self._modules: dict[str, Module] = {}
        self._classes: dict[ClassRef, ResolvedClass] = {}
        self._linked: dict[ClassRef, Asked] = {}
        self._blobs: dict[str, str] = {}
        self._resolved: dict[tuple[str, str], Definition] = {}
        self._bodies: dict[tuple[str, int, str], Function | None] = {}

    def module(self, path: str) -> Module:
        """The outline of one file."""
        self._note_file(path)
        if path not in self._modules:
            make = partial(self._outline, path)
            blob = self.tree.blob_id(path) or ""
            self._modules[path] = self.store.get("python-outline", blob, make)
        return self._modules[path]

    def _outline(self, path: str) -> Module:
        return read_outline(self.tree.read(path))

    def body(self, path: str, head: Head, owner: str = "") -> Function | None:
        """What a function of a file does, or a method of its class ``owner``."""
        self._note_file(path)
        place = (path, head.line, owner)
        if place not in self._bodies:
            text = self.text(Span(path, head.line, head.end_line))
            key = digest(f"{owner}\0{text}")
            found = self.store.get("python-body", key, lambda: _read_body(text, owner))
            self._bodies[place] = found and found.moved(head.line - 1)
        return self._bodies[place]

    def class_body(self, path: str, facts: Class) -> ClassBody | None:
        """The hashes of a class's head and body without its methods."""
        text = self.text(Span(path, facts.line, facts.end_line))
        return self.store.get("python-class", digest(text), lambda: _read_class(text))

    def function(self, path: str, name: str) -> Function | None:
        """What a module-level function does; None where the file defines none of that name."""
        head = self.module(path).function(name)
        return None if head is None else self.body(path, head)

    def text(self, span: Span) -> str:
        """The source of these lines as it stands."""
        self._note_file(span.path)
        if span.path not in self._lines:
            source = self.tree.read(span.path).decode("utf-8", "replace")
            self._lines[span.path] = source.split("\n")
        return "\n".join(self._lines[span.path][span.line - 1 : span.end_line])

    def class_(self, path: str, name: str) -> ResolvedClass | None:
        """The class that a file defines under that name, with its bases; None if it has none."""
        ref = ClassRef(name, path)
        if ref not in self._classes:
            facts = self.module(path).class_(name)
            if facts is None:
                return None
            resolved = ResolvedClass(ref, facts, self)
            object.__setattr__(resolved, "mro", (resolved,))
            self._classes[ref] = resolved  # before its bases: a class may name itself
            with self.journal.recording() as asked:
                self._link(resolved)
            self._linked[ref] = asked
        self._note_file(path)
        self.journal.replay(self._linked.get(ref, {}))
        return self._classes[ref]

    def _link(self, resolved: ResolvedClass) -> None:
        bases: list[ResolvedClass] = []
        externals: list[str] = []
        for written in resolved.facts.bases:
            for name in base_names(written):
                found = self.resolve(resolved.ref.path, name)
                base = self.class_(found.path, found.name) if found.kind == "class" else None
                if base is None:
                    externals.append(found.name)
                elif base is not resolved:
                    bases.append(base)
                    externals.extend(base.externals)
        object.__setattr__(resolved, "mro", (resolved, *merged([b.mro for b in bases], bases)))
        object.__setattr__(resolved, "externals", tuple(dict.fromkeys(externals)))

    def imported(self, path: str, bound: Import) -> str | None:
        """The file of the module that an import names, None where it is not at hand."""
        name = self._packages.absolute(path, bound.module)
        found = self._packages.path(name)
        self.journal.note(("module", name), found or "")
        return found

    def home(self, module: str) -> str | None:
        """The file of a module by its full name, None where it is not at hand."""
        return self._packages.path(module)

    def has(self, path: str) -> bool:
        """Whether a file is one of those to look at."""
        return path in self._at_hand

    def ending(self, *endings: str) -> tuple[str, ...]:
        """The files at hand whose paths end so."""
        found = tuple(path for path in self.paths if path.endswith(endings))
        self.journal.note(("ending", *endings), "\n".join(found))
        return found

    def _note_file(self, path: str) -> None:
        if path not in self._blobs:
            self._blobs[path] = self.tree.blob_id(path) or ""
        self.journal.note(("file", path), self._blobs[path])

    def resolve(self, path: str, dotted: str) -> Definition:
        """What a dotted name stands for in a file, followed through imports and aliases.

        What no file at hand defines is ``external``, under its full name as far as the imports
        tell it (``tensorflow.python.ops.state_ops.assign``), else as written.
        """
        known = self._resolved.get((path, dotted))
        if known is None:
            with self.journal.muted():  # what counts is where the name leads
                known = self._resolve(path, dotted, frozenset())
            self._resolved[path, dotted] = known
        self.journal.note(("name", path, dotted), said(known))
        return known

    def _resolve(self, path: str, dotted: str, seen: frozenset[tuple[str, str]]) -> Definition:
        if (path, dotted) in seen:
            return Definition("external", "", dotted)
        seen |= {(path, dotted)}
        head, _, rest = dotted.partition(".")
        return (
            self._defined(path, head, rest, seen)
            or self._imported(path, head, rest, seen)
            or self._starred(path, dotted, seen)
            or Definition("external", "", dotted)
        )

    def _defined(
        self, path: str, head: str, rest: str, seen: frozenset[tuple[str, str]]
    ) -> Definition | None:
        module = self.module(path)
        if module.class_(head) is not None:
            return (
                Definition("member", path, f"{head}.{rest}")
                if rest
                else Definition("class", path, head)
            )
        if module.function(head) is not None:
            return Definition("function", path, head)
        constant = module.constant(head)
        if constant is None:
            return None
        alias = _aliased(constant.value)
        if alias is not None and alias.partition(".")[0] != head:
            target = self._resolve(path, f"{alias}.{rest}" if rest else alias, seen)
            if target.kind != "external" or "." in target.name:
                return target
        return Definition("member" if rest else "constant", path, f"{head}.{rest}".rstrip("."))

    def _imported(
        self, path: str, head: str, rest: str, seen: frozenset[tuple[str, str]]
    ) -> Definition | None:
        if (path, f"import {head}") in seen:
            return None  # a package that imports itself from itself
        seen |= {(path, f"import {head}")}
        for bound in self.module(path).imports:
            if bound.alias != head or bound.name == "*":
                continue
            base = self._packages.absolute(path, bound.module)
            full = ".".join(part for part in (base, bound.name, rest) if part)
            return self._absolute(full, seen)
        return None

    def _starred(
        self, path: str, dotted: str, seen: frozenset[tuple[str, str]]
    ) -> Definition | None:
        for bound in self.module(path).imports:
            if bound.name != "*":
                continue
            other = self.imported(path, bound)
            if other is not None and other != path:
                found = self._resolve(other, dotted, seen)
                if found.kind != "external" or found.name != dotted:
                    return found
        return None

    def _absolute(self, full: str, seen: frozenset[tuple[str, str]]) -> Definition:
        """What a full dotted name stands for: the longest prefix that is a file, then inside."""
        parts = full.split(".")
        for length in range(len(parts), 0, -1):
            path = self._packages.path(".".join(parts[:length]))
            if path is None:
                continue
            if length == len(parts):
                return Definition("module", path, full)
            found = self._resolve(path, ".".join(parts[length:]), seen)
            if found.kind != "external" or found.name != ".".join(parts[length:]):
                return found
            break
        return Definition("external", "", full)


def said(found: Definition) -> str:
    """A definition as an answer to be noted."""
    return f"{found.kind} {found.path} {found.name}"


def _aliased(value: str) -> str | None:
    """The name that ``X = name`` or ``X = some_export("...")(name)`` gives another name to."""
    if value.replace(".", "").replace("_", "").isalnum() and not value[0].isdigit():
        return None if value in {"None", "True", "False"} else value
    called, opened, inside = value.rpartition("(")
    if opened and called.endswith(")") and "_export(" in called:
        return _aliased(inside.rstrip(")")) if inside.rstrip(")") else None
    return None


def _read_body(text: str, owner: str) -> Function | None:
    from tfdiff.extract.python.reader import read_body  # noqa: PLC0415 - loads libcst

    return read_body(text, owner)


def _read_class(text: str) -> ClassBody | None:
    from tfdiff.extract.python.reader import read_class  # noqa: PLC0415 - loads libcst

    return read_class(text)
