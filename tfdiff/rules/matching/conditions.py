"""Guards as a reader would say them, and what to pass so that they do not hold."""

import re

_IS_NONE = re.compile(r"(not )?(\w+) is None")
_COMPARED = re.compile(r"(\w+) (!=|>|>=|<|<=|==) (-?[\w.]+)")
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
        said = [_said(one) for one in part.split(" and ")]
        rows = [one for one in said if one in _SAID.values()]
        return ", ".join((" and ".join(one for one in said if one not in rows), *rows))
    if found := _IS_NONE.fullmatch(part):
        return f"{found[2]} is {'passed' if found[1] else 'not passed'}"
    if found := _WORD.fullmatch(part):
        return f"{found[2]}={not found[1]}"
    return part


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
