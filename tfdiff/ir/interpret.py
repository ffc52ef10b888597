"""Turning expressions into field elements, one cell of signs at a time."""

from collections.abc import Callable, Mapping
from typing import Final

from tfdiff.ir.expr import (
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    Boolean,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Select,
    Symbol,
    call,
)
from tfdiff.ir.field import Element, Field, Generator, NotProvable
from tfdiff.ir.masks import NEGATIVE, POSITIVE, ZERO
from tfdiff.ir.powers import Powers
from tfdiff.ir.signs import Signs
from tfdiff.ir.walk import ordered

Meaning = Element | bool
_HOLDS: Final[Mapping[str, tuple[tuple[int, ...], int]]] = {
    "lt": ((NEGATIVE, ZERO | POSITIVE), 0),
    "ge": ((NEGATIVE, ZERO | POSITIVE), 1),
    "gt": ((POSITIVE, NEGATIVE | ZERO), 0),
    "le": ((POSITIVE, NEGATIVE | ZERO), 1),
    "eq": ((ZERO, NEGATIVE | POSITIVE), 0),
    "ne": ((ZERO, NEGATIVE | POSITIVE), 1),
}


class Undefined(NotProvable):
    """A value has no meaning in this cell: something is divided by zero.

    Attributes:
        divisor: what is zero.
    """

    def __init__(self, divisor: Expr) -> None:
        super().__init__("a division by zero")
        self.divisor = divisor


class AskTruth(Exception):  # noqa: N818 - it says what has to be done
    """A truth decides that is neither a comparison nor known: look at both."""

    def __init__(self, node: Expr) -> None:
        super().__init__("a truth has to be decided")
        self.node = node


