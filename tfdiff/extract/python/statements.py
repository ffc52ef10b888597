"""A region's source as a list of statements that can be compared one by one.

Read with the standard library's parser, and only for regions whose code differs: a statement
is compared by what it says (``spelling``), and judged by what it has to do with (``features``).
"""

import ast
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tfdiff.extract.python.features import decorator_features, features
from tfdiff.extract.python.spelling import Spelling
from tfdiff.facts import Feature, Region, Statement

Def = ast.FunctionDef | ast.AsyncFunctionDef
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def statements(region: Region) -> tuple[Statement, ...] | None:
    """The statements of a Python region; None where its text does not parse by itself."""
    return _read(region.text, region.span.line, region.imports)


@lru_cache(maxsize=4096)
def _read(
    text: str, first: int, imports: tuple[tuple[str, str], ...]
) -> tuple[Statement, ...] | None:
    tree = _parsed(text)
    if tree is None:
        return None
    raw = _parsed(text)
    body, shift = (tree.body, first - 1)
    original = raw.body if raw else []
    if text[:1].isspace():
        wrapper, unwrapped = body[0], original[0]
        if not (isinstance(wrapper, ast.If) and isinstance(unwrapped, ast.If)):
            return None
        body, original, shift = wrapper.body, unwrapped.body, first - 2
    Spelling(dict(imports)).visit(tree)
    reader = _Reader(shift)
    reader.block(body, original, None)
    return tuple(reader.found)


