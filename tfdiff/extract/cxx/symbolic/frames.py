"""Names and what they stand for, while a function runs."""

from dataclasses import dataclass, field

import tree_sitter

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.symbolic.macros import Macro
from tfdiff.extract.cxx.symbolic.program import ClassCode
from tfdiff.facts import Span

Types = dict[str, str]


@dataclass(slots=True)
class Instance:
    """A kernel or functor object.

    Attributes:
        classes: its class first, then the bases that the sources hold.
        members: data member -> slot.
        types: template parameter -> argument, over all its classes.
    """

    classes: tuple[ClassCode, ...]
    members: dict[str, int]
    types: Types


@dataclass(slots=True)
class Frame:
    """One scope.

    Attributes:
        parsed: the file (or fragment) that the running code stands in.
        names: variable -> slot.
        types: template parameter or type alias -> type or constant, as text.
        parent: the scope around this one inside the same function.
        this: the object whose method runs.
        site: where the macro was called whose expansion runs.
    """

    parsed: Parsed
    types: Types
    this: Instance | None = None
    parent: "Frame | None" = None
    names: dict[str, int] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    site: Span | None = None

    def inner(self) -> "Frame":
        """A scope inside this one."""
        return Frame(self.parsed, self.types, self.this, self, site=self.site)

    def elsewhere(self, parsed: Parsed, site: Span) -> "Frame":
        """This very scope, for code that stands in another text: a macro's body."""
        return Frame(
            parsed, self.types, self.this, self.parent, self.names, self.macros, self.site or site
        )

    def span(self, node: tree_sitter.Node) -> Span:
        """Where a node of the running code stands in the file."""
        return self.site or self.parsed.span(node)

    def slot(self, name: str) -> int | None:
        """The slot of a variable of this function or of a member of its object."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.parent
        return self.this.members.get(name) if self.this else None

    def macro(self, name: str) -> Macro | None:
        """A macro that is defined inside this function, before this place."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.macros:
                return frame.macros[name]
            frame = frame.parent
        return None
