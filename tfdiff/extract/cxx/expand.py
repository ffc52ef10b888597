"""Macro calls between definitions, expanded down to the registrations that they stand for.

Each file is preprocessed once per build (plain, CUDA, ROCm, SYCL) with the macros of the
headers that it includes, so that ``TF_CALL_float(REGISTER_CPU_KERNELS)`` means what the tree's
own ``register_types.h`` says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from tfdiff.extract.cxx.conditions import decide
from tfdiff.extract.cxx.macros import Call, Event, Macro
from tfdiff.extract.cxx.replacement import closing_bracket, statement_end, substituted
from tfdiff.facts import Span, Unknown

BUILDS: Final[tuple[Mapping[str, int], ...]] = (
    MappingProxyType({}),
    MappingProxyType({"GOOGLE_CUDA": 1}),
    MappingProxyType({"TENSORFLOW_USE_ROCM": 1}),
    MappingProxyType({"TENSORFLOW_USE_SYCL": 1}),
)
_REGISTERS: Final = re.compile(r"REGISTER_")
_DEEPEST: Final = 40
_MOST_STEPS: Final = 20_000  # TensorFlow's longest type list takes some hundred
_MOST_TOKENS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One registration, all macros expanded.

    Attributes:
        name: the macro that TensorFlow's core defines (``REGISTER_KERNEL_BUILDER``).
        arguments: tokens between its parentheses.
        chain: tokens after them up to ``;``, for ``REGISTER_OP("X").Input("...")``.
        call: the statement in the file that it comes from.
        macros: the macros of that file that it went through.
    """

    name: str
    arguments: tuple[str, ...]
    chain: tuple[str, ...]
    call: Call
    macros: tuple[Macro, ...]


@dataclass(frozen=True, slots=True)
class Expansion:
    """All registrations of a file, and the calls that could not be expanded.

    Attributes:
        leaves: each with the macros of which one has to be defined, none where it is always built.
    """

    leaves: tuple[tuple[Leaf, tuple[str, ...]], ...]
    unknowns: tuple[Unknown, ...]


def expand_file(path: str, own: Sequence[Event], headers: Sequence[Sequence[Event]]) -> Expansion:
    """Expand every macro call of a file, in all builds; each registration comes once."""
    leaves: dict[Leaf, list[Mapping[str, int]]] = {}
    unknowns: dict[tuple[str, int], Unknown] = {}
    asked = " ".join(event.text for event in own if event.kind in {"if", "elif"})
    known: _Known = {}
    for build in BUILDS:
        if not all(name in asked for name in build):
            continue  # the file does not distinguish this build from the plain one
        preprocessor = _Preprocessor(path, build, known)
        for events in headers:
            for _ in preprocessor.run(events, own=False):
                pass
        for leaf in preprocessor.run(own, own=True):
            leaves.setdefault(leaf, []).append(build)
        for unknown in preprocessor.unknowns:
            line = unknown.span.line if unknown.span else 0
            unknowns.setdefault((unknown.reason, line), unknown)
    return Expansion(
        tuple((leaf, _macros(builds)) for leaf, builds in leaves.items()),
        tuple(unknowns.values()),
    )


def _macros(builds: Sequence[Mapping[str, int]]) -> tuple[str, ...]:
    """What tells these builds from the plain one, none if that is among them."""
    return tuple(dict.fromkeys(name for build in builds for name in build)) if all(builds) else ()


# Per call and macro table, by identity: builds share what they do not see differently.
_Known: TypeAlias = dict[tuple[int, frozenset[int]], tuple[Leaf, ...]]


