"""A finding together with the changes that it accounts for, wherever they stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from tfdiff.findings import Finding
from tfdiff.rules.pair import Change

ChangeKey = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule yields where a finding speaks of more than the lines that it points to.

    Attributes:
        changes: every change that the finding explains, in any region of the pair.
        exact: of Python, whether it explains these alone and not all between its lines.
    """

    finding: Finding
    changes: tuple[Change, ...]
    exact: bool = True


def key(change: Change) -> ChangeKey:
    """What a change is known by, whatever accounts for it by now."""
    return change.old, change.new, change.removed, change.added


def findings(told: Iterable[Finding | Told]) -> tuple[Finding, ...]:
    """The findings alone."""
    return tuple(one.finding if isinstance(one, Told) else one for one in told)
