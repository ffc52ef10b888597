"""Text from other people's sources, made safe to look at.

Escaping for HTML or Markdown is the format's own matter. Here everything that would not be
seen as what it is becomes visible: control characters, characters that turn the reading
direction (a known way to hide code), invisible ones, and lines of a length nobody reads.
"""

import re
from typing import Final

LONGEST_LINE: Final = 1000

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HIDDEN: Final = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff"
    "]"
)


def visible(text: str) -> str:
    """The text with every control, direction and invisible character written out.

    Line feeds and tabs stay. A carriage return before a line feed is dropped.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_name, _CONTROL.sub(_picture, text))


def one_line(text: str) -> str:
    """The visible text on one line, with single spaces."""
    return cut(" ".join(visible(text).split()))


def cut(line: str, longest: int = LONGEST_LINE) -> str:
    """The line, cut with a plain word about it where it is longer than ``longest``."""
    if len(line) <= longest:
        return line
    return f"{line[:longest]} [... {len(line) - longest:,} characters more]"


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < ord(" "):
        return chr(0x2400 + code)  # Unicode's own pictures of the control characters
    return f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{code:04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"


def _name(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{code:04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"


def lines(text: str) -> list[str]:
    """The lines of a source text, as an editor numbers them (only line feeds end a line)."""
    found = text.split("\n")
    return found[:-1] if found[-1] == "" else found
