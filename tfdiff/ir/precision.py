"""What of a rule is computed in another precision than the variable's own.

A rule's plain expressions are those of real numbers. Beside them it may keep the same values
with *conversions*: calls such as ``float64 to own`` around what is computed in double precision
and rounded afterwards, as ``1 - beta`` of two Python numbers is. They are there where they can
change a result alone: a number that is rounded as it stands, a conversion there and back, and
one operation that is rounded once in either precision, have none.

While code is read, ``as_kind`` marks what has a precision of its own; ``settled`` makes
conversions of the marks, and of each place where two precisions meet.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Final

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.expr import (
    ARITHMETIC,
    FUNCTIONS,
    Boolean,
    Call,
    Expr,
    Number,
    Operation,
    Select,
    Symbol,
    call,
    children,
    select,
)
from tfdiff.ir.typed import typed_states
from tfdiff.ir.walk import States, ordered, rebuilt

OWN: Final = "own"
PYTHON: Final = "float64"  # what Python computes in
_WEAK: Final = "a Python number"  # takes the type of whatever it meets
_MARK: Final = "as "
_TO: Final = " to "
_RANK: Final = {_WEAK: 0, "float16": 1, "bfloat16": 2, OWN: 3, "float32": 4, "float64": 5}
KINDS: Final = frozenset(_RANK) - {_WEAK}
_WIDE: Final = frozenset({"float32", "float64"})  # hold every number of the variable's own type
_ROUNDED_ONCE: Final = frozenset({"add", "sub", "mul", "div", "sqrt"})
_EXACT: Final = 2**11  # half precision holds every whole number up to here

Kinds = dict[Expr, str | None]


def as_kind(kind: str, value: Expr) -> Expr:
    """Mark a value as one of that precision; for ``settled``."""
    return call(_MARK + kind, value)


def is_conversion(node: Expr) -> bool:
    """Whether a node changes the precision of its operand, and nothing over the reals."""
    if not isinstance(node, Call):
        return False
    source, found, target = node.function.partition(_TO)
    marked = node.function.startswith(_MARK) and node.function.removeprefix(_MARK) in KINDS
    return marked or bool(found and source in KINDS and target in KINDS)


def conversions(roots: Iterable[Expr]) -> tuple[Call, ...]:
    """All conversions below ``roots``."""
    return tuple(node for node in ordered(roots) if isinstance(node, Call) and is_conversion(node))


def unconverted(states: States) -> States:
    """A rule over the reals; the same object where it holds no conversion."""
    nodes = ordered(value for _, value in states)
    if not any(map(is_conversion, nodes)):
        return states
    done: dict[Expr, Expr] = {}
    for node in nodes:
        parts = tuple(done[child] for child in children(node))
        done[node] = parts[0] if is_conversion(node) else rebuilt(node, parts)
    return tuple((name, done[value]) for name, value in states)


def settled(
    roots: tuple[Expr, ...], is_python: Callable[[Expr], bool] = lambda _: False
) -> tuple[Expr, ...]:
    """The same values, which are of the variable's own type, with the conversions they need.

    Args:
        roots: values with marks.
        is_python: whether a symbol is a number of Python's, which is rounded to what it meets.
    """
    done: dict[Expr, Expr] = {}
    kinds: Kinds = {}
    for node in ordered(roots):
        below = children(node)
        if is_conversion(node):
            kind: str | None = str(node.function).removeprefix(_MARK)  # type: ignore[union-attr]
            done[node] = _between(done[below[0]], kinds[below[0]], kind)
            kinds[node] = kind
            continue
        first = 1 if isinstance(node, Select) else 0  # the condition is no number
        joint = _joint(kinds[child] for child in below[first:])
        if not _is_computed(node):
            joint = OWN
        parts = [*(done[child] for child in below[:first])]
        parts += [_between(done[child], kinds[child], joint) for child in below[first:]]
        done[node] = rebuilt(node, tuple(parts)) if below else node
        kinds[node] = _kind(node, joint, is_python)
    return tuple(_between(done[root], kinds[root], OWN) for root in roots)


def _is_computed(node: Expr) -> bool:
    return not isinstance(node, Call) or node.function in FUNCTIONS


def _kind(node: Expr, joint: str | None, is_python: Callable[[Expr], bool]) -> str | None:
    match node:
        case Number() | Boolean():
            return None
        case Symbol():
            return _WEAK if is_python(node) else OWN
        case Operation(op=op) if op not in ARITHMETIC:
            return None if joint == _WEAK else joint  # a tensor's truths make a tensor
        case Operation() | Select() | Call():
            return joint
        case _:
            return OWN


def _joint(kinds: Iterable[str | None]) -> str | None:
    """The precision that operands of these are computed in."""
    return max((kind for kind in kinds if kind), key=lambda kind: _RANK[kind], default=None)


def _between(value: Expr, source: str | None, target: str | None) -> Expr:
    """A value of one precision in another."""
    if source is None or target is None or source == target:
        return value
    if isinstance(value, Select):
        arms = (_between(arm, source, target) for arm in (value.then, value.other))
        return select(value.condition, *arms)
    if source == _WEAK:
        if target == PYTHON or _is_rounded_as_it_stands(value):
            return value
        source = PYTHON
    if target == OWN and source in _WIDE:
        inner = _own(value, source)
        if inner is not None:
            return inner
    return call(f"{source}{_TO}{target}", value)


def _own(value: Expr, source: str) -> Expr | None:
    """What gives the same result without leaving the variable's own type; None for nothing."""
    widened = f"{OWN}{_TO}{source}"
    if isinstance(value, Call) and value.function == widened:
        return value.args[0]
    name = value.op if isinstance(value, Operation) else getattr(value, "function", "")
    if name not in _ROUNDED_ONCE:
        return None
    parts: list[Expr] = []
    for operand in children(value):
        if isinstance(operand, Call) and operand.function == widened:
            parts.append(operand.args[0])
        elif isinstance(operand, Number) and _is_held(operand.value):
            parts.append(operand)
        else:
            return None
    return rebuilt(value, tuple(parts))


