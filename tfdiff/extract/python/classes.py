"""Classes with their bases found, and what they define or inherit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from tfdiff.extract.python.module import Assignment, Class, ClassBody, Function, Head
from tfdiff.facts import ClassRef, Span

if TYPE_CHECKING:
    from tfdiff.extract.python.model import Model


@dataclass(frozen=True, eq=False)
class ResolvedClass:
    """A class with its bases found.

    Attributes:
        mro: the class itself, then its bases in method resolution order, as far as files at
            hand define them.
        externals: full dotted names of the bases that no file at hand defines.
    """

    ref: ClassRef
    facts: Class
    model: "Model" = field(repr=False)
    mro: tuple["ResolvedClass", ...] = field(init=False, repr=False)
    externals: tuple[str, ...] = field(init=False, default=())

    @property
    def span(self) -> Span:
        """Where the class stands, decorators included."""
        return Span(self.ref.path, self.facts.line, self.facts.end_line)

    def find(self, method: str, after: "ResolvedClass | None" = None) -> "Member | None":
        """The method of that name, own or inherited.

        Args:
            method: its name.
            after: look only behind this class in the order: what ``super()`` means there.
        """
        order = self.mro if after is None else self.mro[self.mro.index(after) + 1 :]
        for owner in order:
            head = owner.facts.method(method)
            if head is not None:
                return Member(owner, head)
        return None

    @property
    def functions(self) -> tuple[Function, ...]:
        """The bodies of its own methods, in source order."""
        bodies = (
            self.model.body(self.ref.path, head, self.ref.name)
            for head in sorted(self.facts.methods, key=attrgetter("line"))
        )
        return tuple(one for one in bodies if one is not None)

    @property
    def body(self) -> ClassBody:
        """The hashes of its head and body without the methods."""
        found = self.model.class_body(self.ref.path, self.facts)
        return found or ClassBody(self.ref.name, "", "")

    def attribute(self, name: str) -> tuple["ResolvedClass", Assignment] | None:
        """The class attribute of that name, own or inherited, and the class that sets it."""
        for owner in self.mro:
            for one in reversed(owner.facts.attributes):
                if one.target == name:
                    return owner, one
        return None

    def derives_from(self, other: ClassRef) -> bool:
        """Whether the class is ``other`` or inherits from it."""
        return any(base.ref == other for base in self.mro)


@dataclass(frozen=True, slots=True)
class Member:
    """A method and the class that defines it."""

    owner: ResolvedClass
    head: Head

    @property
    def function(self) -> Function:
        """What its body does."""
        ref = self.owner.ref
        found = self.owner.model.body(ref.path, self.head, ref.name)
        if found is None:
            raise LookupError(f"{self.span} has an outline but no body for {self.head.name}")
        return found

    @property
    def span(self) -> Span:
        """Where the method stands, decorators included."""
        return Span(self.owner.ref.path, self.head.line, self.head.end_line)


def base_names(written: str) -> Iterator[str]:
    """The dotted names in a base as written; ``six.with_metaclass(Meta, A)`` names ``A``."""
    called, opened, inside = written.partition("(")
    if not opened:
        yield written.partition("[")[0]
    elif called.rpartition(".")[2] == "with_metaclass":
        yield from (name.strip() for name in inside.rstrip(")").split(",")[1:])
    else:
        yield called


def merged(
    orders: list[tuple[ResolvedClass, ...]], bases: list[ResolvedClass]
) -> Iterator[ResolvedClass]:
    """Python's own linearisation (C3); where it has no answer, the first come first."""
    queues = [list(order) for order in orders] + [list(bases)]
    while any(queues):
        queues = [queue for queue in queues if queue]
        tails = {id(one) for queue in queues for one in queue[1:]}
        heads = [queue[0] for queue in queues]
        taken = next((head for head in heads if id(head) not in tails), heads[0])
        yield taken
        queues = [[one for one in queue if one is not taken] for queue in queues]
