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
    """``not touched`` -> ``in rows that the gradient does not touch``, and the like."""
    return " or ".join(sorted(_said(part) for part in condition.split(" or ")))


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
    parts = [_setting(part) for part in condition.split(" or ")]
    known = [part for part in parts if part is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(parts) else None


def _setting(part: str) -> str | None:
    if part in _SAID:
        return None
    if found := _IS_NONE.fullmatch(part):
        return f"{found[2]}=None" if found[1] else None
    if found := _WORD.fullmatch(part):
        return f"{found[2]}={bool(found[1])}"
    found = _COMPARED.fullmatch(part)
    if found is None or found[1] in _DATA:
        return None
    return f"{found[1]}={found[3]}" if found[2] in {"!=", ">", "<"} else None
