"""The same function reached through another module: ``math_ops.maximum`` and ``tf.maximum``.

TensorFlow's own code calls what it defines through the module that defines it, Keras' own package
through ``tf``, and both move functions between modules and keep their names.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tfdiff.facts import Region, Statement
from tfdiff.rules.pair import Change

ELSEWHERE = "the same name, reached through another module"
_ROOTS = frozenset({"tensorflow", "keras", "tf_keras"})
# what has one name and is two things: variables of version 1 and 2 of the interface
_APART = frozenset({"state", "variables"})


def modules(region: Region) -> frozenset[str]:
    """The modules of TensorFlow and Keras through which a region reaches names."""
    aliases = {alias: full for alias, full in region.imports if full.partition(".")[0] in _ROOTS}
    found = {full.rpartition(".")[2] for full in aliases.values()} | set(aliases)
    if aliases:
        inner = re.compile(rf"\b(?:{'|'.join(map(re.escape, aliases))})((?:\.[a-z]\w*)+)\.\w")
        for path in inner.findall(region.text):
            found.update(path.strip(".").split("."))
    return frozenset(name for name in found if name.islower())


def side_by_side(*sides: Region) -> dict[str, str]:
    """Modules of one last name that a side uses beside each other, and what it calls them.

    A name reached through one of them and not the other is another thing.
    """
    found: dict[str, str] = {}
    for side in sides:
        by_last: dict[str, dict[str, str]] = {}
        for alias, full in side.imports:
            last = full.rpartition(".")[2]
            used = last.islower() and re.search(rf"\b{re.escape(alias)}\.", side.text)
            if used and full.partition(".")[0] in _ROOTS:
                by_last.setdefault(last, {})[full] = alias
        for named in by_last.values():
            found |= named if len(named) > 1 else {}
    return found


def told_apart(
    side: tuple[Statement, ...], region: Region, names: Mapping[str, str]
) -> tuple[Statement, ...]:
    """The statements with such modules called by names that tell them apart."""
    own = [(alias, full) for alias, full in region.imports if full in names]
    found = []
    for one in side:
        said = one.said
        for alias, full in own:
            if re.search(rf"\b{re.escape(alias)}\.", one.text):
                last = re.escape(full.rpartition(".")[2])
                said = re.sub(rf"(?<![\w.]){last}\.", f"{names[full]}.", said)
        found.append(one._replace(said=said))
    return tuple(found)


def through_modules(changes: Iterable[Change], known: frozenset[str]) -> tuple[Change, ...]:
    """The changes, with those marked that only reach a name through another module."""
    if not known:
        return tuple(changes)
    prefix = re.compile(rf"(?<![\w.'\"])(?:(?:{'|'.join(map(re.escape, known))})\.)+(?=[A-Za-z_])")
    return tuple(_judged(change, prefix) for change in changes)


def _judged(change: Change, prefix: re.Pattern[str]) -> Change:
    before, after = change.before, change.after
    if not change.open or before is None or after is None:
        return change
    kinds = {one.kind for one in {*before.features} ^ {*after.features}}
    if kinds & _APART or prefix.sub("", before.said) != prefix.sub("", after.said):
        return change
    return replace(change, harmless=ELSEWHERE, topic="")
