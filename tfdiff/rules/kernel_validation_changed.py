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

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import Matter, matter
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

_MESSAGE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LONGEST = 100


def check(pair: Pair) -> Iterator[Told]:
    """One finding for all checks of the kernels and helpers."""
    found = matter(pair, "validation")
    if found is None:
        return
    old, new = found.places()
    worded = all(_only_worded(change) for change in found.changes)
    finding = Finding(
        rule="kernel-validation-changed",
        optimizer=pair.name,
        facet="validation",
        effect="none" if worded else "api",
        certainty="read",
        subject=found.regions[0].region.symbol,
        condition=None if worded else "an input that only one release accepts",
        title="Kernels word their errors otherwise" if worded else _title(found),
        explanation=f"It concerns {found.names}. "
        + (
            "The checks themselves are the same."
            if worded
            else "Inputs that pass the checks of both releases are treated the same."
        ),
        remedy="Nothing to do."
        if worded
        else "Nothing to do, unless your inputs fail the check that is stricter.",
        old=old,
        new=new,
    )
    yield Told(finding, found.changes)


def _title(found: Matter) -> str:
    added = _messages(change.after.text for change in found.changes if change.after)
    removed = _messages(change.before.text for change in found.changes if change.before)
    came = [one for one in added if one not in removed]
    went = [one for one in removed if one not in added]
    parts = (
        f"now: {'; '.join(came[:2])}" if came else "",
        f"no longer: {'; '.join(went[:2])}" if went else "",
    )
    said = ", ".join(part for part in parts if part)
    return f"Kernels check their inputs otherwise{f' ({said})' if said else ''}"


def _messages(texts: Iterator[str]) -> list[str]:
    found = (" ".join(_MESSAGE.findall(text))[:_LONGEST].strip() for text in texts)
    return list(dict.fromkeys(one for one in found if one))


def _only_worded(change: Change) -> bool:
    """Whether nothing but the text of the message differs."""
    if change.before is None or change.after is None:
        return False
    old, new = (_MESSAGE.sub('""', side.said) for side in (change.before, change.after))
    return old == new
