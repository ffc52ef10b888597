"""The frozen facts that extraction finds in one release, and that comparison works on.

Every fact carries the ``Span`` it was read from. A span takes no part in equality: moving
code is not a change. ``Unknown`` is an ordinary value and means "not read", never "absent".
"""

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from typing import Literal as OneOf

from tfdiff.ir.expr import Expr, boolean

Gradient = OneOf["dense", "sparse"]
Variable = OneOf["ref", "resource"]
Device = OneOf["cpu", "gpu", "xla", "sycl", "python"]
RegionKind = OneOf[
    "method",  # a method of the optimizer or of a base class
    "function",  # a module-level Python function that a method reaches
    "class",  # a class body without its methods
    "module",  # module-level constants and registrations
    "op",  # a REGISTER_OP and its shape function
    "kernel",  # an OpKernel class: Compute, constructor, members
    "registration",  # REGISTER_KERNEL_BUILDER and the macros that expand to it
    "functor",  # a functor that computes the update
    "cuda",  # a __global__ function
    "xla",  # an XlaOpKernel
    "helper",  # any other C++ function that a kernel reaches
]


_NEVER: Final = boolean(False)  # noqa: FBT003 - as its builder wants it
KERNEL_NOT_READ: Final = "kernel not read"
"""Reason of the ``Unknown`` in an update rule whose op has no kernel at hand."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of one file, 1-based and inclusive; ``path`` is the repository's."""

    path: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that could not be read: why, its text as far as known, and where."""

    reason: str
    text: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the source determines: ``10e-8`` and ``1e-7`` are the same value.

    Attributes:
        value: the Python value; tuples for lists and tuples.
        text: as written, such as ``10e-8``; no part of equality.
    """

    value: bool | int | float | str | tuple[object, ...] | None
    text: str = field(default="", compare=False)