def _is_held(value: Fraction) -> bool:
    """Whether every type holds the number as it is."""
    return abs(value.numerator) <= _EXACT and _is_power(Fraction(value.denominator))


def _is_power(value: Fraction) -> bool:
    """Whether multiplying with a number rounds nothing: a power of two."""
    ends = abs(value.numerator), value.denominator
    return value != 0 and all(end & (end - 1) == 0 for end in ends)


def _is_rounded_as_it_stands(value: Expr) -> bool:
    """Whether rounding a Python number last is the same as rounding what it is made from."""
    match value:
        case Operation(op="neg", args=(inner,)):
            return _is_rounded_as_it_stands(inner)
        case Operation(op="mul", args=(left, right)):
            pair = ((left, right), (right, left))
            return any(
                isinstance(one, Number) and _is_power(one.value) and _is_rounded_as_it_stands(two)
                for one, two in pair
            )
        case Operation(op="div", args=(inner, Number(value=divisor))):
            return _is_power(divisor) and _is_rounded_as_it_stands(inner)
        case Call(function="abs" | "max" | "min", args=args):
            return all(map(_is_rounded_as_it_stands, args))
        case Operation() | Call():
            return False
        case _:
            return True


def differing(old: States, new: States) -> dict[str, frozenset[str]]:
    """The states of two rules, the same over the reals, that are computed in other precisions.

    Args:
        old: the old rule with its conversions.
        new: the new one.

    Returns:
        State -> the precisions, beside the variable's own, that one of the rules alone uses there.
    """
    if old == new:
        return {}
    forms = Canonical()
    rules = [dict(rule) for rule in typed_states(old, new)]
    plain = [dict(unconverted(tuple(rule.items()))) for rule in rules]
    found: dict[str, frozenset[str]] = {}
    for name in rules[0].keys() & rules[1].keys():
        left, right = (forms.form(rule[name]) for rule in rules)
        if left is right:
            continue
        bare = [forms.form(rule[name]) for rule in plain]
        used = [{forms.form(node) for node in conversions([rule[name]])} for rule in rules]
        # What is written otherwise (a counter, a power) has its conversions elsewhere.
        if bare[0] is bare[1] or used[0] != used[1]:
            found[name] = _kinds_of((used[0] ^ used[1]) or (used[0] | used[1]))
    return found


def _kinds_of(nodes: Iterable[Expr]) -> frozenset[str]:
    names = (node.function.split(_TO) for node in nodes if isinstance(node, Call))
    return frozenset(kind for pair in names for kind in pair) - {OWN}
