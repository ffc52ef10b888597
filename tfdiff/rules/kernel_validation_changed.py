"""A kernel checks its inputs otherwise.

What it reports:
Checks that came, went, or ask for something else, with their messages. Kernels that differ in the
same way are one finding.

Effect on training:
None for inputs that pass on both sides. Others fail at one release and run at the other.

Not reported:
Checks of the shape function and of the optimizer's Python code, which have rules of their own.

Example:
``OP_REQUIRES(ctx, N > 0, errors::InvalidArgument("indices must not be empty"))`` is new.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import Matter, matters
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOGETHER = "file"
_MESSAGE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CHECK = re.compile(r"OP_REQUIRES\w*\s*\(\s*\w+\s*,")
_LONGEST = 100
_SHOWN = 4
_UNTOLD = "Kernels check their inputs otherwise"


def check(pair: Pair) -> Iterator[Told]:
    """One finding for the helpers' checks, and one for each way in which kernels' own differ."""
    for found in matters(pair, "validation"):
        yield _told(pair, found)


def _told(pair: Pair, found: Matter) -> Told:
    old, new = found.places()
    worded = all(_only_worded(change) for change in found.changes)
    asked = _asked(found)
    title = _title(found, asked)
    details = found.details if title == _UNTOLD else ""
    finding = Finding(
        rule="kernel-validation-changed",
        optimizer=pair.name,
        facet="validation",
        effect="none" if worded else "api",
        certainty="read",
        subject=found.subject,
        condition=None if worded else "an input that only one release accepts",
        title="Kernels word their errors otherwise" if worded else title,
        explanation=f"{found.concerns} "
        + ("The checks themselves are the same." if worded else f"{_meaning(asked)}{details}"),
        remedy="Nothing to do." if worded else _remedy(asked),
        old=old,
        new=new,
    )
    return Told(finding, found.changes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all changed checks ask for, part by part; None where they cannot be told apart."""

    came: tuple[str, ...]
    went: tuple[str, ...]


def _asked(found: Matter) -> _Asked | None:
    """The conditions that came and went, where every check of one side still asks for the rest."""
    came: dict[str, None] = {}
    went: dict[str, None] = {}
    for change in found.changes:
        if not (change.before and change.after):
            return None
        sides = _conditions(change.before.said), _conditions(change.after.said)
        if None in sides or not (sides[0] and sides[1] and set(sides[0]) & set(sides[1])):
            return None
        came |= dict.fromkeys(one for one in sides[1] if one not in sides[0])
        went |= dict.fromkeys(one for one in sides[0] if one not in sides[1])
    return _Asked(tuple(came), tuple(went))


def _conditions(said: str) -> tuple[str, ...] | None:
    """The parts of ``OP_REQUIRES(ctx, a && b, ...)``; None where it is something else."""
    if not (head := _CHECK.match(said)):
        return None
    depth, start, parts = 0, head.end(), []
    for place, letter in enumerate(said[start:], start):
        depth += (letter in "([{") - (letter in ")]}")
        ends = depth == 0 and letter == ","
        if ends or (depth == 0 and said.startswith("&&", place)):
            parts.append("".join(said[start:place].split()))
            start = place + 2
        if ends:
            return tuple(parts)
    return None


def _meaning(asked: _Asked | None) -> str:
    if asked and not asked.came:
        return "Inputs that were refused with an error are computed with now."
    if asked and not asked.went:
        return "Inputs that were computed with are refused with an error now."
    return "Inputs that pass the checks of both releases are treated the same."


def _remedy(asked: _Asked | None) -> str:
    if asked and not asked.came:
        return "Check them yourself where you relied on the error."
    return "Nothing to do, unless your inputs fail the check that is stricter."


def _title(found: Matter, asked: _Asked | None) -> str:
    if asked and not (asked.came and asked.went):
        parts = asked.went or asked.came
        more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
        said = "; ".join(parts[:_SHOWN]) + more
        if asked.went:
            return f"Kernels no longer ask for {said}"
        return f"Kernels ask for {said} now"
    added = _messages(change.after.text for change in found.changes if change.after)
    removed = _messages(change.before.text for change in found.changes if change.before)
    came = [one for one in added if one not in removed]
    went = [one for one in removed if one not in added]
    parts = (
        f"now: {'; '.join(came[:2])}" if came else "",
        f"no longer: {'; '.join(went[:2])}" if went else "",
    )
    said = ", ".join(part for part in parts if part)
    return f"{_UNTOLD} ({said})" if said else _UNTOLD


def _messages(texts: Iterator[str]) -> list[str]:
    found = (" ".join(" ".join(_MESSAGE.findall(text)).split())[:_LONGEST] for text in texts)
    return list(dict.fromkeys(one for one in found if one))


def _only_worded(change: Change) -> bool:
    """Whether nothing but the text of the message differs."""
    if change.before is None or change.after is None:
        return False
    old, new = (_MESSAGE.sub('""', side.said) for side in (change.before, change.after))
    return old == new