Value = Literal | Unknown


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a constructor or method.

    Attributes:
        default: None where the parameter is required.
        effective: what is used if the caller passes nothing, after None sentinels and
            configuration look-ups are resolved: ``epsilon=None`` that the body replaces by
            ``K.epsilon()`` has the effective value 1e-7. Equals ``default`` in the plain case.
        kind: ``positional`` (or keyword), ``keyword`` (only), ``*`` or ``**``.
    """

    name: str
    kind: OneOf["positional", "keyword", "*", "**"]
    default: Value | None
    effective: Value | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """State that the optimizer keeps, and the name it has in a checkpoint.

    Attributes:
        name: the slot's name (``m``), or the variable's (``beta1_power``).
        per_variable: False for non-slot state, kept once per optimizer.
        initial: initial value (0, a parameter's name in ``text``, ...), Unknown if not read.
        scope: the name scope that is the checkpoint key's part after the variable, such as the
            optimizer's ``name`` default (``Adam``); Unknown if not read.
        dtype: ``variable`` where it follows the variable's, else its name.
        shape: ``variable`` where it follows the variable's, else its text (``()``).
        condition: when it is created (``momentum > 0``), or None for always.
        placement: what it is placed with, in words (``the first of var_list``), None where
            nothing says so.
        loop: line of the loop over the variables that creates it, None where none does.
        local: whether ``name`` is only what a function calls it, and no checkpoint knows it.
    """

    name: str
    per_variable: bool
    initial: Value
    scope: Value
    dtype: Value
    shape: Value
    condition: str | None
    span: Span = field(compare=False)
    placement: str | None = None
    loop: int | None = field(default=None, compare=False)
    local: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Creation:
    """One variable that a step creates.

    Attributes:
        scopes: those round it, outermost first.
        when: what must hold for it to be created.
        arguments: what it is made with, by name, as text: name, initial value, dtype, shape,
            collections, whether it is trained. Dtype and shape are left out where they are the
            trained variable's own.
    """

    scopes: tuple[str, ...]
    when: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...]

    @property
    def read(self) -> bool:
        """Whether everything about it is told apart by its text."""
        said = (*self.scopes, *self.when, *(text for _, text in self.arguments))
        return all(map(told_apart, said))


_UNTOLD = re.compile(r"<(?![ =])")  # the beginning of what describes an object; no comparison


def told_apart(text: str) -> bool:
    """Whether the values that have a text are all the same: it describes no mere object."""
    return _UNTOLD.search(text) is None


Makings = tuple[tuple[Creation, ...], ...]


@dataclass(frozen=True, slots=True)
class CreatedState:
    """The variables that a whole step creates, for each kind of variable that is trained.

    Attributes:
        graph: in a graph; None if that could not be followed.
        eager: in eager mode; likewise.
        regions: the functions and methods that were carried out.
    """

    graph: Makings | None
    eager: Makings | None
    regions: frozenset[str] = field(default=frozenset(), compare=False)


class Feature(NamedTuple):
    """Something that a statement has to do with, beside the formula.

    Attributes:
        kind: which matter it belongs to (``eager``, ``placement``, ``raise``), see
            ``extract.python.features``.
        text: the expression that shows it, normalised.
    """

    kind: str
    text: str


class Statement(NamedTuple):
    """One statement of a Python region, or the head of a compound one.

    A named tuple because the regions of one comparison have thousands of them.

    Attributes:
        said: what it says, whatever it is called through and however it is spelled: names by
            the last part of their module, no annotations, one form for what Python 2, ``six``
            and Python 3 write differently; ``end`` where a block ends.
        text: the expression as written, in one line.
        features: what it has to do with.
        binds: local names and attributes (``self._lr``) that it gives a value to.
        reads: names and attributes that it reads.
        parent: place of the enclosing head among the region's statements, None at the top.
        within: what the enclosing head says, "" at the top.
        guards: the tests that have to hold for it to run, outermost first; negated in the other
            arm of a branch.
    """

    said: str
    text: str
    features: tuple[Feature, ...]
    binds: tuple[str, ...]
    reads: tuple[str, ...]
    parent: int | None
    within: str
    line: int
    end_line: int
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A named stretch of source, compared by what it says and not by how it is laid out.

    Attributes:
        symbol: stable across files and reformatting, such as ``AdamOptimizer._apply_dense``,
            ``ApplyAdam<CPUDevice>::operator()`` or ``ApplyAdamOp<Device, T>``.
        owner: for inherited methods the class that defines it, else "".
        device: which device the code runs for; ``python`` for Python, None for all.
        tokens: hash of the code without comments, docstrings and layout.
        docs: hash of comments and docstrings.
        text: the source as it stands.
        imports: name -> what its module imports under it, for the names of the text.
    """

    kind: RegionKind
    symbol: str
    device: Device | None
    tokens: str
    docs: str
    owner: str = ""
    text: str = field(default="", compare=False)
    span: Span = field(default=Span("", 0, 0), compare=False)
    imports: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class OpAttr:
    """One attribute of an op: its type as written (``bool``, ``numbertype``) and default."""

    name: str
    type: str
    default: Value | None


@dataclass(frozen=True, slots=True)
class OpArg:
    """One input or output of an op; ``type`` is as written (``Ref(T)``, ``resource``)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class OpFacts:
    """One ``REGISTER_OP``."""

    name: str
    inputs: tuple[OpArg, ...]
    outputs: tuple[OpArg, ...]
    attrs: tuple[OpAttr, ...]
    flags: tuple[str, ...]
    shape_function: str
    region: Region
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """One kernel registration, macros expanded.

    Attributes:
        device: as registered: ``CPU``, ``GPU``, ``XLA`` (any XLA device), ``SYCL``, ``DEFAULT``.
        types: attribute -> type, sorted: ``(("T", "float"), ("Tindices", "int32"))``.
        host_memory: names of the arguments kept in host memory, sorted.
        kernel: the kernel class as written with its template arguments.
        builds: macros of which one has to be defined (``GOOGLE_CUDA``), () where it is always
            built.
    """

    op: str
    device: str
    types: tuple[tuple[str, str], ...]
    host_memory: tuple[str, ...]
    kernel: str
    span: Span = field(compare=False)
    builds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Locking:
    """What a kernel's ``Compute`` locks, in source order.

    Attributes:
        lock_call: how the lock is taken (``MaybeLockVariableInputMutexesInOrder``,
            ``mutex_lock``), "" for none.
        inputs: indices or names of the inputs that are locked, in order.
        exclusive: the attribute or constant that decides it, such as ``use_exclusive_lock_``.
    """

    lock_call: str
    inputs: tuple[str, ...]
    exclusive: str


@dataclass(frozen=True, slots=True)
class KernelFacts:
    """One op with everything that carries it out at a release."""

    op: OpFacts
    registrations: tuple[Registration, ...]
    regions: tuple[Region, ...]
    locking: tuple[tuple[str, Locking], ...]  # kernel class -> lock set
    unknowns: tuple[Unknown, ...]


Duplicates = OneOf["summed", "sequential", "last", "unknown"]


@dataclass(frozen=True, slots=True)
class KernelRule:
    """What one op's kernel does to its variables on one device.

    Attributes:
        states: op input name -> value after the op, in the order of the op's inputs; only
            inputs that the kernel writes. Symbols are the op's input and attribute names
            (``var``, ``m``, ``lr``, ``grad``, ``use_nesterov``). Of a sparse op it is the rule
            of one touched row; rows that are not in the indices keep their values. Two more
            kinds of symbols may stand there: ``inner_dim`` (how many elements a row has; row
            and element paths of a kernel need not agree), and an element other than the one
            that is updated, as a kernel (mistakenly) reads it (``var[i]``).
        duplicates: for sparse ops what repeated indices do, None for dense ops.
        symbols: symbols of the regions it was read from.
        unknowns: what could not be read; each leaves an ``Opaque`` node in a value.
        converted: ``states`` with the conversions between precisions that can change a result
            (``ir.precision``); empty where there are none.
    """

    op: str
    device: Device
    states: tuple[tuple[str, Expr], ...]
    duplicates: Duplicates | None
    symbols: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    converted: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class OpCall:
    """An optimizer's method calls an op (``_apply_dense`` -> ``ApplyAdam``).

    Attributes:
        arguments: op input or attribute -> the Python expression passed, as text.
    """

    method: str
    op: str
    arguments: tuple[tuple[str, str], ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class UpdatePath:
    """One way through an optimizer; printed as ``dense/resource/cpu``."""

    gradient: Gradient
    variable: Variable
    device: Device

    def __str__(self) -> str:
        return f"{self.gradient}/{self.variable}/{self.device}"


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """One whole step of an optimizer on one path, as expressions in the old state.

    Attributes:
        states: name -> value after the step, in creation order; ``var`` first. The symbols in
            the values are the same state names, ``grad``, constructor parameters by name, and
            ``step``. On a sparse path ``touched`` is true for the rows in the gradient, and
            ``grad`` is what one row receives (see ``duplicates``).
        duplicates: what repeated indices do: summed first, applied one after another, last
            one wins; None for dense paths.
        symbols: symbols of the regions the rule was read from.
        unknowns: what could not be read; each leaves an ``Opaque`` node in a value.
        fails: with which settings the step cannot run there, because an op that it needs then
            has no kernel for the device; the values say nothing about them.
        converted: ``states`` with the conversions between precisions that can change a result
            (``ir.precision``); empty where there are none.
    """

    path: UpdatePath
    states: tuple[tuple[str, Expr], ...]
    duplicates: Duplicates | None
    symbols: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    fails: Expr = _NEVER
    converted: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A public method or property of an optimizer, or an attribute that its constructor sets.

    Attributes:
        owner: the class that defines it.
        parameters: without ``self``; ``effective`` is the default.
        kind: what it is called as.
    """

    name: str
    owner: str
    parameters: tuple[Parameter, ...]
    kind: OneOf["method", "property", "static method", "class method", "attribute"]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class by name and the file that defines it."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class StringName:
    """What a string stands for where an optimizer is given by one (``optimizer="adam"``).

    Attributes:
        text: the string.
        made: the class that it makes.
        condition: when it makes that class (``tf2.enabled()``), None for always.
        parameters: of that class's constructor.
    """

    text: str
    made: ClassRef
    condition: str | None
    parameters: tuple[Parameter, ...]
    span: Span = field(compare=False)


Further = OneOf["", "rejected", "ignored"]
"""What a constructor does with keywords that it does not know; "" where that was not read."""


@dataclass(frozen=True, slots=True)
class OptimizerFacts:
    """Everything read about one optimizer at one release.

    Attributes:
        name: the public name that the report uses, such as ``tf.train.AdamOptimizer``.
        public_names: all public names at this release, ``name`` first.
        ancestry: the class itself, then its bases in method resolution order, as far as they
            are defined in the tree.
        parameters: of the constructor, without ``self``.
        hyperparameters: constructor parameter -> the attributes that hold it, in order.
        regions: the Python regions (own and inherited) that a step reaches.
        calls: which ops the methods call.
        plain_ops: what updates variables in place besides, as ops that may be meant.
        kernels: all those ops, as far as the source carries them.
        rules: one whole step per path.
        methods: its public methods, own and inherited, each as the class that comes first has it.
        further: what the constructor does with keywords that it does not know.
        strings: what the strings make that stand for it.
        missing: parts that the source lacks (``kernels``), one phrase each.
        alike: of an optimizer that the release does not define, those that are called alike.
    """

    name: str
    public_names: tuple[str, ...]
    class_name: str
    span: Span = field(compare=False)
    ancestry: tuple[ClassRef, ...]
    parameters: tuple[Parameter, ...]
    hyperparameters: tuple[tuple[str, tuple[str, ...]], ...]
    slots: tuple[Slot, ...]
    regions: tuple[Region, ...]
    calls: tuple[OpCall, ...]
    kernels: tuple[KernelFacts, ...]
    rules: tuple[UpdateRule, ...]
    unknowns: tuple[Unknown, ...]
    missing: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    alike: tuple[str, ...] = ()
    further: Further = ""
    strings: tuple[StringName, ...] = ()
    plain_ops: tuple[str, ...] = ()

    @classmethod
    def absent(cls, name: str) -> "OptimizerFacts":
        """What a release has of an optimizer that it does not define: nothing."""
        return cls(name, (), "", Span("", 0, 0), (), (), (), (), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """One entry of the release notes, without Markdown's marks.

    Attributes:
        version: the release in whose section it stands.
        heading: the heading it stands under, "" for none.
        above: the entries that it is nested under, outermost first.
        text: its own words.
        since: the section tells what came after ``version``, not with it.
    """

    version: str
    heading: str
    above: tuple[str, ...]
    text: str
    since: bool = False
    span: Span = field(default=Span("", 0, 0), compare=False)

    @property
    def whole(self) -> str:
        """The entry with what it is nested under."""
        return ": ".join((*(text.rstrip(": ") for text in self.above), self.text))
