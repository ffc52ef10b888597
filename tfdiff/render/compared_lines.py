"""Which lines two texts share, found in bounded time."""

from difflib import SequenceMatcher

_MANY = 2000  # beyond it, lines that stand everywhere (a brace) no longer anchor a match


def matcher(old: list[str], new: list[str]) -> "SequenceMatcher[str]":
    """The comparison of two lists of lines."""
    return SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _MANY)
