"""Another method clips gradients than before.

What it reports:
A public method that clips the gradients it computes or is given, by itself or through what it
calls, at one release and not at the other.

Effect on training:
None through ``minimize``, which calls them all. Who computes gradients in one place and applies
them in another gets them clipped twice, once, or not at all; it takes the clipping options.

Not reported:
Clipping that one release alone knows, how gradients are clipped (gradient-clipping-changed,
guard-changed), and methods that one release alone has.

Example:
``apply_gradients`` clips, where ``get_gradients`` did.
"""

import re
from collections.abc import Iterator, Sequence

from tfdiff.facts import OptimizerFacts, Region
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import topical
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Pair, RegionPair, place
from tfdiff.rules.told import Told

_CLIPS = re.compile(r"clip\w*\(")
_CALLED = re.compile(r"(?:self|super\([^)]*\))\.(\w+)|(?<![\w.])(\w+)\(|\.(\w+)\(")
_DOCSTRING = re.compile(r'"""(?s:.*?)"""')
_COMMENT = re.compile(r"(?m)(^|\s)#.*$")
_DEFINED = re.compile(r"\A(?:\s*@.*\n)*\s*def [^(]*")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each public method that clips on one side alone."""
    if not (_anywhere(pair.old) and _anywhere(pair.new)):
        return  # clipping came or went, and did not move
    for item in pair.regions:
        name = base_name(item.region.symbol)
        public = item.region.kind == "method" and not name.startswith("_")
        if public and "clip" not in name and item.old and item.new and "grad" in name:
            sides = _clips(pair.old, item.old), _clips(pair.new, item.new)
            if sides[0] != sides[1]:
                own = topical(pair, "clipping", frozenset({item.region.symbol}))
                yield Told(_finding(pair, item, now=sides[1]), own)


def _options(pair: Pair) -> list[str]:
    """The arguments of both releases that ask for clipping."""
    new = {parameter.name for parameter in pair.new.parameters}
    return [one.name for one in pair.old.parameters if "clip" in one.name and one.name in new]


def _clips(facts: OptimizerFacts, start: Region) -> bool:
    """Whether a region clips, or anything that it calls."""
    known: dict[str, list[Region]] = {}
    for one in facts.regions:
        if one.kind in {"method", "function"}:
            known.setdefault(base_name(one.symbol), []).append(one)
    seen, pending = {start.symbol}, [start]
    while pending:
        text = _code(pending.pop())
        if _CLIPS.search(text):
            return True
        for one in _reached(text, known):
            if one.symbol not in seen:
                seen.add(one.symbol)
                pending.append(one)
    return False


def _anywhere(facts: OptimizerFacts) -> bool:
    """Whether a side clips at all."""
    python = (one for one in facts.regions if one.kind in {"method", "function"})
    return any("clip" in one.text and _CLIPS.search(_code(one)) for one in python)


def _code(region: Region) -> str:
    return _DEFINED.sub("", _COMMENT.sub("", _DOCSTRING.sub("", region.text)))


def _reached(text: str, known: dict[str, list[Region]]) -> Iterator[Region]:
    names: Sequence[tuple[str, ...]] = _CALLED.findall(text)
    for name in dict.fromkeys(next(filter(None, found)) for found in names):
        yield from known.get(name, ())


def _finding(pair: Pair, item: RegionPair, *, now: bool) -> Finding:
    name = base_name(item.region.symbol)
    options = _options(pair)
    asked = " or ".join(options) or "gradient clipping"
    release, other = ("new", "old") if now else ("old", "new")
    return Finding(
        rule="clipping-moved",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="numeric-conditional",
        certainty="read",
        subject=item.region.symbol,
        condition=f"{name} is called by itself, and {asked} is {'passed' if options else 'on'}",
        title=f"{name} {'clips gradients now' if now else 'no longer clips gradients'}",
        explanation=f"With {asked}, {item.region.symbol} of the {release} release clips "
        f"the gradients that go through it, and that of the {other} one leaves them as they are. "
        f"Through minimize nothing differs.",
        remedy=f"Leave {' and '.join(options) or asked} out and clip the gradients yourself.",
        old=place(item.old.span) if item.old else None,
        new=place(item.new.span) if item.new else None,
    )
