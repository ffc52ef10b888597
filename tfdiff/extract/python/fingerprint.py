"""Hashes of Python code that layout cannot change, and hashes of its comments.

The code's hash is taken over the standard library's syntax tree, which has no layout, quotes,
parentheses or implicit concatenation left, and where ``10e-8`` and ``1e-7`` are one value.
``ast.dump`` would do but for its dependence on the Python version (fields come and go), so
empty fields are left out.
"""

import ast
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

Node = ast.AST

# strings are matched so that a "#" inside them is not taken for a comment
_LEXEMES = re.compile(
    r"'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^\\'\n])*'|\"(?:\\.|[^\\\"\n])*\""
    r"|(#[^\n]*)",
    re.DOTALL,
)


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _write(node: object, out: list[str]) -> None:
    match node:
        case ast.Constant(value=value):
            out.append(repr(value))
        case ast.AST():
            out.append(type(node).__name__)
            for name in node._fields:
                value = getattr(node, name, None)
                if name in {"ctx", "type_comment"} or value is None or value == []:
                    continue
                out.append(name)
                _write(_code(value) if name == "body" else value, out)
            out.append(")")
        case list():
            out.append("[")
            for item in node:
                _write(item, out)
            out.append("]")
        case _:
            out.append(repr(node))


def _code(body: object) -> object:
    # a body of nothing but a docstring does the same as one with ``pass``
    if not isinstance(body, list):
        return body
    kept = [item for item in body if not _is_docstring(item) and not isinstance(item, ast.Pass)]
    return kept or [ast.Pass()]


def _hash(parts: Iterable[str]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def tokens(nodes: Sequence[Node]) -> str:
    """Hash of code without comments, docstrings and layout (decorators included)."""
    out: list[str] = []
    for node in nodes:
        _write(node, out)
    return _hash(out)


def docs(lines: Sequence[str], docstrings: Iterable[str]) -> str:
    """Hash of the comments in these source lines and of the docstrings; layout is ignored."""
    comments = (found[1] for found in _LEXEMES.finditer("\n".join(lines)) if found[1])
    return _hash(
        [*(" ".join(said.split()) for said in comments)]
        + [" ".join(said.split()) for said in docstrings]
    )


def docstrings(node: Node) -> list[str]:
    """Every docstring in a function or class, nested ones included."""
    return [
        statement.value.value
        for inner in ast.walk(node)
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for statement in inner.body
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]
