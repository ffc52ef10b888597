"""One form for all expressions that carry out the same floating-point operations.

Only rewritings that keep every result are made: operands of ``+`` and ``*`` swap places,
``a + (-b)`` is ``a - b``, ``square(x)`` is ``x * x``, ``1 * x`` is ``x``, a negated condition
swaps the arms of its choice. Nothing is re-associated and no constants are folded: both
round differently.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import ClassVar, Final

from tfdiff.ir.expr import (
    Boolean,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Select,
    Symbol,
    boolean,
    call,
    children,
    number,
    operation,
    select,
)
from tfdiff.ir.walk import ordered

ONE: Final = Fraction(1)
ZERO: Final = Fraction(0)


class Canonical:
    """Brings expressions to the one form; keep one instance to share work between calls."""

    def __init__(self) -> None:
        self._forms: dict[Expr, Expr] = {}
        self._digests: dict[Expr, bytes] = {}

    def form(self, root: Expr) -> Expr:
        """The canonical form: the same object for the same operations in the same order."""
        known = self._forms.get(root)
        if known is not None:
            return known
        for node in ordered((root,), self._forms):
            parts = tuple(self._forms[child] for child in children(node))
            self._forms[node] = self._node(node, parts)
        return self._forms[root]

    def equate(self, form: Expr, nodes: Iterable[Expr]) -> None:
        """Take these nodes for the same, whatever they compute; done before anything else."""
        for node in nodes:
            self._forms[node] = form

    def digest(self, root: Expr) -> bytes:
        """A hash of the structure that is the same in every run; it decides operand order."""
        known = self._digests.get(root)
        if known is not None:
            return known
        for node in ordered((root,), self._digests):
            label = f"{type(node).__name__}:{_label(node)}:".encode()
            parts = b"".join(self._digests[child] for child in children(node))
            self._digests[node] = blake2b(label + parts, digest_size=16).digest()
        return self._digests[root]

    def _sorted(self, parts: Iterable[Expr]) -> tuple[Expr, ...]:
        return tuple(sorted(parts, key=self.digest))

    def _node(self, node: Expr, parts: tuple[Expr, ...]) -> Expr:
        match node:
            case Operation(op=op):
                make = self._rules.get(op)
                return make(self, parts) if make else operation(op, *parts)
            case Call(function="square"):
                return self._mul((parts[0], parts[0]))
            case Call(function="max" | "min" as function):
                return call(function, *self._sorted(parts))
            case Call(function=function):
                return call(function, *parts)
            case Select():
                return _choice(*parts)
            case _:
                return node

    def _add(self, parts: tuple[Expr, ...]) -> Expr:
        left, right = parts
        if _is(left, ZERO):
            return right
        if _is(right, ZERO):
            return left
        if (inner := _negated(right)) is not None:
            return self._sub((left, inner))
        if (inner := _negated(left)) is not None:
            return self._sub((right, inner))
        return operation("add", *self._sorted(parts))

    def _sub(self, parts: tuple[Expr, ...]) -> Expr:
        left, right = parts
        if _is(right, ZERO):
            return left
        if (inner := _negated(right)) is not None:
            return self._add((left, inner))
        if (inner := _negated(left)) is not None:
            return _neg(self._add((inner, right)))
        return operation("sub", left, right)

    def _mul(self, parts: tuple[Expr, ...]) -> Expr:
        left, right = parts
        if _is(left, ONE):
            return right
        if _is(right, ONE):
            return left
        if (inner := _negated(left)) is not None:
            return _neg(self._mul((inner, right)))
        if (inner := _negated(right)) is not None:
            return _neg(self._mul((left, inner)))
        return operation("mul", *self._sorted(parts))

    def _div(self, parts: tuple[Expr, ...]) -> Expr:
        left, right = parts
        if _is(right, ONE):
            return left
        if (inner := _negated(left)) is not None:
            return _neg(self._div((inner, right)))
        if (inner := _negated(right)) is not None:
            return _neg(self._div((left, inner)))
        return operation("div", left, right)

    def _minus(self, parts: tuple[Expr, ...]) -> Expr:
        return _neg(parts[0])

    def _pow(self, parts: tuple[Expr, ...]) -> Expr:
        return parts[0] if _is(parts[1], ONE) else operation("pow", *parts)

    def _less(self, parts: tuple[Expr, ...]) -> Expr:
        return _folded("lt", parts)

    def _greater(self, parts: tuple[Expr, ...]) -> Expr:
        return _folded("lt", parts[::-1])

    def _at_most(self, parts: tuple[Expr, ...]) -> Expr:
        return _not(_folded("lt", parts[::-1]))

    def _at_least(self, parts: tuple[Expr, ...]) -> Expr:
        return _not(_folded("lt", parts))

    def _equal(self, parts: tuple[Expr, ...]) -> Expr:
        return _folded("eq", self._sorted(parts))

    def _unequal(self, parts: tuple[Expr, ...]) -> Expr:
        return _not(self._equal(parts))

    def _contrary(self, parts: tuple[Expr, ...]) -> Expr:
        return _not(parts[0])

    def _every(self, parts: tuple[Expr, ...]) -> Expr:
        return self._logic("and", parts, neutral=True)

    def _some(self, parts: tuple[Expr, ...]) -> Expr:
        return self._logic("or", parts, neutral=False)

    def _logic(self, op: str, parts: tuple[Expr, ...], *, neutral: bool) -> Expr:
        flat: dict[Expr, None] = {}
        for part in parts:
            inner = part.args if isinstance(part, Operation) and part.op == op else (part,)
            flat.update(dict.fromkeys(inner))
        absorbing = boolean(not neutral)
        if absorbing in flat:
            return absorbing
        flat.pop(boolean(neutral), None)
        if not flat:
            return boolean(neutral)
        kept = self._sorted(flat)
        return kept[0] if len(kept) == 1 else operation(op, *kept)

    _rules: ClassVar[Mapping[str, Callable[["Canonical", tuple[Expr, ...]], Expr]]] = {
        "add": _add,
        "sub": _sub,
        "mul": _mul,
        "div": _div,
        "neg": _minus,
        "pow": _pow,
        "lt": _less,
        "gt": _greater,
        "le": _at_most,
        "ge": _at_least,
        "eq": _equal,
        "ne": _unequal,
        "not": _contrary,
        "and": _every,
        "or": _some,
    }


def canonical(root: Expr) -> Expr:
    """The canonical form of one expression."""
    return Canonical().form(root)


def _label(node: Expr) -> str:
    match node:
        case Number(value=value) | Boolean(value=value):
            return str(value)
        case Symbol(name=name):
            return name
        case Operation(op=op):
            return op
        case Call(function=function):
            return function
        case Opaque(text=text, reason=reason):
            return f"{text}\0{reason}"
        case _:
            return ""


def _is(node: Expr, value: Fraction) -> bool:
    return isinstance(node, Number) and node.value == value


def _negated(node: Expr) -> Expr | None:
    """``x`` for ``-x``, also for negative constants; None for everything else."""
    if isinstance(node, Operation) and node.op == "neg":
        return node.args[0]
    if isinstance(node, Number) and node.value < 0:
        return number(-node.value)
    return None


def _neg(node: Expr) -> Expr:
    inner = _negated(node)
    if inner is not None:
        return inner
    if isinstance(node, Number):
        return number(-node.value)
    return operation("neg", node)


def _not(node: Expr) -> Expr:
    if isinstance(node, Boolean):
        return boolean(not node.value)
    if isinstance(node, Operation) and node.op == "not":
        return node.args[0]
    return operation("not", node)


def _folded(op: str, parts: tuple[Expr, ...]) -> Expr:
    left, right = parts
    if isinstance(left, Number) and isinstance(right, Number):
        return boolean(left.value < right.value if op == "lt" else left.value == right.value)
    return operation(op, left, right)


def _choice(condition: Expr, then: Expr, other: Expr) -> Expr:
    """A choice whose condition is not negated and is not asked again in its arms."""
    if isinstance(condition, Operation) and condition.op == "not":
        return _choice(condition.args[0], other, then)
    while isinstance(then, Select) and then.condition is condition:
        then = then.then
    while isinstance(other, Select) and other.condition is condition:
        other = other.other
    return select(condition, then, other)
