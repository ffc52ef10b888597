"""What a function's body does: its calls, bindings and references, with their conditions."""

import ast
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from tfdiff.extract.python import fingerprint
from tfdiff.extract.python.module import (
    Argument,
    Assignment,
    CallSite,
    Condition,
    Function,
    ParameterText,
)
from tfdiff.extract.python.syntax import (
    Located,
    LockstepError,
    Statement,
    arms,
    children,
    dotted,
    text,
)

Conditions = tuple[Condition, ...]


def read_function(
    node: cst.FunctionDef, line: ast.stmt, lines: Sequence[str], owner: str = ""
) -> Function:
    """The record of one function; ``owner`` is the class that it is a method of."""
    if not isinstance(line, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise LockstepError(f"{node.name.value} is no function to the other parser")
    body = _Body()
    for arm in arms(node, line):
        body.block(arm, ())
    start = min([line.lineno, *(one.lineno for one in line.decorator_list)])
    end = line.end_lineno or line.lineno
    decorators = [text(decorator.decorator) for decorator in node.decorators]
    return Function(
        node.name.value,
        owner,
        tuple(_parameters(node.params, line)),
        any(one.endswith((".setter", ".deleter")) for one in decorators),
        tuple(body.calls),
        tuple(body.assignments),
        tuple(sorted(body.references)),
        tuple(sorted(body.locals)),
        fingerprint.tokens([line]),
        fingerprint.docs(lines[start - 1 : end], fingerprint.docstrings(line)),
        start,
        end,
    )


def _parameters(
    params: cst.Parameters, line: ast.FunctionDef | ast.AsyncFunctionDef
) -> list[ParameterText]:
    found: list[ParameterText] = []

    def add(param: cst.Param, arg: ast.arg, kind: str) -> None:
        default = None if param.default is None else text(param.default)
        found.append(ParameterText(param.name.value, kind, default, arg.lineno))

    given = line.args
    positional = [*params.posonly_params, *params.params]
    for param, arg in zip(positional, [*given.posonlyargs, *given.args], strict=True):
        add(param, arg, "positional")
    if isinstance(params.star_arg, cst.Param) and given.vararg:
        add(params.star_arg, given.vararg, "*")
    for param, arg in zip(params.kwonly_params, given.kwonlyargs, strict=True):
        add(param, arg, "keyword")
    if params.star_kwarg is not None and given.kwarg:
        add(params.star_kwarg, given.kwarg, "**")
    return found


def _leaves(statements: Sequence[Located]) -> bool:
    """Whether a block always leaves the function or the loop round without an error."""
    last = statements[-1][0] if statements else None
    return isinstance(last, (cst.Return, cst.Continue))


def _bindings(
    statement: Statement,
) -> Iterator[tuple[str, cst.CSTNode | None, cst.CSTNode]]:
    """What a statement binds: kind, target, value."""
    match statement:
        case cst.Assign(value=value):
            for assigned in statement.targets:
                yield "=", assigned.target, value
        case cst.AnnAssign(target=target, value=cst.BaseExpression() as value):
            yield "=", target, value
        case cst.AugAssign(target=target, value=value, operator=operator):
            yield text(operator).strip(), target, value
        case cst.For(target=target, iter=value):
            yield "for", target, value
        case cst.With(items=items):
            for item in items:
                if item.asname is not None:
                    yield "with", item.asname.name, item.item
        case cst.Return(value=cst.BaseExpression() as value):
            yield "return", None, value


def _read(statement: Statement) -> list[cst.CSTNode]:
    """The expressions that a statement evaluates itself, the assigned value first."""
    read: list[cst.CSTNode | None]
    match statement:
        case cst.Assign(value=value):
            stored = [assigned.target for assigned in statement.targets]
            read = [value, *(one for one in stored if isinstance(one, cst.Subscript))]
        case cst.AnnAssign(value=value) | cst.For(iter=value) | cst.While(test=value):
            read = [value]
        case cst.AugAssign(target=target, value=value):
            read = [value, target]
        case cst.With(items=items):
            read = [item.item for item in items]
        case cst.FunctionDef(params=params):
            read = [one.default for one in params.params]
        case cst.BaseCompoundStatement():
            read = []
        case _:
            read = list(children(statement))
    return [node for node in read if node is not None]


class _Body:
    """Collects what the statements of one function do, nested functions included."""

    def __init__(self) -> None:
        self.calls: list[CallSite] = []
        self.assignments: list[Assignment] = []
        self.references: set[str] = set()
        self.locals: set[str] = set()

    def block(self, statements: Iterable[Located], conditions: Conditions) -> None:
        for statement, line in statements:
            if isinstance(statement, cst.If):
                conditions = self._branch(statement, line, conditions)
                continue
            self._statement(statement, line, conditions)
            for arm in arms(statement, line):
                self.block(arm, conditions)

    def _branch(self, statement: cst.If, line: ast.stmt, conditions: Conditions) -> Conditions:
        """Read an ``if``; what follows one that returns runs only if its test fails."""
        test = text(statement.test)
        self._expressions([statement.test], "", conditions, line.lineno, line.lineno)
        blocks = [list(arm) for arm in arms(statement, line)]
        for holds, block in zip((True, False), blocks, strict=False):
            self.block(block, (*conditions, Condition(test, holds)))
        if len(blocks) == 1 and _leaves(blocks[0]):
            return (*conditions, Condition(test, holds=False))
        return conditions

    def _statement(self, statement: Statement, line: ast.stmt, conditions: Conditions) -> None:
        start, end = line.lineno, line.end_lineno or line.lineno
        if isinstance(statement, cst.BaseCompoundStatement):
            end = start  # what it contains has lines of its own
        if isinstance(statement, (cst.Import, cst.ImportFrom)):
            return
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            self.locals.add(statement.name.value)
        whole = ""
        for kind, target, value in _bindings(statement):
            whole = text(target) if target is not None and kind == "=" else ""
            if isinstance(value, cst.Lambda):
                self.locals.add(whole)
            name = "" if target is None else text(target)
            self.assignments.append(Assignment(kind, name, text(value), conditions, start, end))
        self._expressions(_read(statement), whole, conditions, start, end)

    def _expressions(
        self,
        nodes: Iterable[cst.CSTNode],
        target: str,
        conditions: Conditions,
        line: int,
        end_line: int,
    ) -> None:
        """Record every call and dotted name below these nodes, outer calls first."""
        stack = list(nodes)[::-1]
        whole = stack[0] if stack else None  # the value: targets come first in source order
        while stack:
            node = stack.pop()
            name = dotted(node)
            if name is not None:
                self.references.add(name)
                continue
            if isinstance(node, cst.Call):
                arguments = tuple(_argument(argument) for argument in node.args)
                given = target if node is whole else ""
                callee = dotted(node.func) or text(node.func)
                self.calls.append(CallSite(callee, arguments, given, conditions, line, end_line))
            stack.extend(list(children(node))[::-1])


def _argument(argument: cst.Arg) -> Argument:
    keyword = argument.star or (argument.keyword.value if argument.keyword else "")
    return Argument(keyword, text(argument.value))
