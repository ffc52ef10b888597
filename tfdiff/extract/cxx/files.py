"""One C++ file to facts: the function that the store calls once per file content."""

import re
from collections import Counter
from typing import Final

from tfdiff.extract.cxx.definitions import definitions
from tfdiff.extract.cxx.dtypes import type_name
from tfdiff.extract.cxx.macros import Lines, events, includes
from tfdiff.extract.cxx.model import FileCoverage, FileFacts
from tfdiff.extract.cxx.parse import Parsed, parse
from tfdiff.facts import Span, Unknown

_CONSTANT: Final = re.compile(rb"\b(k\w+)\s*=\s*\{\s*\{?([\w\s,:]*\bDT_[\w\s,:]*)\}")
_LONGEST_TEXT: Final = 200


def read_file(path: str, content: bytes) -> FileFacts:
    """Everything read from one file; depends on nothing but path and content."""
    parsed = parse(path, content)
    try:
        return _read(parsed, content)
    except RecursionError:
        return _opaque(path, content, "nested too deeply")


def _opaque(path: str, content: bytes, reason: str) -> FileFacts:
    unknown = Unknown(reason, "", Span(path, 1, content.count(b"\n") + 1))
    size = len(content)
    coverage = FileCoverage(path, size, 0, size, 0, (), (unknown,))
    return FileFacts(path, (), (), (), (), coverage)


def _read(parsed: Parsed, content: bytes) -> FileFacts:
    lines = Lines(content)
    found = events(content, parsed.surface.directives, parsed.invocations, lines)
    return FileFacts(
        path=parsed.path,
        includes=includes(parsed.surface.directives),
        definitions=definitions(parsed, found),
        constants=_constants(content),
        events=found,
        coverage=_coverage(parsed, lines),
    )


def _constants(content: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (match[1].decode(), tuple(type_name(part) for part in match[2].decode().split(",")))
        for match in _CONSTANT.finditer(content)
    )


def _coverage(parsed: Parsed, lines: Lines) -> FileCoverage:
    share = parsed.share()
    reasons = Counter[str]()
    for stretch in parsed.blanked:
        reasons[stretch.reason] += stretch.end - stretch.start
    unknowns = tuple(
        Unknown(
            reason=error.reason,
            text=parsed.slice(error.start, error.end)[:_LONGEST_TEXT],
            span=Span(parsed.path, lines.at(error.start), lines.at(error.end)),
        )
        for error in parsed.errors
    )
    return FileCoverage(
        path=parsed.path,
        total=len(parsed.source),
        parsed=share.parsed + share.macros,
        opaque=share.opaque,
        skipped=share.skipped,
        reasons=tuple(sorted(reasons.items())),
        unknowns=unknowns,
    )
