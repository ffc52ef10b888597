"""What an expression of the interpreted program can be.

Numbers, strings, ``None`` and tuples are Python's own. Tensors and constructor parameters are
``tfdiff.ir`` expressions. Mutable things are addresses into a ``Memory``, so that the two arms
of a branch can change them apart.
"""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, Union

from tfdiff.ir.expr import Boolean as BooleanExpr
from tfdiff.ir.expr import Call, Expr, Number, Opaque, Operation, Select, Symbol

if TYPE_CHECKING:
    from tfdiff.extract.python.interpret.program import ClassDefinition, SourceModule

TENSOR = "tensor:"  # how the symbol of a hyperparameter begins once it is a tensor


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something that is not interpreted, by its text: a device, a graph, a framework function."""

    text: str

    @property
    def last(self) -> str:
        """The name after the last dot, which is what TensorFlow's functions are known by."""
        return self.text.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Module:
    """An imported module by its dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class Dtype:
    """A data type such as ``float32``.

    Attributes:
        own: it is the trained variable's, whichever that is.
    """

    name: str
    own: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A TensorFlow variable: the trained one, a slot, or state kept once per optimizer."""

    state: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The result of an assignment that takes effect at the end of the step (Keras 1.x)."""

    state: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Rows:
    """The row numbers of a sparse gradient; ``unique`` after duplicates were summed."""

    unique: bool


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each occurrence of a row goes among the unique rows (``tf.unique``'s second)."""


@dataclass(frozen=True, slots=True)
class Slices:
    """A sparse gradient (``IndexedSlices``)."""

    values: "Value"
    indices: "Value"


@dataclass(frozen=True, slots=True)
class Scope:
    """The local names of a call (an address) and the scope around it."""

    address: int
    module: "SourceModule"
    parent: "Scope | None"
    owner: "ClassDefinition | None"


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the source with the scope that it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: "SourceModule"
    scope: Scope | None
    owner: "ClassDefinition | None"


@dataclass(frozen=True, slots=True)
class Method:
    """A function bound to its first argument."""

    function: Function
    receiver: "Value"


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of something that is not an instance of a class of the source."""

    receiver: "Value"
    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial``."""

    function: "Value"
    args: tuple["Value", ...]
    kwargs: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the source."""

    definition: "ClassDefinition"


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the source; its attributes stand in memory."""

    address: int
    definition: "ClassDefinition"


@dataclass(frozen=True, slots=True)
class ListRef:
    """A list or a set, whose elements stand in memory."""

    address: int


@dataclass(frozen=True, slots=True)
class DictRef:
    """A dictionary, whose entries stand in memory.

    Attributes:
        open: whether the caller may have passed further keys (``**kwargs``).
    """

    address: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Super:
    """``super()``: look-up starts after ``after`` in the receiver's resolution order."""

    after: "ClassDefinition"
    receiver: "Value"


@dataclass(frozen=True, slots=True)
class Record:
    """An object with a few known attributes."""

    fields: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """An attribute or entry that this arm of a branch has not set."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value where ``condition`` holds, else another; for what is no tensor."""

    condition: Expr
    then: "Value"
    other: "Value"


Constant: TypeAlias = bool | int | float | str | None

Value: TypeAlias = Union[  # noqa: UP007 - it names itself, which | cannot do unquoted
    Constant, tuple["Value", ...], Expr, Foreign, Module, Dtype, Variable, Assigned, Rows,
    Positions, Slices, Function, Method, Bound, Partial, Class, Instance, ListRef, DictRef,
    Super, Record, Missing, Choice,
]  # fmt: skip

EXPRESSIONS = (Number, BooleanExpr, Symbol, Operation, Call, Select, Opaque)

CALLABLE = (Function, Method, Bound, Partial, Class)


def same(old: Value, new: Value) -> bool:
    """Whether two values are one and the same, ``1`` and ``True`` being two."""
    if old is new:
        return True
    if type(old) is not type(new) or isinstance(old, EXPRESSIONS):
        return False
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


class Raised(Exception):  # noqa: N818 - an exception of the interpreted program, no error of ours
    """The interpreted program ends with an exception.

    Attributes:
        kind: the exception's class.
        meant: whether the source says so (``raise``), or asks for an argument that is None: this
            way through it is not taken. What else fails may fail for want of knowledge.
    """

    def __init__(self, kind: str, *, meant: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.meant = meant


class OverBudgetError(Exception):
    """The interpretation took too many steps or went too deep."""
