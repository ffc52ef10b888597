"""What a C++ expression can be worth while a kernel is executed symbolically.

Numbers are ``Scalar``; a tensor expression that Eigen has not evaluated yet is ``Lazy``: it
stands over the cells that it reads, and takes their contents when it is used. ``View`` is a
tensor in memory, ``Cell`` one number in memory. Everything else (devices, locks, shapes that
nobody computes with) is a ``Thing``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tfdiff.ir.expr import Expr

if TYPE_CHECKING:
    import tree_sitter

    from tfdiff.extract.cxx.symbolic.frames import Frame, Instance
    from tfdiff.extract.cxx.symbolic.program import ClassCode, FunctionCode

Rank = Literal["scalar", "flat", "rows"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, a truth value or a size, known now."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Lazy:
    """A tensor expression over cells (symbols ``@slot``), evaluated where it is used."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Cell:
    """One number in memory that can be read and written."""

    slot: int


@dataclass(frozen=True, slots=True)
class Storage:
    """The memory of one tensor.

    Attributes:
        name: the op's input that it is, or a local name.
        kind: ``state`` for a variable that the op may write, ``index`` for a tensor of row
            numbers, ``value`` for every other input, ``local`` for a temporary.
    """

    name: str
    kind: Literal["state", "index", "value", "local"]


@dataclass(frozen=True, slots=True)
class View:
    """A tensor in memory, whole (``at`` is None) or the part that starts at ``at``.

    Attributes:
        chunk: the part is a stretch of elements (``ptr + begin``), not one row or element.
    """

    storage: Storage
    rank: Rank
    at: Expr | None = None
    chunk: bool = False


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer into a tensor's memory, ``offset`` elements after its start."""

    view: View
    offset: Expr | None = None

    def mapped(self) -> View:
        """A tensor over the memory from here on (``Eigen::TensorMap``)."""
        view, offset = self.view, self.offset
        return View(view.storage, view.rank, offset, chunk=offset is not None)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a local variable or of an object, as ``&x`` gives it."""

    slot: int | None
    value: "Value | None"


@dataclass(frozen=True, slots=True)
class TensorObject:
    """A ``tensorflow::Tensor``: not yet seen as a flat vector, a matrix or a scalar."""

    storage: Storage


@dataclass(frozen=True, slots=True)
class Context:
    """The ``OpKernelContext`` or ``OpKernelConstruction``."""


@dataclass(frozen=True, slots=True)
class Builder:
    """An XLA computation builder."""


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """A lambda expression with the frame that it was made in."""

    node: "tree_sitter.Node"
    frame: "Frame"


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue:
    """A function named, not called: a kernel that is passed to a launcher."""

    codes: tuple["FunctionCode", ...]
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Functor:
    """An object of a class of the sources, with its template arguments."""

    code: "ClassCode"
    instance: "Instance"


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal."""

    value: str


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that takes no part in the arithmetic: a device, a lock, a shape, a status."""

    text: str


@dataclass(frozen=True, slots=True)
class Anywhere:
    """An object that was lost sight of: it may be any of the variables' memory."""

    text: str
    reason: str


Value: TypeAlias = (
    Scalar
    | Lazy
    | Cell
    | View
    | Pointer
    | Address
    | TensorObject
    | Context
    | Builder
    | Lambda
    | FunctionValue
    | Functor
    | Text
    | Thing
    | Anywhere
)