class _Preprocessor:
    """The macro table as it changes along the file, for one build."""

    def __init__(self, path: str, build: Mapping[str, int], known: _Known) -> None:
        self._path = path
        self._build = build
        self._known = known
        self._macros: dict[str, Macro] = {}
        self._state: frozenset[int] | None = None
        self._steps = 0
        self._own: set[Macro] = set()
        self.unknowns: list[Unknown] = []

    def run(self, events: Sequence[Event], *, own: bool) -> Iterator[Leaf]:
        """Go through a file's events; yields the registrations of its calls."""
        stack: list[tuple[bool, bool]] = []  # (active now, an arm was taken)
        for event in events:
            if event.kind in {"if", "elif", "else", "endif"}:
                self._condition(event, stack)
            elif not all(active for active, _ in stack):
                continue
            elif event.macro is not None:
                self._macros[event.text] = event.macro
                self._state = None
                if own:
                    self._own.add(event.macro)
            elif event.kind == "undef":
                self._macros.pop(event.text, None)
                self._state = None
            elif event.call is not None and own:
                yield from self._call(event.call)

    def _condition(self, event: Event, stack: list[tuple[bool, bool]]) -> None:
        if event.kind == "if":
            holds = self._holds(event)
            stack.append((holds is not False, holds is True))
        elif not stack:
            return
        elif event.kind == "endif":
            stack.pop()
        elif event.kind == "else":
            stack[-1] = (not stack[-1][1], True)
        else:
            taken = stack[-1][1]
            holds = self._holds(event)
            stack[-1] = (not taken and holds is not False, taken or holds is True)

    def _holds(self, event: Event) -> bool | None:
        """None (not decidable) takes both arms: what is registered is then an upper bound."""
        return decide(event.text, _Defined(self._build, self._macros))

    def _call(self, call: Call) -> Iterator[Leaf]:
        if call.name not in self._macros and not _REGISTERS.match(call.name):
            self._unknown("macro is defined in none of the files read", call)
            return
        if self._state is None:
            self._state = frozenset(map(id, self._macros.values()))
        key = (call.start, self._state)
        if key not in self._known:
            self._steps = 0
            self._known[key] = tuple(self._expand(call.tokens, call, (), 0))
        yield from self._known[key]

    def _expand(
        self, tokens: tuple[str, ...], call: Call, trail: tuple[Macro, ...], depth: int
    ) -> Iterator[Leaf]:
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS or len(tokens) > _MOST_TOKENS:
            self._unknown("macros expand too far", call)
            return
        index = 0
        while index < len(tokens):
            token = tokens[index]
            macro = self._macros.get(token)
            called = index + 1 < len(tokens) and tokens[index + 1] == "("
            if called and _REGISTERS.match(token) and (macro is None or _names(tokens, index)):
                end = closing_bracket(tokens, index + 1)
                stop = statement_end(tokens, end)
                arguments = self._inner(tokens[index + 2 : end])
                chain = self._inner(tokens[end + 1 : stop])
                own = tuple(macro for macro in trail if macro in self._own)
                yield Leaf(token, arguments, chain, call, own)
                index = stop
            elif macro is not None and (called or macro.parameters is None) and macro not in trail:
                end = closing_bracket(tokens, index + 1) if macro.parameters is not None else index
                body = substituted(macro, tokens[index + 2 : end])
                passed = (*trail, macro)
                yield from self._expand(body, call, passed, depth + 1)
                index = end
            index += 1

    def _inner(self, tokens: tuple[str, ...], depth: int = 0) -> tuple[str, ...]:
        """Expand macros inside a registration's own arguments (``Name(OP)``)."""
        self._steps += 1
        too_far = depth > _DEEPEST or self._steps > _MOST_STEPS or len(tokens) > _MOST_TOKENS
        if too_far or not any(token in self._macros for token in tokens):
            return tokens
        result: list[str] = []
        index = 0
        while index < len(tokens):
            macro = self._macros.get(tokens[index])
            called = index + 1 < len(tokens) and tokens[index + 1] == "("
            if macro is not None and (called or macro.parameters is None):
                end = closing_bracket(tokens, index + 1) if macro.parameters is not None else index
                result += self._inner(substituted(macro, tokens[index + 2 : end]), depth + 1)
                index = end
            else:
                result.append(tokens[index])
            index += 1
        return tuple(result)

    def _unknown(self, reason: str, call: Call) -> None:
        span = Span(self._path, call.line, call.end_line)
        self.unknowns.append(Unknown(reason, " ".join(call.tokens)[:200], span))


class _Defined(Mapping[str, int | None]):
    """The build's macros and the file's own as one mapping of values."""

    def __init__(self, build: Mapping[str, int], macros: Mapping[str, Macro]) -> None:
        self._build = build
        self._macros = macros

    def __getitem__(self, name: str) -> int | None:
        if name in self._build:
            return self._build[name]
        body = self._macros[name].body
        return int(body[0]) if len(body) == 1 and body[0].isdigit() else None

    def __iter__(self) -> Iterator[str]:
        return iter({**self._build, **self._macros})

    def __len__(self) -> int:
        return len({**self._build, **self._macros})


def _names(tokens: Sequence[str], index: int) -> bool:
    """Is ``Name(...)`` the first argument? Then it registers, whatever else a header says."""
    return tuple(tokens[index + 2 : index + 4]) == ("Name", "(")
