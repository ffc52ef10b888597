"""What one Python file says, as plain records that can be kept between runs.

Two records per file, both pure in its bytes and without any parser's nodes, so that a
``FactStore`` keeps them under the blob id alone: a ``Module`` says what there is (``outline``
reads it, for every candidate file of a release), and ``Bodies`` say what the functions do
(``reader`` reads them, for the few files that an optimizer reaches). ``model`` links them.

Everything is a named tuple because a release has some ten thousand of them, and those load
several times faster than dataclasses. Expressions are kept as text in one line.
"""

from typing import NamedTuple


class Import(NamedTuple):
    """One name that an import binds.

    Attributes:
        module: dotted module as written; leading dots for relative imports.
        name: the imported member, ``*``, or "" for ``import module``.
        alias: the name it is bound to; for ``import a.b`` that is ``a``.
    """

    module: str
    name: str
    alias: str
    line: int


class Argument(NamedTuple):
    """One argument of a call; ``keyword`` is "" for positional ones, ``*`` and ``**`` too."""

    keyword: str
    text: str


class Condition(NamedTuple):
    """A branch that encloses a statement; ``holds`` is False for the else arm."""

    test: str
    holds: bool


class CallSite(NamedTuple):
    """One call in a function's body.

    Attributes:
        callee: the called expression; ``super(X, self)`` is written ``super()``.
        target: what the statement assigns the call's value to, if it is the whole value.
        conditions: enclosing branches, outermost first.
    """

    callee: str
    arguments: tuple[Argument, ...]
    target: str
    conditions: tuple[Condition, ...]
    line: int
    end_line: int


class Assignment(NamedTuple):
    """One binding; ``kind`` is ``=``, ``for``, ``with``, ``return`` or an operator like ``+=``.

    Attributes:
        target: the text of what is bound, "" for ``return``.
    """

    kind: str
    target: str
    value: str
    conditions: tuple[Condition, ...]
    line: int
    end_line: int


class ParameterText(NamedTuple):
    """One parameter; ``kind`` as in ``facts.Parameter``, ``default`` None where required."""

    name: str
    kind: str
    default: str | None
    line: int


class Head(NamedTuple):
    """A function or method as the outline has it.

    Attributes:
        decorators: their texts, without ``@``.
        abstract: the body does nothing but raise NotImplementedError, or nothing at all.
        line: first line, decorators included.
    """

    name: str
    parameters: tuple[ParameterText, ...]
    decorators: tuple[str, ...]
    abstract: bool
    line: int
    end_line: int

    @property
    def is_setter(self) -> bool:
        """Whether it is a property's setter or deleter, under the getter's name."""
        return any(one.endswith((".setter", ".deleter")) for one in self.decorators)


class Function(NamedTuple):
    """A function or method with all that its body (nested functions included) does.

    Attributes:
        owner: the class that it is a method of, or "".
        parameters: with the defaults exactly as written.
        tokens: hash of the code without comments, docstrings and layout.
        docs: hash of the comments and docstrings.
        references: every dotted name that is read (``self._lr``, ``math_ops.cast``), sorted.
        locals: names that a nested ``def`` or a lambda assignment binds.
        line: first line, decorators included.
    """

    name: str
    owner: str
    parameters: tuple[ParameterText, ...]
    is_setter: bool
    calls: tuple[CallSite, ...]
    assignments: tuple[Assignment, ...]
    references: tuple[str, ...]
    locals: tuple[str, ...]
    tokens: str
    docs: str
    line: int
    end_line: int

    def moved(self, by: int) -> "Function":
        """The same function some lines further down."""
        return self._replace(
            parameters=tuple(one._replace(line=one.line + by) for one in self.parameters),
            calls=tuple(
                one._replace(line=one.line + by, end_line=one.end_line + by) for one in self.calls
            ),
            assignments=tuple(
                one._replace(line=one.line + by, end_line=one.end_line + by)
                for one in self.assignments
            ),
            line=self.line + by,
            end_line=self.end_line + by,
        )


class ClassBody(NamedTuple):
    """The hashes of a class's head and body without its methods."""

    name: str
    tokens: str
    docs: str


class Export(NamedTuple):
    """A ``tf_export`` or ``keras_export``: the names under which a symbol is public.

    Attributes:
        decorator: ``tf_export``, ``keras_export`` or another name of that ending.
        symbol: the class or function that is exported.
        v1: the names of the version 1 interface, None where they are the same as ``names``.
    """

    decorator: str
    symbol: str
    names: tuple[str, ...]
    v1: tuple[str, ...] | None


class Class(NamedTuple):
    """A class: bases and decorators as written, its methods and class attributes.

    Attributes:
        metaclass: as written, "" for none.
    """

    name: str
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    methods: tuple[Head, ...]
    attributes: tuple[Assignment, ...]
    line: int
    end_line: int
    metaclass: str = ""

    def method(self, name: str) -> Head | None:
        """The method of that name that the class itself defines; of a property the getter."""
        found = [one for one in self.methods if one.name == name]
        getters = [one for one in found if not one.is_setter]
        return next(reversed(getters or found), None)


class Module(NamedTuple):
    """The outline of one file.

    Attributes:
        allowed: names that ``__all__`` lists or ``remove_undocumented`` leaves public, None
            where neither restricts them.
        error: why the file could not be read, with its line; nothing else is set then.
    """

    imports: tuple[Import, ...]
    constants: tuple[Assignment, ...]
    functions: tuple[Head, ...]
    classes: tuple[Class, ...]
    exports: tuple[Export, ...]
    allowed: tuple[str, ...] | None
    error: tuple[str, int] | None = None

    def function(self, name: str) -> Head | None:
        """The module-level function of that name."""
        return next((f for f in reversed(self.functions) if f.name == name), None)

    def class_(self, name: str) -> Class | None:
        """The module-level class of that name."""
        return next((c for c in reversed(self.classes) if c.name == name), None)

    def constant(self, name: str) -> Assignment | None:
        """The module-level assignment of that name; where there are several, the first."""
        return next((a for a in self.constants if a.target == name), None)
