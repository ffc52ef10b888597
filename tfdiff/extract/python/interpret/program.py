"""A release's Python as the interpreter needs it: modules, classes, and what names mean.

Python's own parser is used here and not libcst: the interpreter reads far more code than it
reports about, never its layout, and wants line numbers for nothing.
"""

import ast
import re
import warnings
from dataclasses import dataclass, field
from functools import cached_property

from tfdiff.errors import MissingFileError
from tfdiff.extract.python.candidates import choose
from tfdiff.extract.python.imports import Packages
from tfdiff.extract.python.interpret import asked
from tfdiff.extract.trace import Asked, Journal
from tfdiff.facts import ClassRef
from tfdiff.sources.tree import SourceTree

DEEPEST_ALIAS = 8  # a cycle of imports ends here
# Keras' backends are machinery: their functions are known by name and not read.
_MACHINERY = re.compile(r"(^|/)backend(/|\.py$)")


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that stands for a module, or for a module's attribute."""

    module: str
    attribute: str | None


@dataclass(frozen=True, eq=False, slots=True)
class SourceModule:
    """One parsed file; ``names`` are its top-level definitions and imports."""

    path: str
    dotted: str
    names: dict[str, ast.AST | Imported]


@dataclass(frozen=True, eq=False, slots=True)
class ClassDefinition:
    """One class; ``members`` are its methods and class attributes, ``setters`` by property."""

    name: str
    module: SourceModule
    node: ast.ClassDef
    members: dict[str, ast.AST]
    setters: dict[str, ast.FunctionDef]
    resolution: "list[ClassDefinition]" = field(default_factory=list)  # filled once, at the end
    foreign_bases: list[str] = field(default_factory=list)

    def find(self, name: str, after: "ClassDefinition | None" = None) -> "Member | None":
        """The first definition of a member in resolution order, starting after a class."""
        order = self.resolution
        if after is not None and after in order:
            order = order[order.index(after) + 1 :]
        for definition in order:
            node = definition.members.get(name)
            if node is not None:
                return Member(node, definition)
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """A method or class attribute and the class that defines it."""

    node: ast.AST
    owner: ClassDefinition


