"""What each changed statement has to do with, so that one rule speaks of it.

A statement belongs to the matter of what changed in it; else to that of the branch that came or
went around it; else to that of the changed statements that use what it binds.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from tfdiff.extract.python.features import kind_of_name
from tfdiff.facts import Statement
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.matching.topics import EAGER_ONLY, saves
from tfdiff.rules.pair import Change

_ORDER = (
    "raise",
    "deprecation",
    "export",
    "base",
    "signature",
    EAGER_ONLY,
    "eager",
    "strategy",
    "tracking",
    "constraint",
    "clipping",
    "duplicates",
    "gradients",
    "hyper",
    "variables",
    "session",
    "state",
    "iterations",
    "control",
    "placement",
    "locking",
    "scope",
    "collection",
    "config",
    "logging",
    "dtype",
    "shape",
    "passing",
    "decorator",
)
_MODULE = re.compile(r"(?<![\w.'\"])(?!self\b|cls\b)(?:[a-z]\w*\.)+(?=[A-Za-z_])")
_RANK = {kind: place for place, kind in enumerate(_ORDER)}
# how something is written down more often than what is done: a better reason goes before
_WEAK = frozenset({"", "dtype", "shape", "logging", "passing", "name"})
_MODES = frozenset({EAGER_ONLY, "eager", "strategy"})
# a function of that name does nothing else: how it is written says less than what it is for
_WHOLE = frozenset({"clipping", "duplicates"})
_OWN = frozenset({"raise", "deprecation", "export", "base", "signature"})

# what the update rule itself is made of: its own rules speak of that
_OF_THE_RULE = frozenset({"state", "hyper", "iterations", "dtype", "shape"})

_KNOWN = ".is_fully_defined()"
_CLOSES = frozenset({"end", "else:"})
_WITH_SHAPES = frozenset({"", "state", "variables", "dtype", "shape", "name"})
_DEFINED = re.compile(r"def (\w+)\(")
_DECLARED = re.compile(r"(self\.\w+) = None")

Sides = tuple[Sequence[Statement], Sequence[Statement]]


def with_topics(
    changes: Sequence[Change], sides: Sides, name: str = "", *, helper: bool = False
) -> tuple[Change, ...]:
    """The changes of one region, each with its topic.

    Args:
        changes: in order, those without effect among them.
        sides: all statements of both sides.
        name: the function's: what ``get_config`` does has to do with the configuration.
        helper: whether no user calls it, so that its parameters are no matter by themselves.
    """
    topics = [_own(change) for change in changes]
    at = _places(changes, sides)
    _of_heads(changes, topics, at, sides)
    _of_parents(changes, topics, at)
    _of_uses(changes, topics)
    _of_parents(changes, topics, at)
    _of_neighbours(changes, topics)
    _of_tests(changes, topics)
    _of_unknown_shapes(changes, topics)
    _of_new_names(changes, topics)
    if helper:
        _of_parameters(changes, topics)
    if computes_update(name):
        topics = ["" if topic in _OF_THE_RULE else topic for topic in topics]
        saved = map(saves, changes)
        topics = ["state" if yes else one for yes, one in zip(saved, topics, strict=True)]
    else:
        whole = kind_of_name(name) or ""
        keeps = _OWN | _MODES if whole in _WHOLE else _RANK
        topics = [topic if topic in keeps else whole * (whole in _RANK) for topic in topics]
        if whole == "state":  # a value that is called there is the state's first one
            topics = ["state" if topic == "hyper" else topic for topic in topics]
    return tuple(
        replace(change, topic=_mode(change, topic))
        for change, topic in zip(changes, topics, strict=True)
    )


def _mode(change: Change, topic: str) -> str:
    """The topic; what only belongs to a branch for eager mode may be seen in graph mode too."""
    return "eager" if topic == EAGER_ONLY != change.topic else topic


def _heads(features: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The features, calls without their arguments."""
    return {(kind, text.partition("(")[0]) for kind, text in features}


def declares(change: Change) -> str:
    """The attribute that a statement of one side only makes known (``self._x = None``)."""
    one = change.before or change.after
    found = _DECLARED.fullmatch(one.said) if one and not (change.before and change.after) else None
    return found[1] if found else ""


