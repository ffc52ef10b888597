"""What a report says, and what it says of the releases the other way round."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tfdiff.findings import Finding, OptimizerReport, PathVerdict, Place, Report

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
_OF_CALLERS: Final = frozenset(
    {
        "default-changed",
        "method-signature-changed",
        "parameter-added",
        "parameter-renamed",
        "public-name-changed",
    }
)
"""Rules whose condition names an argument, or what callers write, as one of the releases does."""
_ONE_WAY: Final = frozenset({"public-name-changed"})
"""Of names that one release alone has, those that are gone break imports; some that came, such as
``tf.compat.v1``, are no news."""
_NOT_READ: Final = "not understood: "


def said(report: Report) -> Counter[Said]:
    """Each finding by rule, effect and places; each path's verdict; parts of the answer."""
    return Counter(one for optimizer in report.optimizers for one in _said(optimizer))


def said_in_reverse(report: Report) -> Counter[Said]:
    """The same of the report that the releases in the other order must give."""
    return Counter(one for optimizer in report.optimizers for one in _said(optimizer, back=True))


def _said(optimizer: OptimizerReport, *, back: bool = False) -> Iterator[Said]:
    name = _class(optimizer.name)
    for finding in optimizer.findings:
        if finding.rule in _ONE_WAY:
            continue
        rule = _RULES.get(finding.rule, finding.rule) if back else finding.rule
        places = _turned((_where(finding.old), _where(finding.new)), back=back)
        yield "finding", rule, *_of(finding), *places
    # assumptions are in the older release's words, and so is the order in which a proof tries
    own_words = any(one.old and one.new and one.old.name != one.new.name for one in optimizer.slots)
    files = _turned((optimizer.old_path, optimizer.new_path), back=back)
    for verdict in optimizer.paths:
        updated = _turned((len(verdict.old), len(verdict.new)), back=back)
        yield "path", name, *files, *_decided(verdict, own_words=own_words), *updated
    parts = optimizer.verdict
    yield "answer", name, *files, parts.updates, parts.defaults, parts.execution


def _turned(both: tuple[object, object], *, back: bool) -> tuple[object, object]:
    return both[::-1] if back else both


def _of(finding: Finding) -> Said:
    """Whom a finding reaches by their classes' names: it is called as the newer release does."""
    reached = {_class(name) for name in (finding.optimizer, *finding.also_reaches)}
    rule = _RULES.get(finding.rule, finding.rule)
    condition = None if {rule, finding.rule} & _OF_CALLERS else finding.condition
    return tuple(sorted(reached)), finding.effect, finding.certainty, condition


def _decided(verdict: PathVerdict, *, own_words: bool) -> Said:
    unread = tuple(sorted((verdict.reason or "").removeprefix(_NOT_READ).split("; ")))
    assumed = () if own_words else tuple(sorted(verdict.assumptions))
    why = verdict.proof, assumed, unread
    return str(verdict.path), verdict.verdict, verdict.condition, *why


def _class(name: str) -> str:
    return name.rpartition(".")[2]


def _where(place: Place | None) -> tuple[str, int, int] | None:
    return (place.path, place.start, place.end) if place else None