class Program:
    """The Python files of one release, parsed when they are first asked for.

    Args:
        tree: the release.
        journal: hears of every question that is asked of it.
    """

    def __init__(self, tree: SourceTree, journal: Journal | None = None) -> None:
        self._tree = tree
        self._journal = journal or Journal()
        self._packages = Packages(choose(tree.paths()))
        self._modules: dict[str, SourceModule | None] = {}
        self._classes: dict[tuple[str, str], ClassDefinition] = {}
        self._linked: dict[tuple[str, str], Asked] = {}
        self._blobs: dict[str, str] = {}
        self._epsilons: dict[str, str] = {}

    def module(self, dotted: str) -> SourceModule | None:
        """The module of that name if it is part of the release and worth reading."""
        path = self._packages.path(dotted)
        self._journal.note(("readable", dotted), path or "")
        if path is None or (_MACHINERY.search(path) and "optimizer" not in path):
            return None
        return self.file(path)

    def home(self, dotted: str) -> str | None:
        """The file of a module by its full name, None where it is not part of the release."""
        return self._packages.path(dotted)

    @property
    def horizon(self) -> tuple[int, ...]:
        """The date until which the release promises to be readable by others, if it says so."""
        self._journal.note(("horizon",), repr(self._horizon))
        return self._horizon

    @cached_property
    def _horizon(self) -> tuple[int, ...]:
        return asked.horizon(self._tree)

    @property
    def resource_is_variable(self) -> bool:
        """Whether a resource variable is a ``Variable`` at the release; before 1.3 it is not."""
        self._journal.note(("resource variable",), repr(self._resource_is_variable))
        return self._resource_is_variable

    @cached_property
    def _resource_is_variable(self) -> bool:
        return asked.resource_is_variable(self._tree)

    def epsilon(self, near: str) -> str:
        """Keras' default epsilon as written, for code in a file; "" where it was not found."""
        if near not in self._epsilons:
            self._epsilons[near] = asked.epsilon(self._tree, near)
        self._journal.note(("epsilon", near), repr(self._epsilons[near]))
        return self._epsilons[near]

    def keeps_slices(self, function: str) -> bool:
        """Whether a clipping function leaves a sparse gradient sparse; early ones make it dense."""
        answer = function not in self._densifying
        self._journal.note(("keeps slices", function), repr(answer))
        return answer

    def on_occurrences(self, function: str) -> bool:
        """Whether a function of Keras' own takes each occurrence of a sparse gradient's rows."""
        answer = function in self._on_occurrences
        self._journal.note(("on occurrences", function), repr(answer))
        return answer

    @cached_property
    def _on_occurrences(self) -> frozenset[str]:
        return asked.on_occurrences(self._tree)

    @cached_property
    def _densifying(self) -> frozenset[str]:
        return asked.densifying(self._tree)

    def file(self, path: str) -> SourceModule | None:
        """The module in that file; None if there is no such file or Python cannot parse it."""
        if path not in self._modules:
            self._modules[path] = self._parse(path)
            self._blobs[path] = self._tree.blob_id(path) or ""
        self._journal.note(("file", path), self._blobs[path])
        return self._modules[path]

    def _parse(self, path: str) -> SourceModule | None:
        try:
            text = self._tree.read(path).decode("utf-8", errors="replace")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes in TensorFlow's docstrings
                tree = ast.parse(text)
        except (MissingFileError, SyntaxError, ValueError):
            return None
        dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names: dict[str, ast.AST | Imported] = {}
        _collect(tree.body, dotted, names)
        return SourceModule(path, dotted, names)

    def class_at(self, reference: ClassRef) -> ClassDefinition | None:
        """The class of that name in that file."""
        module = self.file(reference.path)
        node = module.names.get(reference.name) if module else None
        return self.define(node, module) if module and isinstance(node, ast.ClassDef) else None

    def define(self, node: ast.ClassDef, module: SourceModule) -> ClassDefinition:
        """The definition of a class with its bases followed across files."""
        key = (module.path, node.name)
        if key not in self._classes:
            definition = ClassDefinition(node.name, module, node, {}, {})
            self._classes[key] = definition
            with self._journal.recording() as asked:
                self._link(definition)
            self._linked[key] = asked
        self.file(module.path)
        self._journal.replay(self._linked.get(key, {}))
        return self._classes[key]

    def _link(self, definition: ClassDefinition) -> None:
        collect_members(definition)
        bases = []
        for base in definition.node.bases:
            found = self._base(base, definition.module)
            if isinstance(found, ClassDefinition):
                bases.append(found)
            else:
                definition.foreign_bases.append(found)
        definition.resolution.extend(_linearise(definition, bases))

    def _base(self, base: ast.expr, module: SourceModule) -> ClassDefinition | str:
        text = ast.unparse(base)
        for _ in range(DEEPEST_ALIAS):
            found = self.resolve(text, module)
            if isinstance(found, str):
                break
            node, module = found
            if isinstance(node, ast.ClassDef):
                return self.define(node, module)
            text = ast.unparse(node)
        return text

    def resolve(self, text: str, module: SourceModule) -> "tuple[ast.AST, SourceModule] | str":
        """What a dotted name means in a module: a definition, or a name outside the release."""
        head, _, rest = text.partition(".")
        binding = module.names.get(head)
        if binding is None:
            return text
        if isinstance(binding, Imported):
            dotted = ".".join(filter(None, (binding.module, binding.attribute, rest)))
            return self.look_up(dotted)
        return (binding, module) if not rest else text

    def look_up(self, dotted: str, depth: int = 0) -> "tuple[ast.AST, SourceModule] | str":
        """The definition behind a dotted name, through re-exports; else the name itself."""
        owner, _, name = dotted.rpartition(".")
        if not owner or depth > DEEPEST_ALIAS:
            return dotted
        module = self.module(owner)
        binding = module.names.get(name) if module else None
        if module is None or binding is None:
            return dotted
        if isinstance(binding, Imported):
            target = ".".join(filter(None, (binding.module, binding.attribute)))
            return self.look_up(target, depth + 1)
        return binding, module


def _collect(body: list[ast.stmt], dotted: str, names: dict[str, ast.AST | Imported]) -> None:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                names[node.name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                names[name] = value
            case ast.Import() | ast.ImportFrom():
                names.update(imports(node, dotted))
            case ast.If():
                # The first arm that defines a name is the one for TensorFlow and Python 3.
                for part in (node.body, node.orelse):
                    inner: dict[str, ast.AST | Imported] = {}
                    _collect(part, dotted, inner)
                    for name, binding in inner.items():
                        names.setdefault(name, binding)
            case ast.Try():
                _collect(node.body, dotted, names)
            case _:
                pass


def imports(node: ast.Import | ast.ImportFrom, dotted: str) -> dict[str, Imported]:
    """The names that an import statement binds in the module ``dotted``."""
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: Imported(
                alias.name if alias.asname else alias.name.partition(".")[0], None
            )
            for alias in node.names
        }
    package = node.module or ""
    if node.level:
        parents = dotted.split(".")[: -node.level]
        package = ".".join([*parents, *filter(None, [node.module])])
    return {alias.asname or alias.name: Imported(package, alias.name) for alias in node.names}


def collect_members(definition: ClassDefinition) -> None:
    """Fill in a class's methods and attributes from its body."""
    for node in definition.node.body:
        match node:
            case ast.FunctionDef(name=name):
                if any(ast.unparse(mark).endswith(".setter") for mark in node.decorator_list):
                    definition.setters[name] = node
                else:
                    definition.members[name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                definition.members[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                definition.members[name] = value
            case _:
                pass


def _linearise(definition: ClassDefinition, bases: list[ClassDefinition]) -> list[ClassDefinition]:
    """C3 linearisation, as Python does it."""
    order = [definition]
    queues = [list(base.resolution) for base in bases] + [list(bases)]
    while queues := [queue for queue in queues if queue]:
        head = next(
            (q[0] for q in queues if not any(q[0] in other[1:] for other in queues)),
            queues[0][0],
        )
        order.append(head)
        for queue in queues:
            if head in queue:
                queue.remove(head)
    return order
