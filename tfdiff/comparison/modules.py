"""The same function reached through another module: ``math_ops.maximum`` and ``tf.maximum``.

TensorFlow's own code calls what it defines through the module that defines it, Keras' own package
through ``tf``, and both move functions between modules and keep their names.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from tfdiff.facts import Region
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
