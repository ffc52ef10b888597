"""From a file's bytes to the record of what its functions do; the one pass with libcst.

A file that does not parse gives an empty record; its outline says why. Python 2 statements that
Python 3 lacks are such an error; no optimizer of the TensorFlow releases has one (v0.6.0
already ran on Python 3).
"""

import ast
import warnings
from collections.abc import Iterable, Iterator

import libcst as cst

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.body import read_function
from tfdiff.extract.python.module import Bodies, ClassBody, Function
from tfdiff.extract.python.syntax import Located, LockstepError, arms, located


def read_bodies(source: bytes) -> Bodies:
    """The record of one file's functions, pure in its bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" in their docstrings
            tree, lines = cst.parse_module(source), ast.parse(source)
        reader = _Reader(source.decode(tree.encoding, "replace"))
        reader.statements(located(tree, lines.body))
    except (cst.ParserSyntaxError, SyntaxError, LockstepError, ValueError, RecursionError):
        return Bodies((), ())
    return Bodies(tuple(reader.functions), tuple(reader.classes))


class _Reader:
    """Collects one file's records; the lines are needed for the comments only."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self.functions: list[Function] = []
        self.classes: list[ClassBody] = []

    def statements(self, statements: Iterable[Located]) -> None:
        """Record the functions and classes among module-level statements."""
        for statement, line in statements:
            if isinstance(statement, cst.FunctionDef):
                self.functions.append(read_function(statement, line, self._lines))
            elif isinstance(statement, cst.ClassDef) and isinstance(line, ast.ClassDef):
                self._class(statement, line)
            else:
                for arm in arms(statement, line):
                    self.statements(arm)

    def _class(self, statement: cst.ClassDef, line: ast.ClassDef) -> None:
        rest: list[ast.stmt] = []
        start = min([line.lineno, *(node.lineno for node in line.decorator_list)])
        own = set(range(start, (line.end_lineno or start) + 1))
        for inner, place in self._inside(located(statement.body, line.body)):
            if isinstance(inner, cst.FunctionDef):
                method = read_function(inner, place, self._lines, statement.name.value)
                self.functions.append(method)
                own -= set(range(method.line, method.end_line + 1))
            else:
                rest.append(place)
        shell = ast.ClassDef(line.name, line.bases, line.keywords, rest, line.decorator_list)
        said = fingerprint.docs(
            [self._lines[number - 1] for number in sorted(own) if number <= len(self._lines)],
            [doc] if (doc := ast.get_docstring(line, clean=False)) else [],
        )
        self.classes.append(ClassBody(line.name, fingerprint.tokens([shell]), said))

    def _inside(self, statements: Iterable[Located]) -> Iterator[Located]:
        for statement, line in statements:
            if isinstance(statement, (cst.If, cst.Try, cst.With)):
                for arm in arms(statement, line):
                    yield from self._inside(arm)
            else:
                yield statement, line
