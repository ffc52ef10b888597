"""Local names that were renamed throughout: they say the same, whatever they are called."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from tfdiff.facts import Statement

END: Final = "end"
"""What ends a block; a local may be called so as well."""

# a name that is no attribute and no keyword; strings are matched so that they are left alone
_NAME = re.compile(
    r"(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?<![\w.])[A-Za-z_]\w*(?!\w)(?!=(?!=))"
)
_TYPE = re.compile(r"(template\b.*\s)?(class|struct|union|namespace)\b")


class Renames:
    """The locals of the new side that were renamed, in the whole region or in one function of it.

    Args:
        old: the old side.
        new: the new side.
    """

    def __init__(self, old: Sequence[Statement], new: Sequence[Statement]) -> None:
        self._names = renamed_locals(old, new)
        self._own: dict[int, dict[str, str]] = {}
        if not any(_TYPE.match(one.said) for one in new):
            return
        before, after = _functions(old), _functions(new)
        for said, body in after.items():
            own = renamed_locals(before.get(said, ()), body)
            self._own |= {id(one): self._names | own for one in body if own}

    def said(self, new: Statement) -> str:
        """What a statement of the new side says in the old side's names."""
        return _with_names(new.said, self._own.get(id(new), self._names))

    def same(self, old: Statement, new: Statement) -> bool:
        """Whether two statements say the same.

        A module may have the name of a local: what is reached through it stays as it is.
        """
        names = self._own.get(id(new), self._names)
        return old.said == self.said(new) or _same_apart_from_modules(old, new, names)


def _functions(side: Sequence[Statement]) -> Mapping[str, list[Statement]]:
    """The functions of a type, each with its statements, by what their heads say."""
    places: list[int | None] = []
    for place, one in enumerate(side):
        outer = None if one.parent is None else places[one.parent]
        inside = one.parent is not None and _TYPE.match(side[one.parent].said)
        places.append(outer if outer is not None else place if inside else None)
    found: dict[str, list[Statement]] = {}
    for one, head in zip(side, places, strict=True):
        if head is not None:
            found.setdefault(side[head].said, []).append(one)
    return found


def _same_apart_from_modules(old: Statement, new: Statement, names: dict[str, str]) -> bool:
    if END in {new.said, old.said}:
        return False
    at, rest = 0, 0
    for match in _NAME.finditer(new.said):
        between = new.said[rest : match.start()]
        reached = new.said.startswith(".", match.end()) and match[0] in names
        kept = f"{between}{match[0]}"
        if reached and old.said.startswith(f"{kept}.", at):
            said = kept
        else:
            said = f"{between}{names.get(match[0], match[0])}"
        if not old.said.startswith(said, at):
            return False
        at, rest = at + len(said), match.end()
    return old.said[at:] == new.said[rest:]


def renamed_locals(old: Sequence[Statement], new: Sequence[Statement]) -> dict[str, str]:
    """Locals of the new side that stand wherever one local of the old side stood."""
    old_locals, new_locals = _locals(old), _locals(new)
    gone, came = old_locals - new_locals, new_locals - old_locals
    if not (gone and came):
        return {}
    left = [_blank(one.said, gone) for one in old]
    right = [_blank(one.said, came) for one in new]
    found: dict[str, set[str]] = {}
    back: dict[str, set[str]] = {}
    for tag, i, end, j, _ in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            continue
        for here, there in zip(old[i:end], new[j : j + end - i], strict=True):
            names = zip(_in(here.said, gone), _in(there.said, came), strict=True)
            for before, after in names:
                found.setdefault(after, set()).add(before)
                back.setdefault(before, set()).add(after)
    return {
        after: next(iter(names))
        for after, names in found.items()
        if len(names) == 1 and len(back[next(iter(names))]) == 1
    }


def _locals(side: Sequence[Statement]) -> set[str]:
    """The local names; a public function's parameters are none, callers know their names."""
    found: set[str] = set()
    for one in side:
        head = one.parent is None and one.said.startswith("def ")
        public = head and (not one.said.startswith("def _") or one.said.startswith("def __init__"))
        found |= set() if public else {name for name in one.binds if "." not in name}
    return found


def _in(said: str, names: set[str]) -> list[str]:
    if said == END:
        return []
    return [match[0] for match in _NAME.finditer(said) if match[0] in names]


def _blank(said: str, names: set[str]) -> str:
    if said == END:
        return said
    return _NAME.sub(lambda match: "?" if match[0] in names else match[0], said)


def _with_names(said: str, names: dict[str, str]) -> str:
    if not names or said == END:
        return said
    return _NAME.sub(lambda match: names.get(match[0], match[0]), said)