def _own(change: Change) -> str:
    """The first matter in which the two sides of a change differ."""
    if declares(change):
        return ""
    before, after = (_plain(one) for one in (change.before, change.after))
    kinds = {kind for kind, _ in before ^ after}
    # a call whose arguments alone differ has to do with what they have to do with, if that shows
    kinds = {kind for kind, _ in _heads(before) ^ _heads(after)} & _RANK.keys() or kinds
    if "locking" in kinds and _other_call(change):
        kinds -= {"locking"}
    if change.topic == EAGER_ONLY:
        kinds = (kinds & _OWN) | {EAGER_ONLY}
    return min(kinds & _RANK.keys(), key=_RANK.__getitem__, default="")


def _other_call(change: Change) -> bool:
    """Whether what took ``use_locking`` is called no more, or was not: another op says more."""
    if change.before is None or change.after is None:
        return False
    before, after = (_calls(one.said) for one in (change.before, change.after))
    takers = [{name for name, locks in side.items() if locks} for side in (before, after)]
    return bool((takers[0] - after.keys()) | (takers[1] - before.keys()))


def _calls(said: str) -> dict[str, bool]:
    """The functions that a statement calls, and whether ``use_locking`` is passed to them."""
    try:
        tree = ast.parse(said)
    except SyntaxError:
        return {}
    return {
        ast.unparse(node.func): any(one.arg == "use_locking" for one in node.keywords)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


def _plain(one: Statement | None) -> set[tuple[str, str]]:
    """The features of a statement, whatever modules they are reached through."""
    return {(kind, _MODULE.sub("", text)) for kind, text in (one.features if one else ())}


Places = dict[tuple[str, int], int]


def _places(changes: Sequence[Change], sides: Sides) -> Places:
    """(side, place of a statement) -> the change that it came or went with."""
    index = [{id(one): place for place, one in enumerate(side)} for side in sides]
    found: Places = {}
    for number, change in enumerate(changes):
        if change.before is not None and not change.harmless:
            found["old", index[0][id(change.before)]] = number
        if change.after is not None and not change.harmless:
            found["new", index[1][id(change.after)]] = number
    return found


def _parent(change: Change, at: Places) -> int | None:
    """The changed head around a change."""
    for side, one in (("new", change.after), ("old", change.before)):
        if one is not None and one.parent is not None and (side, one.parent) in at:
            return at[side, one.parent]
    return None


def _of_heads(changes: Sequence[Change], topics: list[str], at: Places, sides: Sides) -> None:
    """A branch around nothing but an error, or one other matter, belongs to that matter."""
    inside: dict[int, list[int]] = {}
    for number, change in enumerate(changes):
        parent = _parent(change, at)
        said = {one.said for one in (change.before, change.after) if one}
        if parent is not None and said - {"end", "else:"}:
            inside.setdefault(parent, []).append(number)
    for head, within in sorted(inside.items(), reverse=True):
        kinds = [topics[number] for number in within]
        lone = set(kinds) == {"raise"} and topics[head] not in _MODES - {"eager"}
        if lone or (topics[head] in _WEAK and len(set(kinds)) == 1 and kinds[0]):
            topics[head] = kinds[0]
    for head, change in enumerate(changes):
        # a test that changed around an error that stayed decides when it is raised
        for side, one in zip(sides, (change.before, change.after), strict=True):
            if one is not None and one.said.startswith("if ") and topics[head] not in _MODES:
                place = next(k for k, other in enumerate(side) if other is one)
                body = [other for other in side if other.parent == place and other.said != "end"]
                if body and all(other.said.startswith("raise") for other in body):
                    topics[head] = "raise"


def _of_parents(changes: Sequence[Change], topics: list[str], at: Places) -> None:
    """What came or went with a branch belongs to the branch's matter."""
    for number, change in enumerate(changes):
        parent = _parent(change, at)
        if parent is None or topics[number] in _OWN or not topics[parent]:
            continue
        whole = change.before is None or change.after is None
        strong = topics[parent] not in _WEAK | {"raise"} and whole
        if topics[parent] not in _OWN - {"raise"} and (strong or topics[number] in _WEAK):
            topics[number] = topics[parent]


def _of_neighbours(changes: Sequence[Change], topics: list[str]) -> None:
    """A statement that went here and came there has one matter; a block's end its neighbour's."""
    here = {one.after.said: k for k, one in enumerate(changes) if one.after and not one.before}
    last = ""
    for number, change in enumerate(changes):
        if change.before and not change.after and change.before.said in here:
            other = here[change.before.said]
            known = min((topics[number], topics[other]), key=lambda one: _RANK.get(one, len(_RANK)))
            topics[number] = topics[other] = known
        said = {one.said for one in (change.before, change.after) if one}
        if said <= {"end", "else:", "try:", "finally:"} and not topics[number]:
            topics[number] = last
        last = topics[number] if topics[number] not in _OWN - {"raise"} else last


def _of_tests(changes: Sequence[Change], topics: list[str]) -> None:
    """A test that took the place of another one has to do with what that asked."""
    asked = {
        number: one
        for number, change in enumerate(changes)
        for one in (change.before or change.after,)
        if one and not (change.before and change.after) and one.said.startswith("if ")
    }
    for number, one in asked.items():
        others = [
            topics[other]
            for other, its in asked.items()
            if bool(changes[other].before) != bool(changes[number].before)
            and its.guards == one.guards
        ]
        if not topics[number] and len(others) == 1 and others[0] not in _OWN:
            topics[number] = others[0]


def _of_new_names(changes: Sequence[Change], topics: list[str]) -> None:
    """What differs in nothing but a name that changed statements of one matter give goes there."""
    given: dict[str, set[str]] = {}
    for change, topic in zip(changes, topics, strict=True):
        for one in (change.before, change.after):
            for name in _gives(one) if one and bool(change.before) != bool(change.after) else ():
                given.setdefault(name, set()).add(topic)
    for number, change in enumerate(changes):
        if change.before is None or change.after is None or topics[number] in _OWN | {""}:
            continue
        names = set(change.before.reads) ^ set(change.after.reads)
        matters = set().union(*(given.get(name, {""}) for name in names))
        if len(matters) == 1 and not matters & (_OWN | _WEAK):
            topics[number] = matters.pop()


def _gives(one: Statement) -> tuple[str, ...]:
    """The names that a statement gives a value to; of a function's head, the function's."""
    defined = _DEFINED.match(one.said)
    return (defined[1],) if defined else one.binds


def _of_parameters(changes: Sequence[Change], topics: list[str]) -> None:
    """A parameter that came or went belongs to the one matter of the statements that use it."""
    for number, change in enumerate(changes):
        if topics[number] != "signature" or change.before is None or change.after is None:
            continue
        names = set(change.before.binds) ^ set(change.after.binds)
        users = {
            topic
            for topic, other in zip(topics, changes, strict=True)
            if other is not change
            and any(one and names & set(one.reads) for one in (other.before, other.after))
        }
        if len(users) == 1 and not users & (_OWN | {""}):
            topics[number] = users.pop()


def _of_unknown_shapes(changes: Sequence[Change], topics: list[str]) -> None:
    """What is done only where a shape is not fully known has to do with that."""
    for number, change in enumerate(changes):
        sides = [one for one in (change.before, change.after) if one is not None]
        closes = number and topics[number - 1] == "shape" and {one.said for one in sides} <= _CLOSES
        if topics[number] in _WITH_SHAPES and (closes or all(map(_if_unknown, sides))):
            topics[number] = "shape"


def _if_unknown(one: Statement) -> bool:
    """Whether a statement asks whether a shape is fully known, or runs only where it is not."""
    return _KNOWN in one.said or any(
        guard.startswith("not ") and guard.endswith(_KNOWN) for guard in one.guards
    )


def _of_uses(changes: Sequence[Change], topics: list[str]) -> None:
    """What binds a name for changed statements, or reads one that they bind, goes with them."""
    moved = True
    while moved:
        moved = False
        for number, change in enumerate(changes):
            if topics[number] not in _WEAK or change.harmless:
                continue
            found = _related(change, changes, topics)
            if found and found != topics[number]:
                topics[number] = found
                moved = True


def _related(change: Change, changes: Sequence[Change], topics: Sequence[str]) -> str:
    for number, other in enumerate(changes):
        if other is change or topics[number] in _WEAK or topics[number] in _OWN - {"raise"}:
            continue
        for mine, theirs in ((change.before, other.before), (change.after, other.after)):
            if mine is None or theirs is None:
                continue
            binds = set(mine.binds) - {"self"}
            given = set(theirs.binds) - {"self"}
            if binds & set(theirs.reads) or given & set(mine.reads):
                return topics[number]
    return ""
