"""All registrations and op definitions of one file, from its macro calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.extract.cxx.expand import expand_file
from tfdiff.extract.cxx.lex import digest, hashes, lex
from tfdiff.extract.cxx.model import FileFacts
from tfdiff.extract.cxx.ops import read_op
from tfdiff.extract.cxx.registrations import Registered, read_registration
from tfdiff.facts import Device, OpFacts, Region, Span, Unknown

_OP: Final = "REGISTER_OP"
_DEVICES: Final[Mapping[str, Device]] = {"CPU": "cpu", "GPU": "gpu", "SYCL": "sycl"}
_NEARBY: Final = 30  # lines between two pieces that are still shown as one stretch


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
    for leaf in expansion.leaves:
        if leaf.name == _OP:
            op = read_op(leaf, own.path)
            if isinstance(op, Unknown):
                unknowns.append(op)
            else:
                ops[op.name] = op
            continue
        found = read_registration(leaf, own.path, constants)
        if isinstance(found, Unknown):
            unknowns.append(found)
        else:
            registrations.update(dict.fromkeys(found))
    return FileRegistrations(
        tuple(ops.values()),
        tuple(registrations),
        tuple(_regions(own.path, registrations, source.decode("utf-8", "replace").split("\n"))),
        tuple(dict.fromkeys(unknowns)),
    )


def _regions(
    path: str, registrations: Iterable[Registered], lines: Sequence[str]
) -> Iterable[tuple[str, Region]]:
    """Per op the lines from the first macro to the last call, with all that lies between.

    The token hash is over what is registered in the end, so that rearranged macros are no
    change. Macros that stand far from the calls are regions of their own.
    """
    groups: dict[tuple[str, str], list[Registered]] = {}
    for one in registrations:
        groups.setdefault((one.macro, one.fact.op), []).append(one)
    for (macro, op), members in groups.items():
        said = sorted({repr(_said(one)) for one in members})
        devices = {device_of(one.fact.device) for one in members}
        for number, (start, end) in enumerate(_stretches(members)):
            text = "\n".join(lines[start - 1 : end])
            kept = digest("\n".join(said).encode()) if number == 0 else ""
            yield (
                op,
                Region(
                    kind="registration",
                    symbol=f"{macro}({op})" + (f" #{number + 1}" if number else ""),
                    device=next(iter(devices)) if len(devices) == 1 else None,
                    tokens=kept or hashes(lex(text.encode())).tokens,
                    docs="",
                    text=text,
                    span=Span(path, start, end),
                ),
            )


def _said(one: Registered) -> tuple[object, ...]:
    fact = one.fact
    return fact.device, fact.types, fact.host_memory, one.class_name, one.arguments


def _stretches(members: Sequence[Registered]) -> list[tuple[int, int]]:
    """Lines that took part, nearby ones joined; the stretch with the last call comes first."""
    pieces = sorted({piece for one in members for piece in one.pieces})
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and start - joined[-1][1] <= _NEARBY:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined[::-1]
