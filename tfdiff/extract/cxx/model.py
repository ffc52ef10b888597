"""What is kept of one C++ file: definitions, what they refer to, macros, and an account.

Pure data, picklable, and free of tree-sitter, so that a cached file costs no parser. What
there are thousands of are named tuples, which come back from a pickle fastest.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from tfdiff.extract.cxx.macros import Event
from tfdiff.facts import Locking, Region, Unknown

Bindings = tuple[tuple[str, str], ...]


class Use(NamedTuple):
    """A name that a definition refers to.

    Attributes:
        arguments: template arguments as written there, without qualification; () for none.
        guards: template parameters that must have these values for the code to run
            (``(("has_l2_shrinkage", "true"),)`` inside ``if (has_l2_shrinkage) {``).
    """

    name: str
    arguments: tuple[str, ...] = ()
    guards: Bindings = ()


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A class, functor, function or macro of one file; each is itself and equals no other.

    Attributes:
        name: unqualified; of a member defined outside its class, the class's name.
        region: its stretch of source, with its symbol.
        parameters: names of its template parameters, in order.
        arguments: what it specialises its template for; () for a primary template.
        declared: True where there is no body (a prototype, a primary template in a header).
        local: True where no other file can name it (anonymous namespace, ``static``).
        bases: base classes, with their template arguments.
        uses: names it refers to, in source order, each once.
        attributes: op attribute -> member, as read in the constructor.
        locking: what ``Compute`` locks, for kernel classes.
        start, end: offsets of the syntax node in its file.
    """

    name: str
    region: Region
    parameters: tuple[str, ...]
    arguments: tuple[str, ...]
    declared: bool
    local: bool
    bases: tuple[Use, ...]
    uses: tuple[Use, ...]
    attributes: Bindings
    locking: Locking | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What became of a file's bytes.

    Attributes:
        parsed: taken by the grammar, or a macro call that was expanded and understood.
        opaque: not understood; every stretch is among ``unknowns``.
        skipped: left out for a known reason (annotations, explicit instantiations); the
            reasons with their bytes.
    """

    path: str
    total: int
    parsed: int
    opaque: int
    skipped: int
    reasons: tuple[tuple[str, int], ...]
    unknowns: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file.

    Attributes:
        includes: paths of included files, as written.
        constants: named lists of types: ``(("kFloatTypes", ("half", "float")),)``.
        events: conditions, macro definitions and macro calls, in source order.
    """

    path: str
    includes: tuple[str, ...]
    definitions: tuple[Definition, ...]
    constants: tuple[tuple[str, tuple[str, ...]], ...]
    events: tuple[Event, ...]
    coverage: FileCoverage = field(compare=False)
