"""Code as tokens with their lines, without comments, docstrings and layout.

Used on regions that differ, to find which lines differ in what they say. It needs no parser:
a region that cannot be tokenised is compared word by word, which can only show more changes.
"""

import io
import re
import tokenize
from textwrap import dedent

from tfdiff.facts import Region

Token = tuple[str, int]

_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER})
_CXX = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|\\\n|\s+)"""
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|[A-Za-z_]\w*|\.?\d(?:[\w.]|[eEpP][+-])*"""
    r"""|<<=|>>=|->\*|\.\.\.|::|->|\+\+|--|<<|[-+*/%&|^=!<>]=|&&|\|\||.""",
    re.DOTALL | re.VERBOSE,
)


def tokens(region: Region) -> tuple[Token, ...]:
    """The region's tokens with their line in the file."""
    first = region.span.line
    if region.span.path.endswith(".py"):
        try:
            return tuple(_python(region.text, first))
        except (tokenize.TokenError, SyntaxError):
            return tuple(_words(region.text, first))
    return tuple(_cxx(region.text, first))


def _python(text: str, first: int) -> list[Token]:
    """Python's own tokens; block structure stays visible as indents and dedents."""
    result: list[Token] = []
    statement: list[Token] = []
    only_strings = True
    lines = io.StringIO(_aligned(text))
    for token in tokenize.generate_tokens(lines.readline):
        line = token.start[0] + first - 1
        if token.type in {tokenize.INDENT, tokenize.DEDENT}:
            result.append((tokenize.tok_name[token.type], line))
        elif token.type in {tokenize.NEWLINE, tokenize.ENDMARKER}:
            if not only_strings:
                result.extend(statement)
            statement, only_strings = [], True
        elif token.type not in _LAYOUT:
            statement.append((token.string, line))
            only_strings = only_strings and token.type == tokenize.STRING
    return result


def _aligned(text: str) -> str:
    """The text with its first line at the margin, whatever the indentation of the rest.

    A region's text may begin at its first token rather than at the start of the line.
    """
    head, newline, rest = text.partition("\n")
    if head[:1].isspace() or not rest:
        return dedent(text)
    body = dedent(rest)
    return head + newline + ("".join(f"  {line}" for line in body.splitlines(keepends=True)))


def _cxx(text: str, first: int) -> list[Token]:
    result: list[Token] = []
    line = first
    for match in _CXX.finditer(text):
        if match["skip"] is None:
            result.append((match[0], line))
        line += match[0].count("\n")
    return result


def _words(text: str, first: int) -> list[Token]:
    return [
        (word, number)
        for number, line in enumerate(text.splitlines(), first)
        for word in line.split()
    ]
