"""Guards as a reader would say them, and what to pass so that they do not hold."""

import re

_IS_NONE = re.compile(r"(not )?(\w+) is None")
_COMPARED = re.compile(r"(\w+) (!=|>|>=|<|<=|==) (-?[\w.]+)")
_TURNED = re.compile(r"(not )?([\w.]+) (==|!=|<|<=|>|>=) ([\w.]+)")
_SIGNED = re.compile(r"(\w+) [<>] 0")
_NEGATED = {"==": "!=", "!=": "=="}
_OTHER_WAY = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_WORD = re.compile(r"(not )?([A-Za-z_]\w*)")
_DATA = frozenset({"grad", "var", "touched", "step"})
_SAID = {
    "not touched": "in rows that the gradient does not touch",
    "touched": "in rows that the gradient touches",
}


def readable(condition: str) -> str:
    """``not touched`` -> ``in rows that the gradient does not touch``, and the like.

    What all parts ask for is said once, and before the rest.
    """
    parts = _parts(condition)
    each = [part.split(" and ") for part in parts]
    shared = [one for one in each[0] if "(" not in condition and all(one in of for of in each)]
    rest = [" and ".join(one for one in of if one not in shared) for of in each]
    if len(parts) > 1 and shared and all(rest):
        return f"{_joined(shared, ' and ')}, and {_joined(rest, ' or ')}"
    return _joined(parts, " or ")


def _parts(condition: str) -> list[str]:
    """What is enough by itself, each once: ``a or a and b`` asks for no more than ``a``."""
    asked = {part: frozenset(part.split(" and ")) for part in condition.split(" or ")}
    return [part for part, own in asked.items() if not any(one < own for one in asked.values())]


def _joined(parts: list[str], word: str) -> str:
    return word.join(sorted({_said(part) for part in parts}))


def _said(part: str) -> str:
    if part in _SAID:
        return _SAID[part]
    if " and " in part and "(" not in part:
        said = [_said(one) for one in _strongest(part.split(" and "))]
        rows = [one for one in said if one in _SAID.values()]
        return ", ".join((" and ".join(one for one in said if one not in rows), *rows))
    if found := _IS_NONE.fullmatch(part):
        return f"{found[2]} is {'passed' if found[1] else 'not passed'}"
    if found := _WORD.fullmatch(part):
        return f"{found[2]}={not found[1]}"
    return part


def _strongest(parts: list[str]) -> list[str]:
    """The conjuncts without those that another one of the same argument implies."""
    turned = [_turned(part) for part in parts]
    passed = {found[2] for part in turned if (found := _IS_NONE.fullmatch(part)) and found[1]}
    signed = {found[1] for part in turned if (found := _SIGNED.fullmatch(part))}
    implied = {f"{name} != 0" for name in passed | signed}
    implied |= {f"not {name} is None" for name in signed}
    return list(dict.fromkeys(part for part in turned if part not in implied))


def _turned(part: str) -> str:
    """``not 0 == x`` -> ``x != 0``, and the like."""
    found = _TURNED.fullmatch(part)
    if found is None:
        return part
    negated, left, op, right = found.groups()
    if negated and op not in _NEGATED:
        return part
    op = _NEGATED[op] if negated else op
    if left[0].isdigit():
        left, op, right = right, _OTHER_WAY.get(op, op), left
    return f"{left} {op} {right}"


def settings(condition: str) -> tuple[str, ...] | None:
    """Arguments with which no part of a guard holds; None where data decides it."""
    parts = [_setting(part) for part in _parts(condition)]
    known = [part for part in parts if part is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(parts) else None


def _setting(part: str) -> str | None:
    """An argument with which a part does not hold: of several tests, that of any."""
    if part in _SAID or "(" in part:
        return None
    if " and " in part:
        return next(filter(None, map(_setting, part.split(" and "))), None)
    if found := _IS_NONE.fullmatch(part):
        return f"{found[2]}=None" if found[1] else None
    if found := _WORD.fullmatch(part):
        return f"{found[2]}={bool(found[1])}"
    found = _COMPARED.fullmatch(part)
    if found is None or found[1] in _DATA:
        return None
    return f"{found[1]}={found[3]}" if found[2] in {"!=", ">", "<"} else None
