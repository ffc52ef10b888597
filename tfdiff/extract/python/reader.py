"""From the text of a function or class to the record of what it does; the one pass with libcst.

What is read is the text of what an optimizer reaches, and not the file round it: a function that
two releases have in common is parsed once, wherever it stands. What does not parse has no record;
the outline of its file says why. Python 2 statements that Python 3 lacks are such an error; no
optimizer of the TensorFlow releases has one (v0.6.0 already ran on Python 3).
"""

import ast
import warnings
from collections.abc import Iterable, Iterator

import libcst as cst

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.body import read_function
from tfdiff.extract.python.module import ClassBody, Function
from tfdiff.extract.python.syntax import LockstepError, located

_AROUND = "class _:\n"  # what is indented needs something to stand in


def read_body(text: str, owner: str = "") -> Function | None:
    """The record of a function, its lines counted from its first; None if it does not parse.

    Args:
        text: its lines as they stand, decorators first.
        owner: the class that it is a method of.
    """
    source, before = _framed(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" in their docstrings
            tree, lines = cst.parse_module(source), ast.parse(source)
        node, line = next(located(tree, lines.body))
        if before and isinstance(node, cst.ClassDef) and isinstance(line, ast.ClassDef):
            node, line = next(located(node.body, line.body))
        if not isinstance(node, cst.FunctionDef):
            return None
        return read_function(node, line, source.split("\n"), owner).moved(-before)
    except (cst.ParserSyntaxError, SyntaxError, LockstepError, ValueError, RecursionError):
        return None


def read_class(text: str) -> ClassBody | None:
    """The hashes of a class's head and body without its methods; None if it does not parse."""
    source, before = _framed(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (node,) = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    if before and isinstance(node, ast.ClassDef):
        (node,) = node.body
    if not isinstance(node, ast.ClassDef):
        return None
    methods: list[ast.stmt] = []
    rest: list[ast.stmt] = []
    for inner in _inside(node.body):
        function = isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef))
        (methods if function else rest).append(inner)
    theirs = {number for method in methods for number in _lines(method)}
    said = fingerprint.docs(
        [
            line
            for number, line in enumerate(source.split("\n"), 1)
            if number in _lines(node) and number not in theirs
        ],
        [doc] if (doc := ast.get_docstring(node, clean=False)) else [],
    )
    shell = ast.ClassDef(node.name, node.bases, node.keywords, rest, node.decorator_list)
    return ClassBody(node.name, fingerprint.tokens([shell]), said)


def _framed(text: str) -> tuple[str, int]:
    """Text that parses by itself, and how many lines were put before it."""
    return (f"{_AROUND}{text}\n", 1) if text[:1].isspace() else (f"{text}\n", 0)


def _lines(node: ast.stmt) -> range:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(one.lineno for one in decorators)])
    return range(start, (node.end_lineno or start) + 1)


def _inside(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a class body, those in branches too."""
    for statement in statements:
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            handlers = getattr(statement, "handlers", [])
            yield from _inside(statement.body)
            yield from (inner for one in handlers for inner in _inside(one.body))
            for field in ("orelse", "finalbody"):
                yield from _inside(getattr(statement, field, []))
        else:
            yield statement
