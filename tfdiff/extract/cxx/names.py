"""Name lookup over all files of a tree: what a use can mean, and for which device.

A name means a definition in the same file or in a header that the file includes. It also means
a definition in another source file, if a header that both include declares it: that is how a
functor declared in ``training_ops.h`` finds its CPU and GPU specialisations.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tfdiff.extract.cxx.model import Bindings, Definition, FileFacts, Use
from tfdiff.facts import Device


@dataclass(frozen=True, slots=True)
class Reached:
    """A definition with what its template parameters stand for where it was reached.

    Attributes:
        bindings: template parameter -> value; a parameter that is not known is left out.
    """

    definition: Definition
    bindings: Bindings


class Names:
    """All definitions of a tree by name.

    Args:
        files: path -> facts.
    """

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files
        self._headers: dict[str, frozenset[str]] = {}
        self._uses: dict[Definition, tuple[tuple[Use, tuple[Definition, ...]], ...]] = {}

    @cached_property
    def _by_name(self) -> dict[str, list[Definition]]:
        table: dict[str, list[Definition]] = {}
        for facts in self._files.values():
            for definition in facts.definitions:
                table.setdefault(definition.name, []).append(definition)
        return table

    def headers(self, path: str) -> frozenset[str]:
        """The files of the tree that a file includes, directly or not; itself left out."""
        known = self._headers.get(path)
        if known is None:
            found: dict[str, None] = {}
            todo = [path]
            while todo:
                for included in self._files[todo.pop()].includes:
                    if included in self._files and included not in found:
                        found[included] = None
                        todo.append(included)
            found.pop(path, None)
            known = self._headers[path] = frozenset(found)
        return known

    def named(self, name: str) -> tuple[Definition, ...]:
        """All definitions of an unqualified name, wherever they are."""
        return tuple(self._by_name.get(name, ()))

    def visible(self, name: str, path: str) -> tuple[Definition, ...]:
        """The definitions that a name in a file can mean."""
        found = self._by_name.get(name)
        if found is None:
            return ()
        seen = self.headers(path)
        declared = {d.region.span.path for d in found if not d.local} & (seen | {path})
        return tuple(
            definition
            for definition in found
            if (where := definition.region.span.path) == path
            or where in seen
            or (not definition.local and declared & self.headers(where))
            or (not definition.local and path in declared)
        )

    def _resolved(self, definition: Definition) -> tuple[tuple[Use, tuple[Definition, ...]], ...]:
        known = self._uses.get(definition)
        if known is None:
            path = definition.region.span.path
            pairs = (
                (use, self.visible(use.name, path))
                for use in (*definition.bases, *definition.uses)
                if use.name in self._by_name and (use.arguments or use.name != definition.name)
            )
            known = self._uses[definition] = tuple((use, found) for use, found in pairs if found)
        return known

    def uses_of(self, reached: Reached) -> Iterator[tuple[Use, tuple[Definition, ...]]]:
        """The names that a definition refers to under these bindings, and what they can mean."""
        bound = dict(reached.bindings)
        for use, found in self._resolved(reached.definition):
            if all(bound.get(flag, value) == value for flag, value in use.guards):
                yield Use(use.name, _bind(use, bound, reached.definition)), found


def _bind(use: Use, bound: Mapping[str, str], where: Definition) -> tuple[str, ...]:
    """The use's template arguments with parameters replaced; "" where one is not known."""
    return tuple(
        bound.get(argument, "" if argument in where.parameters else argument)
        for argument in use.arguments
    )


def choose(
    found: Iterable[Definition], arguments: tuple[str, ...], device: Device | None
) -> tuple[Reached, ...]:
    """The definitions that C++ would take for these template arguments on this device.

    A matching specialisation hides the primary template; a definition hides declarations.
    Where an argument is not known, everything that may match is taken.
    """
    fitting = [
        Reached(definition, bindings)
        for definition in found
        if (device is None or definition.region.device in {None, device})
        and (bindings := _match(definition, arguments)) is not None
    ]
    if any(_decided(one.definition, arguments) for one in fitting):
        fitting = [one for one in fitting if one.definition.arguments]
    bodies = tuple(one for one in fitting if not one.definition.declared)
    return bodies or tuple(fitting)


def _decided(definition: Definition, arguments: tuple[str, ...]) -> bool:
    """A specialisation with a body whose every own argument is known to be the one asked for."""
    return (
        bool(definition.arguments)
        and not definition.declared
        and all(
            given
            for wanted, given in zip(definition.arguments, arguments, strict=False)
            if wanted not in definition.parameters
        )
        and bool(arguments)
    )


def _match(definition: Definition, arguments: tuple[str, ...]) -> Bindings | None:
    """What the definition's parameters stand for; None if it is for other arguments."""
    pattern = definition.arguments or definition.parameters
    bindings: list[tuple[str, str]] = []
    for wanted, given in zip(pattern, arguments, strict=False):
        if wanted in definition.parameters:
            if given:
                bindings.append((wanted, given))
        elif given and wanted != given:
            return None
    return tuple(bindings)
