"""From a file's bytes to its ``Module`` record; the one pass over each file, with libcst.

A file that does not parse gives a record with nothing but ``error``: its classes are then
missing, and whoever links to them says so. Python 2 statements that Python 3 lacks are such an
error; no optimizer of the TensorFlow releases has one (v0.6.0 already ran on Python 3).
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.body import read_function
from tfdiff.extract.python.module import Assignment, Class, Export, Function, Import, Module
from tfdiff.extract.python.syntax import Located, LockstepError, arms, dotted, located, string, text

Lines = Mapping[cst.CSTNode, tuple[int, int]]

_LISTS = ("__all__", "_allowed_symbols")
_DOCUMENTED = re.compile(r"^\s*@@(\w+)", re.MULTILINE)


def read_module(source: bytes) -> Module:
    """The record of one file, pure in its bytes."""
    try:
        tree, lines = _parse(source)
        return _Reader(source.decode(tree.encoding, "replace")).module(tree, lines)
    except cst.ParserSyntaxError as error:
        return _unreadable(error.message, error.raw_line)
    except SyntaxError as error:
        return _unreadable(error.msg, error.lineno or 0)
    except (LockstepError, UnicodeDecodeError, ValueError, RecursionError) as error:
        return _unreadable(str(error) or "the parsers disagree about its statements", 0)


def read_nodes(source: bytes) -> dict[str, tuple[cst.FunctionDef, Lines]]:
    """Every ``function`` and ``Class.method`` of a file, with the lines of its statements.

    Empty where the file does not parse.
    """
    try:
        tree, lines = _parse(source)
        return dict(_nodes(located(tree, lines.body), ""))
    except (cst.ParserSyntaxError, SyntaxError, LockstepError, ValueError, RecursionError):
        return {}


def _nodes(
    statements: Iterable[Located], prefix: str
) -> Iterator[tuple[str, tuple[cst.FunctionDef, Lines]]]:
    for statement, line in statements:
        if isinstance(statement, cst.FunctionDef):
            lines: dict[cst.CSTNode, tuple[int, int]] = {}
            _number([(statement, line)], lines)
            yield prefix + statement.name.value, (statement, lines)
            continue
        inside = statement.name.value + "." if isinstance(statement, cst.ClassDef) else ""
        for arm in arms(statement, line):
            yield from _nodes(arm, prefix + inside)


def _number(statements: Iterable[Located], lines: dict[cst.CSTNode, tuple[int, int]]) -> None:
    for statement, line in statements:
        end = line.end_lineno or line.lineno
        if isinstance(statement, cst.BaseCompoundStatement):
            body: list[ast.stmt] = getattr(line, "body", [])
            end = max(line.lineno, body[0].lineno - 1) if body else line.lineno
        lines[statement] = (line.lineno, end)
        for arm in arms(statement, line):
            _number(arm, lines)


def _parse(source: bytes) -> tuple[cst.Module, ast.Module]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "invalid escape sequence" in their docstrings
        return cst.parse_module(source), ast.parse(source)


def _unreadable(reason: str, line: int) -> Module:
    return Module((), (), (), (), (), None, error=(f"does not parse: {reason}", line))


def _imports(statement: cst.Import | cst.ImportFrom, line: int) -> Iterator[Import]:
    if isinstance(statement, cst.Import):
        for alias in statement.names:
            name = dotted(alias.name) or ""
            if alias.asname is None:
                yield Import(name.split(".")[0], "", name.split(".")[0], line)
            else:
                yield Import(name, "", text(alias.asname.name), line)
        return
    base = dotted(statement.module) if statement.module is not None else ""
    module = "." * len(statement.relative) + (base or "")
    if isinstance(statement.names, cst.ImportStar):
        yield Import(module, "*", "*", line)
        return
    for alias in statement.names:
        name = text(alias.name)
        yield Import(module, name, text(alias.asname.name) if alias.asname else name, line)


def _strings(node: cst.CSTNode) -> tuple[str, ...]:
    """The string literals of a list, tuple, set or sum of those, or one string."""
    match node:
        case cst.List() | cst.Tuple() | cst.Set():
            found = (string(element.value) for element in node.elements)
            return tuple(name for name in found if name is not None)
        case cst.BinaryOperation(left=left, right=right):
            return _strings(left) + _strings(right)
    one = string(node)
    return () if one is None else (one,)


def _is_list(node: cst.CSTNode) -> bool:
    return isinstance(node, (cst.List, cst.Tuple, cst.Set, cst.BinaryOperation))


def _export(node: cst.CSTNode, symbol: str) -> Export | None:
    """What ``tf_export(...)`` says, if that is what the call is."""
    if not isinstance(node, cst.Call):
        return None
    decorator = (dotted(node.func) or "").rpartition(".")[2]
    if not decorator.endswith("_export"):
        return None
    names: list[str] = []
    v1: tuple[str, ...] | None = None
    for argument in node.args:
        if argument.keyword is None or argument.keyword.value == "path":
            names.extend(_strings(argument.value))
        elif argument.keyword.value == "v1":
            v1 = _strings(argument.value)
    return Export(decorator, symbol, tuple(names), v1)


class _Reader:
    """Collects one file's records; ``_lines`` is needed for the comments only."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        self._imports: list[Import] = []
        self._nested: list[Import] = []
        self._constants: list[Assignment] = []
        self._functions: list[Function] = []
        self._classes: list[Class] = []
        self._exports: list[Export] = []
        self._listed: dict[str, list[str]] = {}
        self._removes = False

    def module(self, tree: cst.Module, lines: ast.Module) -> Module:
        self._statements(located(tree, lines.body))
        # imports inside functions serve names that the module itself does not bind
        return Module(
            (*self._imports, *self._nested),
            tuple(self._constants),
            tuple(self._functions),
            tuple(self._classes),
            tuple(self._exports),
            self._allowed(ast.get_docstring(lines) or ""),
        )

    def _allowed(self, docstring: str) -> tuple[str, ...] | None:
        """What stays public: TensorFlow 1.x deletes what no ``@@name`` in a docstring names."""
        listed, kept = (self._listed.get(name) for name in _LISTS)
        if not self._removes:
            return None if listed is None else tuple(listed)
        return (*(kept or ()), *_DOCUMENTED.findall(docstring))

    def _statements(self, statements: Iterable[Located]) -> None:
        for statement, line in statements:
            match statement:
                case cst.Import() | cst.ImportFrom():
                    self._imports.extend(_imports(statement, line.lineno))
                case cst.FunctionDef():
                    self._functions.append(self._function(statement, line))
                    self._decorated(statement.decorators, statement.name.value)
                case cst.ClassDef() if isinstance(line, ast.ClassDef):
                    self._classes.append(self._class(statement, line))
                    self._decorated(statement.decorators, statement.name.value)
                case cst.Assign() | cst.AnnAssign() | cst.AugAssign():
                    self._constants.extend(self._assignments(statement, line))
                case cst.Expr(value=cst.Call() as called):
                    self._called(called)
                case _:
                    for arm in arms(statement, line):
                        self._statements(arm)

    def _assignments(
        self, statement: cst.Assign | cst.AnnAssign | cst.AugAssign, line: ast.stmt
    ) -> Iterator[Assignment]:
        if statement.value is None:
            return
        targets = (
            [target.target for target in statement.targets]
            if isinstance(statement, cst.Assign)
            else [statement.target]
        )
        end = line.end_lineno or line.lineno
        for target in map(text, targets):
            if target in _LISTS and _is_list(statement.value):
                self._listed.setdefault(target, []).extend(_strings(statement.value))
            elif isinstance(statement.value, cst.Call):
                export = _export(statement.value.func, target)
                self._exports.extend([export] if export else [])
            yield Assignment("=", target, text(statement.value), (), line.lineno, end)

    def _called(self, called: cst.Call) -> None:
        # tf_export("train.X")(X), and remove_undocumented(__name__, [...])
        if called.args and (export := _export(called.func, text(called.args[0].value))):
            self._exports.append(export)
        elif dotted(called.func) == "remove_undocumented":
            self._removes = True
            for argument in called.args[1:2]:
                self._listed.setdefault(_LISTS[1], []).extend(_strings(argument.value))
        elif isinstance(called.func, cst.Attribute) and called.func.attr.value == "extend":
            target = text(called.func.value)
            for argument in called.args if target in self._listed else ():
                self._listed[target].extend(_strings(argument.value))

    def _decorated(self, decorators: Iterable[cst.Decorator], symbol: str) -> None:
        found = (_export(decorator.decorator, symbol) for decorator in decorators)
        self._exports.extend(export for export in found if export is not None)

    def _function(self, statement: cst.FunctionDef, line: ast.stmt) -> Function:
        function, imports = read_function(statement, line, self._lines)
        for nested, number in imports:
            self._nested.extend(_imports(nested, number))
        return function

    def _class(self, statement: cst.ClassDef, line: ast.ClassDef) -> Class:
        methods: list[Function] = []
        attributes: list[Assignment] = []
        rest: list[ast.stmt] = []
        for inner, place in self._class_body(located(statement.body, line.body)):
            if isinstance(inner, cst.FunctionDef):
                methods.append(self._function(inner, place))
                continue
            rest.append(place)
            if isinstance(inner, (cst.Assign, cst.AnnAssign)):
                attributes.extend(self._assignments(inner, place))
        shell = ast.ClassDef(line.name, line.bases, line.keywords, rest, line.decorator_list)
        start = min([line.lineno, *(node.lineno for node in line.decorator_list)])
        own = set(range(start, (line.end_lineno or start) + 1))
        for method in methods:
            own -= set(range(method.line, method.end_line + 1))
        said = fingerprint.docs(
            [self._lines[number - 1] for number in sorted(own) if number <= len(self._lines)],
            [doc] if (doc := ast.get_docstring(line, clean=False)) else [],
        )
        return Class(
            statement.name.value,
            tuple(text(base.value) for base in statement.bases if not base.star),
            tuple(text(decorator.decorator) for decorator in statement.decorators),
            tuple(methods),
            tuple(attributes),
            fingerprint.tokens([shell]),
            said,
            start,
            line.end_lineno or start,
        )

    def _class_body(self, statements: Iterable[Located]) -> Iterator[Located]:
        for statement, line in statements:
            if isinstance(statement, (cst.If, cst.Try, cst.With)):
                for arm in arms(statement, line):
                    yield from self._class_body(arm)
            else:
                yield statement, line
