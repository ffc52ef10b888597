"""What a report says, and what it says of the releases the other way round."""

from collections import Counter
from typing import Final

from tfdiff.findings import Finding, Place, Report

Said = tuple[object, ...]

_OPPOSITE: Final = {
    "method-added": "method-removed",
    "op-added": "op-removed",
    "optimizer-added": "optimizer-removed",
    "parameter-added": "parameter-removed",
    "slot-added": "slot-removed",
    "validation-added": "validation-removed",
}
_RULES: Final = _OPPOSITE | {new: old for old, new in _OPPOSITE.items()}


def said(report: Report) -> Counter[Said]:
    """Each finding by rule, optimizer, effect, and both places."""
    return Counter(
        (one.rule, *_who(one), _where(one.old), _where(one.new)) for one in _findings(report)
    )


def said_in_reverse(report: Report) -> Counter[Said]:
    """The same of the report that the releases in the other order must give."""
    return Counter(
        (_RULES.get(one.rule, one.rule), *_who(one), _where(one.new), _where(one.old))
        for one in _findings(report)
    )


def _who(one: Finding) -> tuple[str, str]:
    """The class's own name: reports call an optimizer as the newer release does."""
    return one.optimizer.rpartition(".")[2], one.effect


def _where(place: Place | None) -> tuple[str, int, int] | None:
    return (place.path, place.start, place.end) if place else None


def _findings(report: Report) -> list[Finding]:
    return [finding for optimizer in report.optimizers for finding in optimizer.findings]
