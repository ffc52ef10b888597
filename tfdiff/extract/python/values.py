"""The value of a Python expression as far as the sources determine it.

``10e-8`` is 1e-7; a module constant is its value; ``K.epsilon()`` is what Keras' configuration
starts with. Everything else is an ``Unknown`` with its text and reason, never a guess.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import lru_cache

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.model import Definition, Model
from tfdiff.facts import Literal, Unknown, Value

DTYPES = frozenset(
    {"float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"}
    | {"bool", "string", "complex64", "complex128", "resource"}
)
_BINARY: Mapping[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_UNARY: Mapping[type[ast.unaryop], Callable[..., object]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_CONVERSIONS: Mapping[str, Callable[..., object]] = {"float": float, "int": int, "bool": bool}
_NUMBERS = {
    "math.e": math.e,
    "math.pi": math.pi,
    "math.inf": math.inf,
    "numpy.e": math.e,
    "numpy.pi": math.pi,
    "numpy.inf": math.inf,
}
_LARGEST_POWER = 64
_DEPTH = 12

Environment = Mapping[str, Value]


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr | None:
    """The syntax tree of an expression's text, None where it is none."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None


def with_names(text: str, by: Mapping[str, ast.expr]) -> str:
    """An expression in one layout with some of its names replaced; as it is if it is none."""
    node = parsed(text)
    if node is None:
        return text

    class Replace(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return by.get(name.id, name)

    return ast.unparse(Replace().visit(deepcopy(node)))  # what is parsed is kept for others


class _UnreadError(Exception):
    """Why an expression has no value that the sources determine."""


class Evaluator:
    """Evaluates expression texts in the context of a file and, if given, a class.

    Args:
        model: the release's files.
        path: the file that the texts stand in.
        owner: the class whose attributes ``self.x`` may be.
    """

    def __init__(self, model: Model, path: str, owner: ResolvedClass | None = None) -> None:
        self._model = model
        self._path = path
        self._owner = owner

    def value(self, text: str, names: Environment | None = None) -> Value:
        """The value of an expression; ``names`` gives local names and ``self`` attributes."""
        node = parsed(text)
        if node is None:
            return Unknown("is no expression by itself", text)
        try:
            found = self.evaluate(node, names or {}, 0)
        except _UnreadError as error:
            return Unknown(str(error), text)
        except (ArithmeticError, TypeError, ValueError) as error:
            return Unknown(f"cannot be evaluated: {error}", text)
        return _literal(found, text)

    def holds(self, test: str, names: Environment) -> bool | None:
        """Whether a condition holds; None where the sources do not decide it."""
        value = self.value(test, names)
        return bool(value.value) if isinstance(value, Literal) else None

    def evaluate(self, node: ast.expr, names: Environment, depth: int) -> object:  # noqa: PLR0911
        """The Python value of a syntax tree; raises where the sources do not determine it."""
        if depth > _DEPTH:
            raise _UnreadError("is nested too deeply to evaluate")
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name() | ast.Attribute():
                return self._name(ast.unparse(node), names, depth)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return tuple(self.evaluate(item, names, depth + 1) for item in items)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return _UNARY[type(op)](self.evaluate(operand, names, depth + 1))
            case ast.BoolOp(op=op, values=operands):
                return self._logic(op, operands, names, depth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                chosen = body if self.evaluate(test, names, depth + 1) else orelse
                return self.evaluate(chosen, names, depth + 1)
            case ast.Call():
                return self._call(node, names, depth)
        return self._operation(node, names, depth)

    def _operation(self, node: ast.expr, names: Environment, depth: int) -> object:
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                first = self.evaluate(left, names, depth + 1)
                second = self.evaluate(right, names, depth + 1)
                if isinstance(op, ast.Pow) and abs(float(str(second))) > _LARGEST_POWER:
                    raise _UnreadError("is too large a power to evaluate")
                return _BINARY[type(op)](first, second)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
                first = self.evaluate(left, names, depth + 1)
                return _COMPARE[type(op)](first, self.evaluate(right, names, depth + 1))
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                among = self.evaluate(right, names, depth + 1)
                if not isinstance(among, (tuple, str)):
                    raise _UnreadError("depends on what it is called with")
                found = self.evaluate(left, names, depth + 1) in among
                return found is isinstance(op, ast.In)
            case ast.JoinedStr(values=parts):
                return "".join(str(self._part(part, names, depth)) for part in parts)
        raise _UnreadError("is not determined by the sources")

    def _part(self, part: ast.expr, names: Environment, depth: int) -> object:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        return self.evaluate(inner, names, depth + 1)

    def _logic(
        self, op: ast.boolop, operands: list[ast.expr], names: Environment, depth: int
    ) -> object:
        value: object = None
        for operand in operands:
            value = self.evaluate(operand, names, depth + 1)
            if bool(value) is isinstance(op, ast.Or):
                break
        return value

    def _call(self, node: ast.Call, names: Environment, depth: int) -> object:
        callee = ast.unparse(node.func)
        if callee in _CONVERSIONS and len(node.args) == 1:
            return _CONVERSIONS[callee](self.evaluate(node.args[0], names, depth + 1))
        last = callee.rpartition(".")[2]
        if last in {"pop", "get"} and "kwargs" in callee:
            key, default = (*node.args, None, None)[:2]
            if key is None:
                raise _UnreadError("depends on what it is called with")
            return None if default is None else self.evaluate(default, names, depth + 1)
        if not node.args and not node.keywords:
            return self._returned(callee, depth)
        raise _UnreadError("is the result of a call")

    def _returned(self, callee: str, depth: int) -> object:
        """What a function without arguments returns, if that is one constant expression."""
        target = self._model.resolve(self._path, callee)
        if target.kind != "function":
            target = self._configured(callee, target)
        function = self._model.function(target.path, target.name) if target.path else None
        returned = [one for one in function.assignments if one.kind == "return"] if function else []
        if len(returned) != 1:
            raise _UnreadError("is the result of a call")
        node = parsed(returned[0].value)
        if node is None:
            raise _UnreadError("is the result of a call")
        return Evaluator(self._model, target.path).evaluate(node, {}, depth + 1)

    def _configured(self, callee: str, target: Definition) -> Definition:
        """``backend.epsilon`` where the backend, a large file, merely forwards the setting."""
        folder, _, name = target.name.rpartition(".")
        if folder.rpartition(".")[2] not in {"backend", "K"} and callee != f"K.{name}":
            return target
        small = ("backend_config.py", "backend/common.py", "backend/config.py")
        for path in self._model.ending(*small):
            if self._model.module(path).function(name) is not None:
                return Definition("function", path, name)
        return target

    def _name(self, dotted: str, names: Environment, depth: int) -> object:
        if dotted in names:
            return _known(names[dotted])
        head, _, rest = dotted.partition(".")
        if head in {"self", "cls"} and rest:
            return self.attribute(rest, depth)
        if head in names and rest:
            raise _UnreadError("depends on what it is called with")
        target = self._model.resolve(self._path, dotted)
        if target.kind == "constant":
            return self._constant(target, depth)
        return self._defined(target, depth)

    def _defined(self, target: Definition, depth: int) -> object:
        if target.kind == "member":
            cls = self._model.class_(target.path, target.name.partition(".")[0])
            if cls is not None:
                return Evaluator(self._model, target.path, cls).attribute(
                    target.name.partition(".")[2], depth
                )
        last = target.name.rpartition(".")[2]
        if target.kind == "external" and last in DTYPES:
            return last
        if target.name in _NUMBERS:
            return _NUMBERS[target.name]
        if target.kind in {"function", "class"}:
            return f"<{target.name}>"
        raise _UnreadError(
            "is defined outside the files at hand"
            if target.kind == "external" and "." in target.name
            else "is not determined by the sources"
        )

    def _constant(self, target: Definition, depth: int) -> object:
        constants = self._model.module(target.path).constants
        values = {one.value for one in constants if one.target == target.name}
        node = parsed(values.pop()) if len(values) == 1 else None
        if node is None:
            raise _UnreadError("has more than one value in its module")
        return Evaluator(self._model, target.path).evaluate(node, {}, depth + 1)

    def attribute(self, name: str, depth: int) -> object:
        """The value of a class attribute; raises where the sources do not determine it."""
        found = self._owner.attribute(name) if self._owner else None
        node = parsed(found[1].value) if found else None
        if found is None or node is None:
            raise _UnreadError("is an attribute set elsewhere")
        return Evaluator(self._model, found[0].ref.path, found[0]).evaluate(node, {}, depth + 1)


def _known(value: Value) -> object:
    if isinstance(value, Unknown):
        raise _UnreadError(value.reason)
    return value.value


def _literal(value: object, text: str) -> Value:
    if value is None or isinstance(value, (bool, int, float, str, tuple)):
        return Literal(value, text)
    return Unknown(f"has a value of type {type(value).__name__}", text)