class Interpreter:
    """Gives expressions their meaning in one cell; only the arms taken are looked at."""

    def __init__(self, field: Field, signs: Signs) -> None:
        self.field = field
        self.signs = signs
        self.powers = Powers(field, signs)
        self._needs: dict[Expr, list[tuple[Element, str]]] = {}
        self._known: dict[Expr, Meaning] = {}
        self._calls: list[tuple[Call, tuple[Meaning, ...], Element]] = []

    def inside(self) -> "Interpreter":
        """The same in a cell inside of this one, where all that was found out still holds."""
        field = self.field.copy()
        inner = Interpreter(field, self.signs.copy(field))
        inner._needs = {node: [*needs] for node, needs in self._needs.items()}
        inner._known = dict(self._known)
        inner._calls = [*self._calls]
        return inner

    def needed(self, root: Expr) -> dict[tuple[str, str, str], tuple[Element, str]]:
        """What a value takes for granted, by its content.

        That is, elements that are not 0 (``!=``), at least 0 (``>=``) or more than 0 (``>``).
        """
        return {
            (str(value.num), str(value.den), relation): (value, relation)
            for node in ordered((root,))
            for value, relation in self._needs.get(node, ())
        }

    def value(self, node: Expr) -> Element:
        """The meaning of a numeric expression."""
        meaning = self.meaning(node)
        if isinstance(meaning, bool):
            raise NotProvable("a truth stands where a number is asked for")
        return meaning

    def meaning(self, node: Expr) -> Meaning:
        """The meaning of any expression."""
        known = self._known.get(node)
        if known is None:
            known = self._meaning(node)
            self._known[node] = known
            if self.powers.taken:
                self._needs.setdefault(node, []).extend(self.powers.taken)
                self.powers.taken.clear()
        return known

    def _meaning(self, node: Expr) -> Meaning:
        match node:
            case Number(value=value):
                return self.field.constant(value)
            case Boolean(value=truth):
                return truth
            case Symbol(name=name):
                return self.field.symbol(name)
            case Select(condition, then, other):
                return self.meaning(then if self.truth(condition) else other)
            case _:
                return self._composed(node)

    def _composed(self, node: Expr) -> Meaning:
        match node:
            case Operation(op=op) if op in LOGIC or op in COMPARISONS:
                return self.truth(node)
            case Operation(op=op, args=args):
                return self._arithmetic(op, args)
            case Call(function=function) if function in FUNCTIONS:
                return self._function(node)
            case Call():
                return self._unknown(node)
            case Opaque(text=text):
                raise NotProvable(f"not understood: {text}")
            case _:
                raise NotProvable("an unknown kind of expression")

    def truth(self, node: Expr) -> bool:
        """Whether a condition holds in this cell."""
        match node:
            case Boolean(value=value):
                return value
            case Select(condition, then, other):
                return self.truth(then if self.truth(condition) else other)
            case Opaque(text=text):
                raise NotProvable(f"not understood: {text}")
            case Operation(op="not", args=(inner,)):
                return not self.truth(inner)
            case Operation(op="and", args=args):
                return all(self.truth(part) for part in args)
            case Operation(op="or", args=args):
                return any(self.truth(part) for part in args)
            case Operation(op=op, args=(left, right)) if op in COMPARISONS:
                return self._comparison(op, left, right)
            case _:
                raise AskTruth(node)

    def _comparison(self, op: str, left: Expr, right: Expr) -> bool:
        groups, holds = _HOLDS[op]
        difference = self.field.sub(self.value(left), self.value(right))
        return self.signs.which(difference, groups) == holds

    def _arithmetic(self, op: str, args: tuple[Expr, ...]) -> Element:
        field = self.field
        parts = [self.value(part) for part in args]
        match op:
            case "add":
                return field.add(*parts)
            case "sub":
                return field.sub(*parts)
            case "mul":
                return field.mul(*parts)
            case "neg":
                return field.neg(*parts)
            case "div":
                return field.mul(parts[0], self._inverse(args[1], parts[1]))
            case _:
                base, exponent = parts
                known = field.number(exponent)
                if known is not None and known < 0:
                    self._inverse(args[0], base)
                return self.powers.pow(base, exponent)

    def _inverse(self, shown: Expr, value: Element) -> Element:
        if self.signs.vanishing(value.num):
            raise Undefined(shown)
        self.powers.taken.append((value, "!="))
        return self.field.inverse(value)

    def _function(self, node: Call) -> Element:
        values = [self.value(part) for part in node.args]
        match node.function:
            case "sqrt" | "exp" | "log" as function:
                known = {"sqrt": self.powers.sqrt, "exp": self.powers.exp, "log": self.powers.log}
                return known[function](values[0])
            case "rsqrt":
                return self._inverse(call("sqrt", node.args[0]), self.powers.sqrt(values[0]))
            case "square":
                return self.field.mul(values[0], values[0])
            case "abs" | "sign" | "max" | "min":
                return self._piecewise(node.function, values)
            case _:
                return self._matched(node, tuple(values))

    def _piecewise(self, function: str, values: list[Element]) -> Element:
        field = self.field
        match function:
            case "abs":
                return self.powers.magnitude(values[0])
            case "sign":
                side = self.signs.which(values[0], (NEGATIVE, ZERO, POSITIVE))
                return field.whole(field.context.constant(side - 1))
            case _:
                difference = field.sub(values[0], values[1])
                side = self.signs.which(difference, (ZERO | POSITIVE, NEGATIVE))
                return values[side if function == "max" else 1 - side]

    def _unknown(self, node: Call) -> Element:
        return self._matched(node, tuple(self.meaning(part) for part in node.args))

    def _matched(self, node: Call, values: tuple[Meaning, ...]) -> Element:
        """One generator for all calls of a function with the same arguments."""
        for known, arguments, result in self._calls:
            if known.function == node.function and self._alike(arguments, values):
                return result
        same: Callable[[Generator], bool] = lambda _: False  # noqa: E731 - a plain constant
        place = self.field.generator(same, lambda: Generator("call", node))
        result = self.field.at(place)
        self._calls.append((node, values, result))
        return result

    def _alike(self, left: tuple[Meaning, ...], right: tuple[Meaning, ...]) -> bool:
        if len(left) != len(right):
            return False
        for one, other in zip(left, right, strict=True):
            if isinstance(one, bool) or isinstance(other, bool):
                if one is not other:
                    return False
            elif not self.field.same(one, other):
                return False
        return True
