"""All registrations and op definitions of one file, from its macro calls."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.extract.cxx.expand import expand_file
from tfdiff.extract.cxx.lex import digest
from tfdiff.extract.cxx.model import FileFacts
from tfdiff.extract.cxx.ops import read_op
from tfdiff.extract.cxx.registrations import Registered, read_registration
from tfdiff.facts import Device, OpFacts, Region, Span, Unknown

_OP: Final = "REGISTER_OP"
_DEVICES: Final[Mapping[str, Device]] = {"CPU": "cpu", "GPU": "gpu", "SYCL": "sycl"}


@dataclass(frozen=True, slots=True)
class FileRegistrations:
    """What the macro calls of one file stand for, and the calls that were not understood.

    Attributes:
        regions: op name and region, one or more per op that the file registers a kernel for.
    """

    ops: tuple[OpFacts, ...]
    registrations: tuple[Registered, ...]
    regions: tuple[tuple[str, Region], ...]
    unknowns: tuple[Unknown, ...]


def device_of(registered: str) -> Device | None:
    """Our device for a registered one; None for ``DEFAULT``, which stands for all."""
    if registered.startswith("XLA"):
        return "xla"
    return _DEVICES.get(registered)


def read_registrations(
    own: FileFacts, headers: Sequence[FileFacts], source: bytes
) -> FileRegistrations:
    """Expand a file's macro calls with the macros of the headers that it includes."""
    expansion = expand_file(own.path, own.events, [header.events for header in headers])
    constants = {name: types for facts in (*headers, own) for name, types in facts.constants}
    ops: dict[str, OpFacts] = {}
    registrations: dict[Registered, None] = {}
    unknowns = list(expansion.unknowns)
    for leaf, builds in expansion.leaves:
        if leaf.name == _OP:
            op = read_op(leaf, own.path)
            if isinstance(op, Unknown):
                unknowns.append(op)
            else:
                ops[op.name] = op
            continue
        found = read_registration(leaf, own.path, constants, builds)
        if isinstance(found, Unknown):
            unknowns.append(found)
        else:
            registrations.update(dict.fromkeys(found))
    return FileRegistrations(
        tuple(ops.values()),
        tuple(registrations),
        tuple(_regions(own, registrations, source.decode("utf-8", "replace").split("\n"))),
        tuple(dict.fromkeys(unknowns)),
    )


def _regions(
    own: FileFacts, registrations: Iterable[Registered], lines: Sequence[str]
) -> Iterable[tuple[str, Region]]:
    """Per op the lines from the first macro to the last call, with all that lies between.

    The token hash is over what is registered in the end, so that rearranged macros are no
    change. A macro with kernels between it and its last call is left out of the text.
    """
    bodies = sorted(
        one.region.span.line
        for one in own.definitions
        if not one.declared and one.region.kind != "helper"
    )
    groups: dict[tuple[str, str], list[Registered]] = {}
    for one in registrations:
        groups.setdefault((one.macro, one.fact.op), []).append(one)
    for (macro, op), members in groups.items():
        said = sorted({repr(_said(one)) for one in members})
        devices = {device_of(one.fact.device) for one in members}
        start, end = _stretch(members, bodies)
        yield (
            op,
            Region(
                kind="registration",
                symbol=f"{macro}({op})",
                device=next(iter(devices)) if len(devices) == 1 else None,
                tokens=digest("\n".join(said).encode()),
                docs="",
                text="\n".join(lines[start - 1 : end]),
                span=Span(own.path, start, end),
            ),
        )


def _said(one: Registered) -> tuple[object, ...]:
    fact = one.fact
    return fact.device, fact.types, fact.host_memory, one.class_name, one.arguments


def _stretch(members: Sequence[Registered], bodies: Sequence[int]) -> tuple[int, int]:
    """Lines of the pieces up to the last one, as far back as no kernel stands between."""
    pieces = sorted({piece for one in members for piece in one.pieces}, reverse=True)
    start, end = pieces[0]
    for line, end_line in pieces:
        if bisect_right(bodies, end_line) != bisect_right(bodies, start):
            break
        start, end = line, max(end, end_line)
    return start, end
