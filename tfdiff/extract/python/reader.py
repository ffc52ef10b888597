"""From a file's bytes to the record of what its functions do.

A file that does not parse gives an empty record; its outline says why. Python 2 statements that
Python 3 lacks are such an error; no optimizer of the TensorFlow releases has one (v0.6.0
already ran on Python 3).
"""

import ast
from collections.abc import Iterable, Iterator

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.body import read_function
from tfdiff.extract.python.module import Bodies, ClassBody, Function
from tfdiff.extract.python.syntax import Source, arms


def read_bodies(source: bytes) -> Bodies:
    """The record of one file's functions, pure in its bytes."""
    try:
        parsed = Source(source)
        reader = _Reader(parsed)
        reader.statements(parsed.tree.body)
    except (SyntaxError, ValueError, RecursionError):
        return Bodies((), ())
    return Bodies(tuple(reader.functions), tuple(reader.classes))


class _Reader:
    """Collects one file's records."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.functions: list[Function] = []
        self.classes: list[ClassBody] = []

    def statements(self, statements: Iterable[ast.stmt]) -> None:
        """Record the functions and classes among module-level statements."""
        for statement in statements:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions.append(read_function(statement, self._source))
            elif isinstance(statement, ast.ClassDef):
                self._class(statement)
            else:
                for arm in arms(statement):
                    self.statements(arm)

    def _class(self, node: ast.ClassDef) -> None:
        rest: list[ast.stmt] = []
        lines = self._source.lines
        start = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        own = set(range(start, (node.end_lineno or start) + 1))
        for inner in self._inside(node.body):
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                method = read_function(inner, self._source, node.name)
                self.functions.append(method)
                own -= set(range(method.line, method.end_line + 1))
            else:
                rest.append(inner)
        shell = ast.ClassDef(node.name, node.bases, node.keywords, rest, node.decorator_list)
        said = fingerprint.docs(
            [lines[number - 1] for number in sorted(own) if number <= len(lines)],
            [doc] if (doc := ast.get_docstring(node, clean=False)) else [],
        )
        self.classes.append(ClassBody(node.name, fingerprint.tokens([shell]), said))

    def _inside(self, statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in statements:
            if isinstance(statement, (ast.If, ast.Try, ast.With)):
                for arm in arms(statement):
                    yield from self._inside(arm)
            else:
                yield statement
