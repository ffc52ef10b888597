"""Walking libcst trees cheaply: children without layout, text in one line, line numbers.

libcst's own visitors and metadata providers cost 10 to 45 times a parse (measured), most of it
for whitespace nodes that nobody here asks for. Walking only the fields that hold code costs a
tenth of a parse. Line numbers come from the standard library's ``ast`` on the same source (a
tenth of a libcst parse): both trees are walked statement by statement in lockstep, which gives
every statement its lines and costs nothing per expression.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from itertools import zip_longest

import libcst as cst

LAYOUT = ("whitespace", "lpar", "rpar", "leading_lines", "lines_after", "header", "footer")
PUNCTUATION = ("comma", "semicolon", "equal", "dot", "lbracket", "rbracket", "asname", "keyword")

_PRINTER = cst.Module([])
_GAP = re.compile(r"\s*\\?\n\s*|\s+")
_OPENING = re.compile(r"([(\[{]) ")
_CLOSING = re.compile(r",? ?([)\]}])")

Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement
Located = tuple[Statement, ast.stmt]


class LockstepError(Exception):
    """The two parsers see different statements: no line numbers can be had."""


@cache
def _code_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in fields(kind)
        if not field.name.startswith(LAYOUT + PUNCTUATION) and "whitespace" not in field.name
    )


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly below, without layout and punctuation, in source order."""
    for name in _code_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def text(node: cst.CSTNode) -> str:
    """An expression as written, in one line: no line breaks, comments or trailing commas."""
    match node:
        case cst.Name(value=value) if not node.lpar:
            return value
        case cst.Attribute(value=value, attr=attr) if not node.lpar:
            return f"{text(value)}.{attr.value}"
    code = _PRINTER.code_for_node(node)
    if "\n" in code or "  " in code or ", )" in code or ",)" in code or ",]" in code:
        if "#" in code:
            code = "\n".join(_without_comment(line) for line in code.split("\n"))
        code = _GAP.sub(" ", code)
        code = _CLOSING.sub(_closing, _OPENING.sub(r"\1", code))
    return code.strip()


def _closing(match: re.Match[str]) -> str:
    # (x,) is a tuple, (x) is none: a comma before a parenthesis may carry meaning
    before = match.string[: match.start()]
    opened = before.rfind("(")
    lone = match[1] == ")" and "," in match[0] and "," not in before[opened + 1 :]
    called = opened > 0 and (before[opened - 1].isalnum() or before[opened - 1] in "_)]")
    return f",{match[1]}" if lone and not called else match[1]


def _without_comment(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote and line[index - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char == "#":
            return line[:index]
    return line


def dotted(node: cst.CSTNode) -> str | None:
    """``a.b.c`` for names and attributes; ``super(X, self).b`` gives ``super().b``."""
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=value, attr=attr):
            base = dotted(value)
            return None if base is None else f"{base}.{attr.value}"
        case cst.Call(func=cst.Name(value="super")):
            return "super()"
    return None


def _block(body: cst.CSTNode) -> Sequence[Statement]:
    flat: list[Statement] = []
    if isinstance(body, (cst.Else, cst.Finally)):
        body = body.body
    for statement in children(body):
        if isinstance(statement, cst.SimpleStatementLine):
            flat.extend(statement.body)
        elif isinstance(statement, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            flat.append(statement)
    return flat


def located(body: cst.CSTNode, stmts: Sequence[ast.stmt]) -> Iterator[Located]:
    """The statements of a module, suite or block, each with its ``ast`` counterpart.

    Raises:
        LockstepError: the trees do not agree.
    """
    for statement, line in zip_longest(_block(body), stmts):
        if statement is None or line is None:
            raise LockstepError
        yield statement, line


def arms(statement: Statement, line: ast.stmt) -> Iterator[Iterator[Located]]:
    """The blocks of a compound statement, in source order, ``if`` with its else arm last."""
    if not isinstance(statement, cst.BaseCompoundStatement):
        return
    yield from _arm(statement, line, "body")
    for field in ("handlers", "cases"):
        ours: Sequence[cst.CSTNode] = getattr(statement, field, ())
        theirs: Sequence[ast.AST] = getattr(line, field, ())
        for one, other in zip(ours, theirs, strict=True):
            yield from _arm(one, other, "body")
    orelse: cst.CSTNode | None = getattr(statement, "orelse", None)
    if isinstance(orelse, cst.If):
        yield iter([(orelse, _stmts(line, "orelse")[0])])
    elif orelse is not None:
        yield located(orelse, _stmts(line, "orelse"))
    yield from _arm(statement, line, "finalbody")


def _arm(node: cst.CSTNode, line: ast.AST, field: str) -> Iterator[Iterator[Located]]:
    body: cst.CSTNode | None = getattr(node, field, None)
    if body is not None:
        yield located(body, _stmts(line, field))


def _stmts(line: ast.AST, field: str) -> Sequence[ast.stmt]:
    stmts: Sequence[ast.stmt] = getattr(line, field)
    return stmts