def _parsed(text: str) -> ast.Module | None:
    """The tree of a region; a class without its methods gets a body, a method a margin."""
    start = "if True:\n" if text[:1].isspace() else ""
    indent = " " * (len(text) - len(text.lstrip()))
    for end in ("", f"\n{indent}  pass"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(f"{start}{text}{end}")
        except (SyntaxError, ValueError, RecursionError):
            continue
    return None


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], _LEAVES)


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def negated(test: ast.expr) -> str:
    """What holds where a test fails, as short as it can be said."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return ast.unparse(inner)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPPOSITE:
            return ast.unparse(ast.Compare(left, [_OPPOSITE[type(op)]()], [right]))
        case _:
            return ast.unparse(ast.UnaryOp(ast.Not(), test))


def _says_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Global() | ast.Nonlocal():
            return True
        case ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
        case ast.Delete(targets=targets):  # "del grad  # unused"
            return all(isinstance(target, ast.Name) for target in targets)
    return False


class _Written(NamedTuple):
    """A statement as it stands: its text and its lines in the parsed text."""

    text: str
    line: int
    end_line: int | None


class _Reader:
    """Collects the statements of one region, heads before what they enclose.

    Each statement is walked beside its original, which gives the text as written.
    """

    def __init__(self, shift: int) -> None:
        self._shift = shift
        self._guards: tuple[str, ...] = ()
        self.found: list[Statement] = []

    def block(self, body: Sequence[ast.stmt], raw: Sequence[ast.stmt], parent: int | None) -> None:
        guards = self._guards
        left: tuple[str, ...] = ()
        for node, original in zip(body, raw, strict=True):
            # an error at the end of a block is raised where no branch before it has left
            self._guards = (*guards, *left) if isinstance(node, ast.Raise) else guards
            self._statement(node, original, parent)
            if isinstance(node, ast.If) and _leaves(node.body):
                left = (*left, negated(node.test))
        self._guards = guards

    def _arm(
        self,
        guard: str,
        body: Sequence[ast.stmt],
        raw: Sequence[ast.stmt],
        parent: int | None,
    ) -> None:
        """A block that runs only where a test holds."""
        outer = self._guards
        self._guards = (*outer, guard)
        self.block(body, raw, parent)
        self._guards = outer

    def _statement(self, node: ast.stmt, raw: ast.stmt, parent: int | None) -> None:
        if _says_nothing(node):
            return
        match node, raw:
            case ast.If(), ast.If():
                self._if(node, raw, parent)
            case ((ast.For() | ast.While()), (ast.For() | ast.While())):
                parts = [node.target, node.iter] if isinstance(node, ast.For) else [node.test]
                said = " in ".join(ast.unparse(part) for part in parts)
                kind = "for" if isinstance(node, ast.For) else "while"
                self._compound(f"{kind} {said}:", parts, node, raw, parent)
            case (ast.With(), ast.With()):
                self._with(node, raw, parent)
            case ast.Try(), ast.Try():
                self._try(node, raw, parent)
            case (
                (ast.FunctionDef() | ast.AsyncFunctionDef()),
                (ast.FunctionDef() | ast.AsyncFunctionDef()),
            ):
                self._function(node, raw, parent)
            case ast.ClassDef(), ast.ClassDef():
                self._class(node, raw, parent)
            case _:
                self._simple(node, raw, parent)

    def _simple(self, node: ast.stmt, raw: ast.stmt, parent: int | None) -> None:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            node = ast.copy_location(ast.Assign([node.target], node.value), node)
            ast.fix_missing_locations(node)
        match node:
            # of tensors and numbers "x *= y" is "x = x * y"; what grows a list stays apart
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=given) if (
                not isinstance(given, ast.List | ast.ListComp)
            ):
                value = ast.BinOp(ast.Name(name, ast.Load()), op, given)
                node = ast.copy_location(ast.Assign([target], value), node)
                ast.fix_missing_locations(node)
        written = _Written(ast.unparse(raw), raw.lineno, raw.end_lineno)
        self._add(ast.unparse(node), written, [node], parent)

    def _add(
        self,
        said: str,
        written: _Written,
        parts: Sequence[ast.AST],
        parent: int | None,
        found: tuple[Feature, ...] | None = None,
    ) -> int:
        text, line, end = written
        binds, reads = _names(parts)
        shown = features(parts) if found is None else found
        lines = line + self._shift, (end or line) + self._shift
        within = "" if parent is None else self.found[parent].said
        self.found.append(
            Statement(said, text, shown, binds, reads, parent, within, *lines, self._guards)
        )
        return len(self.found) - 1

    def _end(self, head: int, line: int) -> None:
        self._add("end", _Written("", line, line), [], head)

    def _if(self, node: ast.If, raw: ast.If, parent: int | None) -> None:
        if node.orelse and not _leaves(node.body) and not _leaves(node.orelse):
            match node.test:
                case ast.UnaryOp(op=ast.Not(), operand=test):
                    # with both arms there, the test may be put either way
                    node.test, node.body, node.orelse = test, node.orelse, node.body
                    raw.body, raw.orelse = raw.orelse, raw.body
        leads = [Feature("leads to", ast.unparse(node.body[0]))] * (
            len(node.body) == 1 and isinstance(node.body[0], ast.Raise)
        )
        head = self._add(
            f"if {ast.unparse(node.test)}:",
            _Written(f"if {ast.unparse(raw.test)}:", raw.lineno, raw.test.end_lineno),
            [node.test],
            parent,
            (*features([node.test]), *leads),
        )
        self._arm(ast.unparse(node.test), node.body, raw.body, head)
        otherwise = negated(node.test)
        last = max(one.end_lineno or raw.lineno for one in raw.body)
        if _leaves(node.body):
            # what follows a branch that leaves runs only if its test fails, else or not
            self._end(head, last)
            self._arm(otherwise, node.orelse, raw.orelse, parent)
            return
        if node.orelse:
            self._add("else:", _Written("else:", last + 1, last + 1), [], head)
            self._arm(otherwise, node.orelse, raw.orelse, head)
            last = raw.orelse[-1].end_lineno or last
        self._end(head, last)

    def _compound(
        self,
        said: str,
        parts: Sequence[ast.expr],
        node: ast.For | ast.While,
        raw: ast.For | ast.While,
        parent: int | None,
    ) -> None:
        end = max(part.end_lineno or raw.lineno for part in parts)
        head = self._add(said, _Written(said, raw.lineno, end), parts, parent)
        self.block(node.body, raw.body, head)
        self._end(head, raw.body[-1].end_lineno or raw.lineno)
        self.block(node.orelse, raw.orelse, parent)

    def _with(self, node: ast.With, raw: ast.With, parent: int | None) -> None:
        """``with a, b`` is ``with a`` around ``with b``."""
        heads: list[int] = []
        for item, original in zip(node.items, raw.items, strict=True):
            parts = [one for one in (item.context_expr, item.optional_vars) if one is not None]
            lines = original.context_expr.lineno, original.context_expr.end_lineno
            first = raw.lineno if not heads else lines[0]
            text = f"with {ast.unparse(original)}:"
            said = f"with {ast.unparse(item)}:"
            heads.append(self._add(said, _Written(text, first, lines[1]), parts, parent))
            parent = heads[-1]
        self.block(node.body, raw.body, parent)
        for head in reversed(heads):
            self._end(head, raw.body[-1].end_lineno or raw.lineno)

    def _try(self, node: ast.Try, raw: ast.Try, parent: int | None) -> None:
        head = self._add("try:", _Written("try:", raw.lineno, raw.lineno), [], parent)
        self.block(node.body, raw.body, head)
        for handler, original in zip(node.handlers, raw.handlers, strict=True):
            caught = ast.unparse(handler.type) if handler.type else ""
            said = f"except {caught}:"
            inner = self._add(said, _Written(said, original.lineno, original.lineno), [], head)
            self.block(handler.body, original.body, inner)
        self.block(node.orelse, raw.orelse, head)
        if node.finalbody:
            line = raw.finalbody[0].lineno - 1
            inner = self._add("finally:", _Written("finally:", line, line), [], head)
            self.block(node.finalbody, raw.finalbody, inner)
        self._end(head, raw.end_lineno or raw.lineno)

    def _function(self, node: Def, raw: Def, parent: int | None) -> None:
        self._decorators(node.decorator_list, raw.decorator_list, parent)
        node.args.posonlyargs, node.args.args = [], [*node.args.posonlyargs, *node.args.args]
        given = [node.args, *(one for one in node.args.defaults)]
        end = max(
            [raw.lineno, *(one.lineno for one in ast.walk(raw.args) if hasattr(one, "lineno"))]
        )
        said = f"def {node.name}({ast.unparse(node.args)}):"
        features_of = (Feature("signature", said),) if parent is None else ()
        head = self._add(said, _Written(said, raw.lineno, end), given, parent, features_of)
        self.block(node.body, raw.body, head)
        self._end(head, raw.end_lineno or raw.lineno)

    def _decorators(
        self, nodes: Sequence[ast.expr], raw: Sequence[ast.expr], parent: int | None
    ) -> None:
        for node, original in zip(nodes, raw, strict=True):
            said = f"@{ast.unparse(node)}"
            written = _Written(f"@{ast.unparse(original)}", original.lineno, original.end_lineno)
            self._add(said, written, [node], parent, decorator_features(node))

    def _class(self, node: ast.ClassDef, raw: ast.ClassDef, parent: int | None) -> None:
        bases = [ast.unparse(one) for one in node.bases if ast.unparse(one) != "object"]
        kept = [
            (one, original)
            for one, original in zip(node.decorator_list, raw.decorator_list, strict=True)
            if "add_metaclass" not in ast.unparse(one)
        ]
        self._decorators([one for one, _ in kept], [one for _, one in kept], parent)
        said = f"class {node.name}({', '.join(base for base in bases if 'ABC' not in base)}):"
        base = (Feature("base", said.partition("(")[2]),)
        end = max([raw.lineno, *(one.end_lineno or 0 for one in raw.bases)])
        head = self._add(said, _Written(said, raw.lineno, end), [], parent, base)
        self.block(node.body, raw.body, head)


def _names(parts: Sequence[ast.AST]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that a statement binds, and those that it reads."""
    binds: dict[str, None] = {}
    reads: dict[str, None] = {}
    for part in parts:
        for node, name in _used(part):
            bound = isinstance(getattr(node, "ctx", None), ast.Store)
            (binds if bound else reads).setdefault(name)
    return tuple(binds), tuple(reads)


def _used(part: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(part):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls" as root), attr=name):
                yield node, f"{root}.{name}"
            case ast.Name(id=name) if name not in {"self", "cls"}:
                yield node, name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield node, name
            case ast.FunctionDef(name=name) | ast.arg(arg=name):
                yield ast.Name(name, ast.Store()), name
