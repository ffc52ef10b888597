"""Other people's text in Markdown: prose that stays prose, code that stays code."""

import re
from typing import Final

from tfdiff.render.visible import cut, one_line, visible

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|~$&])")
_MENTION: Final = re.compile(r"([@#!])(?=\w)")  # people, tickets and merge requests
_RUNS: Final = re.compile(r"`+")
_LIST: Final = re.compile(r"^(\s*)([-+=#]+|\d+[.)])(?=\s|$)")
_WORD_JOINER: Final = "\N{WORD JOINER}"


def prose(text: str) -> str:
    """One line of text in which nothing is markup, a link to an issue or a mention."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text))
    escaped = re.sub(r"(?<=[A-Za-z0-9])\\_(?=[A-Za-z0-9])", "_", escaped)  # inside a word
    return _LIST.sub(r"\1\\\2", _MENTION.sub(r"\1" + _WORD_JOINER, escaped))


def code(text: str) -> str:
    """One line as a code span, fenced by more backticks than it contains."""
    line = one_line(text).replace("|", "\N{BROKEN BAR}")  # a bar would end a table's cell
    longest = max((len(run) for run in _RUNS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(lines: list[str], language: str) -> str:
    """Lines as a fenced block that none of them can close."""
    shown = [cut(visible(line)) for line in lines]
    longest = max((len(run) for line in shown for run in _RUNS.findall(line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join([f"{ticks}{language}", *shown, ticks])


def link(text: str, url: str | None) -> str:
    """A link where the address is one of the web, else the text as code."""
    if url is None or not url.startswith(("https://", "http://")):
        return code(text)
    safe = "".join(c if c.isalnum() or c in "-._~:/?#@!$&'*+,;=%" else "%20" for c in url)
    return f"[{code(text)}](<{safe}>)"
