"""Which methods and functions a construction or a step of an optimizer reaches.

It starts from the public methods, own and inherited, and from those that the runtime calls, by
the names that they have in any of the base classes, and follows every reference: ``self.x`` in the
class's own method resolution order, ``super().x`` behind the class that says it, module-level
functions and helper classes of the files at hand. Everything else is outside.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tfdiff.extract.python.classes import Member, ResolvedClass
from tfdiff.extract.python.kinds import is_optimizer
from tfdiff.extract.python.model import Definition, Model
from tfdiff.extract.python.module import Function

# besides public methods: called by a training loop, or by a base class that is not at hand
_ENTRIES = (
    "__init__",
    "_prepare",
    "_prepare_local",
    "_finish",
    "__getattr__",
    "__getattribute__",
)
_ENTRY_PREFIXES = ("_apply_", "_resource_", "_create_")


@dataclass(frozen=True, slots=True)
class Reached:
    """A function that is reached, and the class that defines it, if any."""

    path: str
    owner: ResolvedClass | None
    function: Function

    @property
    def symbol(self) -> str:
        """``AdamOptimizer._apply_dense`` or ``create_zeros_slot``."""
        name = self.function.name + (".setter" if self.function.is_setter else "")
        return f"{self.owner.ref.name}.{name}" if self.owner else name


@dataclass(frozen=True, slots=True)
class Reach:
    """All that is reached, in a stable order: methods of the class, of its bases, the rest."""

    functions: tuple[Reached, ...]
    constants: tuple[Definition, ...]


def reach(model: Model, cls: ResolvedClass) -> Reach:
    """Follow the references from the entry points of a class."""
    walker = _Walker(model, cls)
    walker.run()
    order = {one.ref: place for place, one in enumerate(cls.mro)}
    outside = len(order)

    def place(one: Reached) -> tuple[int, str, int]:
        rank = order.get(one.owner.ref, outside) if one.owner else outside + 1
        return rank, one.path, one.function.line

    found = sorted(walker.found.values(), key=place)
    constants = sorted(walker.constants, key=lambda one: (one.path, one.name))
    return Reach(tuple(found), tuple(constants))


class _Walker:
    def __init__(self, model: Model, cls: ResolvedClass) -> None:
        self._model = model
        self._cls = cls
        self.found: dict[tuple[str, str, int], Reached] = {}
        self.constants: set[Definition] = set()
        self._queue: deque[Reached] = deque()

    def run(self) -> None:
        for name in self._entries():
            self._add_member(self._cls.find(name))
        while self._queue:
            self._follow(self._queue.popleft())

    def _entries(self) -> Iterator[str]:
        yield from _ENTRIES
        for owner in self._cls.mro:
            for method in owner.facts.methods:
                if not method.name.startswith("_") or method.name.startswith(_ENTRY_PREFIXES):
                    yield method.name

    def _add_member(self, member: Member | None) -> None:
        if member is not None:
            for one in member.owner.functions:
                if one.name == member.head.name:  # a property has a setter beside it
                    self._add(Reached(member.owner.ref.path, member.owner, one))

    def _add(self, one: Reached) -> None:
        key = (one.path, one.symbol, one.function.line)
        if key not in self.found:
            self.found[key] = one
            self._queue.append(one)

    def _follow(self, one: Reached) -> None:
        inside = one.owner is not None and one.owner in self._cls.mro
        for name in self._names(one):
            head, _, rest = name.partition(".")
            first = rest.partition(".")[0]
            if head in {"self", "cls"} and one.owner is not None:
                owner = self._cls if inside else one.owner
                self._add_member(owner.find(first))
            elif head == "super()" and one.owner is not None:
                owner = self._cls if inside else one.owner
                self._add_member(owner.find(first, after=one.owner))
            elif head not in one.function.locals:
                self._outside(one.path, name)

    def _names(self, one: Reached) -> Iterable[str]:
        parameters = {parameter.name for parameter in one.function.parameters} - {"self", "cls"}
        return (name for name in one.function.references
                if name.partition(".")[0] not in parameters)  # fmt: skip

    def _outside(self, path: str, name: str) -> None:
        target = self._model.resolve(path, name)
        if target.kind == "function":
            function = self._model.function(target.path, target.name)
            if function is not None:
                self._add(Reached(target.path, None, function))
        elif target.kind == "constant":
            self.constants.add(target)
        elif target.kind in {"class", "member"}:
            class_name, _, member = target.name.partition(".")
            other = self._model.class_(target.path, class_name)
            if other is not None:
                self._helper(other, member)

    def _helper(self, other: ResolvedClass, member: str) -> None:
        """A class that a step uses: a base called by name, or a helper with all its methods.

        Another optimizer that is merely named (in an ``isinstance``) is not part of the step.
        """
        if other in self._cls.mro or member:
            self._add_member(other.find(member))
        elif not is_optimizer(other):
            for owner in other.mro:
                for method in owner.functions:
                    self._add(Reached(owner.ref.path, owner, method))
