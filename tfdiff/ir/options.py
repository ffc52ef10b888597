"""Options at their defaults: where rules as wholes differ, and do the same for who sets none.

A guard is looked for state by state, and options hide each other's guards: with clipping, weight
decay and averages beside each other no single condition tells two rules apart.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tfdiff.ir.decision import Decision, StateDecision
from tfdiff.ir.expr import Expr, boolean, number, operation, symbol
from tfdiff.ir.show import text
from tfdiff.ir.walk import States, replaced_states, symbols, truth_symbols

Asked = Callable[[States, States], Decision]

_OPEN: Final = ("differs", "undecided")
_WEIGHTS: Final = "var"


@dataclass(frozen=True, slots=True)
class _Option:
    """A hyperparameter that changes nothing unless somebody sets it.

    Attributes:
        guard: what holds where it was set, as people write it.
        node: its symbol, and ``off``, the value that it has where nobody did.
        shared: whether both rules read it.
        asked: the test for being set that the rules make of a number.
    """

    guard: str
    node: Expr
    off: Expr
    shared: bool
    asked: Expr | None = None


def around_options(
    rules: tuple[States, States],
    settings: Mapping[str, float | bool],
    decision: Decision,
    asked: Asked,
) -> Decision:
    """The decision, with the options as its condition if rules agree where none is set.

    What could not be read of an option stays as the ``reason`` beside the condition.

    Args:
        rules: both rules.
        settings: values of hyperparameters that users have if they pass nothing.
        decision: what is known of the rules as they are.
        asked: decides any two rules.
    """
    if decision.verdict == "conditional":
        return _with_fewest(rules, settings, decision, asked)
    if decision.verdict not in _OPEN:
        return decision
    options = tuple(_options(rules, settings))
    without = _without(rules, _off(options), asked) if options else None
    if without is None:
        return decision
    needed, without = _fewest(rules, options, without, asked)
    return _conditional(decision, without, needed)


def _with_fewest(
    rules: tuple[States, States],
    settings: Mapping[str, float | bool],
    decision: Decision,
    asked: Asked,
) -> Decision:
    """The decision without the options that a state by itself would do with, but none needs.

    A maximum that is kept for ``amsgrad`` alone is the same where that is off, and likewise where
    the gradients that it is kept of are.
    """
    parts = (decision.condition or "").split(" or ")
    options = tuple(one for one in _options(rules, settings) if one.guard in parts)
    if not 1 < len(options) == len(parts):
        return decision
    without = _without(rules, _off(options), asked)
    if without is None or without.condition is not None:
        return decision
    needed, _ = _fewest(rules, options, without, asked)
    condition = " or ".join(part for part in parts if part in {one.guard for one in needed})
    return replace(
        decision,
        condition=condition,
        states=tuple(
            replace(one, condition=_kept(one.condition, condition)) for one in decision.states
        ),
    )


def _kept(own: str | None, condition: str) -> str | None:
    """A state's own condition as far as it is part of the whole one, else all of that."""
    if own is None:
        return None
    known = condition.split(" or ")
    return " or ".join(part for part in own.split(" or ") if part in known) or condition


def _options(
    rules: tuple[States, States], settings: Mapping[str, float | bool]
) -> Iterator[_Option]:
    """Truths whose default is known, and numbers that are 0 by default or one rule's alone."""
    values = [[value for _, value in rule] for rule in rules]
    read = [frozenset(symbols(roots)) for roots in values]
    truths = truth_symbols(values[0]) | truth_symbols(values[1])
    states = {name for rule in rules for name, _ in rule}
    for name in sorted(read[0] | read[1]):
        if name not in settings or name in states:
            continue
        setting, node = settings[name], symbol(name)
        shared = name in read[0] and name in read[1]
        if name in truths:
            guard = text(operation("not", node) if setting else node)
            yield _Option(guard, node, boolean(bool(setting)), shared)
        elif not shared or setting == 0:
            value = number(repr(float(setting)))
            test = operation("ne", node, number(0)) if setting == 0 else None
            yield _Option(f"{name} != {text(value)}", node, value, shared, test)


def _without(
    rules: tuple[States, States], off: Mapping[Expr, Expr], asked: Asked
) -> Decision | None:
    """The decision with options at their defaults, if the weights move alike then."""
    old, new = (replaced_states(rule, off) for rule in rules)
    found = asked(old, new)
    apart = {one.state for one in found.states if one.verdict == "differs"} - {_WEIGHTS}
    if apart and all(_idle(rule, apart, asked) for rule in (old, new)):
        found = asked(_but(old, apart), _but(new, apart))
    return found if found.verdict in {"identical", "equal", "conditional"} else None


def _idle(rule: States, names: Collection[str], asked: Asked) -> bool:
    """Whether nothing else depends on these states."""
    others = _but(rule, names)
    elsewhere = {symbol(name): symbol(f"another {name}") for name in names}
    moved = replaced_states(others, elsewhere)
    return bool(others) and asked(others, moved).verdict in {"identical", "equal"}


def _but(rule: States, names: Collection[str]) -> States:
    return tuple((name, value) for name, value in rule if name not in names)


def _off(options: Iterable[_Option]) -> dict[Expr, Expr]:
    return {option.node: option.off for option in options}


def _fewest(
    rules: tuple[States, States], options: tuple[_Option, ...], without: Decision, asked: Asked
) -> tuple[tuple[_Option, ...], Decision]:
    """Options none of which can be left out; those that only one rule reads stay longest."""
    needed = options
    cases: tuple[dict[Expr, Expr], ...] = ({},)
    for option in sorted(options, key=lambda one: not one.shared):
        fewer = tuple(one for one in needed if one is not option)
        for split in _splits(cases, option):
            found = [_without(rules, _off(fewer) | case, asked) for case in split]
            alike = [one for one in found if one and one.condition == without.condition]
            if fewer and len(alike) == len(split):
                needed, cases = fewer, split
                without = max(alike, key=lambda one: one.verdict != "identical")
                break
    return needed, without


def _splits(
    cases: tuple[dict[Expr, Expr], ...], option: _Option
) -> Iterator[tuple[dict[Expr, Expr], ...]]:
    """The cases in which rules must agree without the option: as they are, or off and on apart."""
    yield cases
    if option.asked is not None and len(cases) == 1:
        on, off = {option.asked: boolean(value=True)}, {option.node: option.off}
        yield tuple(case | chosen for case in cases for chosen in (off, on))


def _conditional(decision: Decision, without: Decision, options: tuple[_Option, ...]) -> Decision:
    guards = " or ".join(dict.fromkeys(option.guard for option in options))
    inner = {one.state: one.condition for one in without.states}

    def guarded(one: StateDecision) -> StateDecision:
        if one.verdict not in _OPEN:
            return one
        said = " or ".join(filter(None, (guards, inner.get(one.state))))
        return replace(one, verdict="conditional", condition=one.condition or said)

    return replace(
        decision,
        verdict="conditional",
        certainty=without.certainty,
        proof="; ".join(
            filter(None, (decision.proof, f"outside of the condition: {without.proof}"))
        ),
        assumptions=without.assumptions,
        condition=" or ".join(filter(None, (guards, without.condition))),
        states=tuple(guarded(one) for one in decision.states),
    )
