"""What a function's body does: its calls, bindings and references, with their conditions."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.module import (
    Argument,
    Assignment,
    CallSite,
    Condition,
    Function,
    ParameterText,
)
from tfdiff.extract.python.syntax import Source, arms, children, dotted

Conditions = tuple[Condition, ...]
Def = ast.FunctionDef | ast.AsyncFunctionDef
Text = Callable[[ast.expr], str]

_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+=",
    ast.Sub: "-=",
    ast.Mult: "*=",
    ast.MatMult: "@=",
    ast.Div: "/=",
    ast.FloorDiv: "//=",
    ast.Mod: "%=",
    ast.Pow: "**=",
    ast.LShift: "<<=",
    ast.RShift: ">>=",
    ast.BitOr: "|=",
    ast.BitXor: "^=",
    ast.BitAnd: "&=",
}


def read_function(node: Def, source: Source, owner: str = "") -> Function:
    """The record of one function; ``owner`` is the class that it is a method of."""
    body = _Body(source)
    for arm in arms(node):
        body.block(arm, ())
    start = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    end = node.end_lineno or node.lineno
    decorators = [source.text(decorator) for decorator in node.decorator_list]
    return Function(
        node.name,
        owner,
        tuple(_parameters(node.args, source)),
        any(one.endswith((".setter", ".deleter")) for one in decorators),
        tuple(body.calls),
        tuple(body.assignments),
        tuple(sorted(body.references)),
        tuple(sorted(body.locals)),
        fingerprint.tokens([node]),
        fingerprint.docs(source.lines[start - 1 : end], fingerprint.docstrings(node)),
        start,
        end,
    )


def _parameters(given: ast.arguments, source: Source) -> Iterator[ParameterText]:
    def one(arg: ast.arg, kind: str, default: ast.expr | None) -> ParameterText:
        written = None if default is None else source.text(default)
        return ParameterText(arg.arg, kind, written, arg.lineno)

    positional = [*given.posonlyargs, *given.args]
    required = [None] * (len(positional) - len(given.defaults))
    for arg, default in zip(positional, [*required, *given.defaults], strict=True):
        yield one(arg, "positional", default)
    if given.vararg:
        yield one(given.vararg, "*", None)
    for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield one(arg, "keyword", default)
    if given.kwarg:
        yield one(given.kwarg, "**", None)


def _leaves(statements: Sequence[ast.stmt]) -> bool:
    """Whether a block always leaves the function or the loop round without an error."""
    return isinstance(statements[-1], (ast.Return, ast.Continue))


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None, ast.expr]]:
    """What a statement binds: kind, target, value."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield "=", target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield "=", target, value
        case ast.AugAssign(target=target, value=value, op=operator):
            yield _OPERATORS[type(operator)], target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield "for", target, value
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield "with", item.optional_vars, item.context_expr
        case ast.Return(value=ast.expr() as value):
            yield "return", None, value


def _read(statement: ast.stmt) -> list[ast.AST]:
    """The expressions that a statement evaluates itself, the assigned value first."""
    read: list[ast.expr | None]
    match statement:
        case ast.Assign(targets=targets, value=value):
            read = [value, *(one for one in targets if isinstance(one, ast.Subscript))]
        case ast.AnnAssign(value=value):
            read = [value]
        case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.While(test=value):
            read = [value]
        case ast.AugAssign(target=target, value=value):
            read = [value, target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            read = [item.context_expr for item in items]
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            defaults = args.defaults[-len(args.args) :] if args.args else []
            read = [*defaults]
        case ast.ClassDef() | ast.Try() | ast.TryStar() | ast.Match():
            read = []
        case _:
            return children(statement)
    return [node for node in read if node is not None]


class _Body:
    """Collects what the statements of one function do, nested functions included."""

    def __init__(self, source: Source) -> None:
        self._text = source.text
        self.calls: list[CallSite] = []
        self.assignments: list[Assignment] = []
        self.references: set[str] = set()
        self.locals: set[str] = set()

    def block(self, statements: Iterable[ast.stmt], conditions: Conditions) -> None:
        for statement in statements:
            if isinstance(statement, ast.If):
                conditions = self._branch(statement, conditions)
                continue
            self._statement(statement, conditions)
            for arm in arms(statement):
                self.block(arm, conditions)

    def _branch(self, statement: ast.If, conditions: Conditions) -> Conditions:
        """Read an ``if``; what follows one that returns runs only if its test fails."""
        test = self._text(statement.test)
        self._expressions([statement.test], "", conditions, statement.lineno, statement.lineno)
        self.block(statement.body, (*conditions, Condition(test, holds=True)))
        self.block(statement.orelse, (*conditions, Condition(test, holds=False)))
        if not statement.orelse and _leaves(statement.body):
            return (*conditions, Condition(test, holds=False))
        return conditions

    def _statement(self, statement: ast.stmt, conditions: Conditions) -> None:
        start, end = statement.lineno, statement.end_lineno or statement.lineno
        if next(arms(statement), None) is not None:
            end = start  # what it contains has lines of its own
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.locals.add(statement.name)
        if isinstance(statement, (ast.Global, ast.Nonlocal)):
            self.references.update(statement.names)
        whole = ""
        for kind, target, value in _bindings(statement):
            name = "" if target is None else self._text(target)
            given = name if kind == "=" else ""
            if isinstance(value, ast.Lambda):
                self.locals.add(given)
            whole = "" if isinstance(target, ast.Subscript) else given  # an item is no name
            said = self._text(value)
            self.assignments.append(Assignment(kind, name, said, conditions, start, end))
        self._expressions(_read(statement), whole, conditions, start, end)

    def _expressions(
        self,
        nodes: Sequence[ast.AST],
        target: str,
        conditions: Conditions,
        line: int,
        end_line: int,
    ) -> None:
        """Record every call and dotted name below these nodes, outer calls first."""
        written: Text = self._text
        stack = [(node, written) for node in reversed(nodes)]
        whole = nodes[0] if nodes else None
        while stack:
            node, text = stack.pop()
            name = dotted(node)
            if name is not None:
                self.references.add(name)
                continue
            match node:
                case ast.Call(func=func):
                    arguments = tuple(_arguments(node, text))
                    given = target if node is whole else ""
                    callee = dotted(func) or text(func)
                    call = CallSite(callee, arguments, given, conditions, line, end_line)
                    self.calls.append(call)
                case ast.Attribute(attr=attr) | ast.arg(arg=attr):
                    self.references.add(attr)
                case ast.JoinedStr():
                    text = ast.unparse  # places inside are not to be relied on before 3.12
            stack += [(child, text) for child in reversed(children(node))]


def _arguments(call: ast.Call, text: Text) -> Iterator[Argument]:
    """Arguments in source order."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if call.args and call.keywords:  # f(a=1, *b) is allowed
        given.sort(key=_place)
    for one in given:
        match one:
            case ast.Starred(value=value):
                yield Argument("*", text(value))
            case ast.keyword(arg=keyword, value=value):
                yield Argument("**" if keyword is None else keyword, text(value))
            case _:
                yield Argument("", text(one))


def _place(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset
