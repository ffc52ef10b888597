"""The ladder's answer for one path, with the defaults and initial values of the optimizer.

Each question is answered once: an answer is kept by the content of both rules, and most paths
of an optimizer, and most optimizers of two releases, ask the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from tfdiff.extract.store import FactStore
from tfdiff.facts import Duplicates, Gradient, Literal, OptimizerFacts, Slot, UpdateRule
from tfdiff.findings import Aspect, PathVerdict, Updates, Witness
from tfdiff.ir.expr import (
    Boolean,
    Expr,
    Number,
    Opaque,
    Operation,
    Symbol,
    boolean,
    children,
    number,
    operation,
    select,
    symbol,
)
from tfdiff.ir.expr import Call as Function
from tfdiff.ir.occurrences import REPEATED
from tfdiff.ir.preparation import GRADIENT
from tfdiff.ir.walk import States, ordered, replaced, replaced_states, truth_symbols

Setting = tuple[tuple[str, bool | float], ...]
Starts = tuple[tuple[str, float | str], ...]

_IS_NONE = " is None"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that the answer for one path depends on.

    Attributes:
        settings: hyperparameters that a user who passes nothing has.
        starts: starting values of the states of both sides: numbers, or a parameter's name.
        converted: the states with their conversions between precisions; empty on both sides
            where neither has any.
    """

    states: tuple[States, States]
    duplicates: tuple[Duplicates | None, Duplicates | None]
    gradient: Gradient
    settings: Setting
    starts: tuple[Starts, Starts]
    converted: tuple[States, States] = ((), ())

    @property
    def key(self) -> str:
        """Fingerprint of the content."""
        rules = (*self.states, *self.converted)
        said = (*map(_fingerprint, rules), self.duplicates, self.gradient, self.settings)
        return sha256(repr((*said, self.starts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of a decision."""

    verdict: Updates
    proof: str
    assumptions: tuple[str, ...]
    condition: str | None
    reason: str | None
    witness: Witness | None
    aspects: tuple[Aspect, ...]


class Decisions:
    """Answers, each worked out once.

    Args:
        store: keeps them for the next run.
    """

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def verdict(
        self,
        old: UpdateRule,
        new: UpdateRule,
        old_facts: OptimizerFacts,
        new_facts: OptimizerFacts,
    ) -> PathVerdict:
        """Whether two rules of one path move the weights the same way."""
        question = _question(old, new, old_facts, new_facts)
        answer = self.store.get("decision", question.key, lambda: _answer(question))
        return PathVerdict(
            path=new.path,
            verdict=answer.verdict,
            proof=answer.proof,
            assumptions=(*answer.assumptions, *_only_where_both_run(old, new)),
            condition=answer.condition,
            reason=answer.reason,
            old=old.states,
            new=new.states,
            witness=answer.witness,
            aspects=answer.aspects,
        )


def _only_where_both_run(old: UpdateRule, new: UpdateRule) -> Iterator[str]:
    """The settings that were left alone, as assumptions."""
    failing = {rule.fails: rule for rule in (old, new) if not isinstance(rule.fails, Boolean)}
    for rule in failing.values():
        from tfdiff.ir.show import text  # noqa: PLC0415 - most rules run with all settings

        yield f"not ({text(rule.fails)}): no kernel on {rule.path.device.upper()}"


def _question(
    old: UpdateRule, new: UpdateRule, old_facts: OptimizerFacts, new_facts: OptimizerFacts
) -> Question:
    required = _required(old_facts) | _required(new_facts)
    known = _common_settings(_settings(old_facts), _settings(new_facts))
    known = {name: value for name, value in known.items() if name not in required}
    truths = truth_symbols(value for rule in (old, new) for _, value in rule.states)
    known |= {name: _is_none(name, old_facts, new_facts) for name in truths if _IS_NONE in name}
    optional = _optional((old, old_facts), (new, new_facts))

    def shared(rules: tuple[States, States]) -> tuple[States, States]:
        said = (
            _if_not_passed(rules[0], new, old_facts),
            _if_not_passed(rules[1], old, new_facts),
        )
        kept = (_where_both_keep(states, optional, truths) for states in said)
        before, after = (_where_both_run(states, old, new) for states in kept)
        return before, after

    mixed = old.converted or new.converted
    return Question(
        shared((old.states, new.states)),
        (old.duplicates, new.duplicates),
        new.path.gradient,
        tuple(sorted(known.items())),
        (_starts(old, old_facts), _starts(new, new_facts)),
        shared((old.converted or old.states, new.converted or new.states)) if mixed else ((), ()),
    )


def _if_not_passed(rule: States, other: UpdateRule, facts: OptimizerFacts) -> States:
    """A rule's states, told apart by whether an argument is passed where the other rule does.

    ``epsilon=None`` stands for 1e-7 in one release, and ``epsilon=1e-7`` says so in another: a
    call that does not pass it means the same in both.
    """
    own = truth_symbols(value for _, value in rule)
    asked = truth_symbols(value for _, value in other.states) - own
    defaults = _settings(facts)
    replacements: dict[Expr, Expr] = {}
    for truth in sorted(asked):
        name = truth.removesuffix(_IS_NONE)
        default = defaults.get(name)
        if truth.endswith(_IS_NONE) and isinstance(default, int | float):
            value = number(repr(default) if isinstance(default, float) else int(default))
            replacements[symbol(name)] = select(symbol(truth), value, symbol(name))
    return replaced_states(rule, replacements) if replacements else rule


def _where_both_run(states: States, old: UpdateRule, new: UpdateRule) -> States:
    """A rule's states, left alone with settings for which one side has no kernel.

    The step fails there, so that there is nothing to compare it with.
    """
    for fails in (old.fails, new.fails):
        if isinstance(fails, Symbol):
            states = replaced_states(states, {fails: boolean(False)})  # noqa: FBT003
        elif not isinstance(fails, Boolean):
            states = tuple((name, select(fails, symbol(name), value)) for name, value in states)
    return states


def _where_both_keep(states: States, optional: Mapping[str, str], truths: frozenset[str]) -> States:
    """A rule's states, each left alone where one side does not keep it.

    A slot that is created for those alone who pass ``momentum`` is not there to be compared for
    the others; nothing of theirs can depend on it.
    """

    def kept(name: str, value: Expr) -> Expr:
        asked = optional.get(name)
        if asked is None:
            return value
        used = symbol(asked) if asked in truths else operation("ne", symbol(asked), number(0))
        holds: dict[Expr, Expr] = {used: boolean(True), operation("not", used): boolean(False)}  # noqa: FBT003
        return select(used, replaced((value,), holds)[value], symbol(name))

    return tuple((name, kept(name, value)) for name, value in states)


def _optional(*sides: tuple[UpdateRule, OptimizerFacts]) -> dict[str, str]:
    """The states that a side creates for those alone who pass a parameter, with its name."""
    found: dict[str, str] = {}
    for rule, facts in sides:
        parameters = {parameter.name for parameter in facts.parameters}
        updated = dict(rule.states)
        for slot in facts.slots:
            if slot.condition in parameters:
                name = next((name for name in _names(slot) if name in updated), None)
                found |= {name: slot.condition} if name and slot.condition else {}
    return found


def _settings(facts: OptimizerFacts) -> dict[str, float | bool]:
    """What the hyperparameters are if nothing is passed, as far as that is a number."""
    return {
        parameter.name: parameter.effective.value
        for parameter in facts.parameters
        if isinstance(parameter.effective, Literal)
        and isinstance(parameter.effective.value, bool | int | float)
    }


def _common_settings(
    old: Mapping[str, float | bool], new: Mapping[str, float | bool]
) -> dict[str, float | bool]:
    """The settings of who passes nothing; where defaults differ, the one that does more."""
    found = {**old, **new}
    for name in old.keys() & new.keys():
        found[name] = max(old[name], new[name], key=lambda value: (abs(value), value))
    return found


def _required(facts: OptimizerFacts) -> frozenset[str]:
    """What everybody passes, so that another side's default says nothing of it."""
    return frozenset(
        parameter.name
        for parameter in facts.parameters
        if parameter.default is None and parameter.kind in {"positional", "keyword"}
    )


def _is_none(truth: str, *sides: OptimizerFacts) -> bool:
    """Whether ``x is None`` holds for those who pass nothing.

    What no constructor names comes through ``**kwargs`` and is absent unless it is passed.
    """
    name = truth.removesuffix(_IS_NONE)
    defaults = (
        parameter.default
        for facts in sides
        for parameter in facts.parameters
        if parameter.name == name
    )
    return all(not isinstance(value, Literal) or value.value is None for value in defaults)


def _starts(rule: UpdateRule, facts: OptimizerFacts) -> Starts:
    slots = {name: slot for slot in reversed(facts.slots) for name in _names(slot)}
    found: list[tuple[str, float | str]] = []
    for name, _ in rule.states:
        slot = slots.get(name)
        if slot is None or not isinstance(slot.initial, Literal):
            continue
        match slot.initial.value:
            case bool() | int() | float() as value:
                found.append((name, float(value)))
            case str() as value:
                found.append((name, value))
    return tuple(found)


def _names(slot: Slot) -> tuple[str, ...]:
    """What a rule calls a state: a slot whose name a parameter has too is set apart."""
    return (f"slot:{slot.name}", slot.name) if slot.per_variable else (slot.name,)


def _answer(question: Question) -> Answer:
    from tfdiff.comparison.answer import answer  # noqa: PLC0415 - flint and numpy load slowly

    found = answer(
        question.states,
        question.settings,
        question.starts,
        question.gradient,
        question.converted,
    )
    decision = found.decision
    verdict, condition, reason = decision.verdict, decision.condition, decision.reason
    old, new = question.duplicates
    if old != new and verdict in {"identical", "equal", "conditional"}:
        verdict = "conditional"
        parts = (*(condition.split(" or ") if condition else ()), REPEATED)
        condition = " or ".join(dict.fromkeys(parts))
        if "unknown" in question.duplicates:
            reason = reason or "what repeated indices do was not read on both sides"
    return Answer(
        verdict,
        decision.proof,
        decision.assumptions,
        condition,
        reason,
        found.witness,
        tuple(_told_once(found.aspects)) if old != new else found.aspects,
    )


def _told_once(aspects: tuple[Aspect, ...]) -> Iterator[Aspect]:
    """The aspects without what repeated indices do to the gradient, where that is told anyway."""
    for one in aspects:
        parts = one.condition.split(" or ") if one.condition and one.state == GRADIENT else []
        rest = " or ".join(part for part in parts if part != REPEATED)
        if one.state != GRADIENT or rest:
            yield replace(one, condition=rest or one.condition)


def _fingerprint(states: States) -> str:
    """The content of a rule; the same on every machine."""
    places: dict[Expr, int] = {}
    lines: list[object] = []
    for node in ordered(value for _, value in states):
        places[node] = len(places)
        lines.append((_label(node), *(places[child] for child in children(node))))
    heads = [(name, places[value]) for name, value in states]
    return sha256(repr((lines, heads)).encode()).hexdigest()


def _label(node: Expr) -> tuple[str, ...]:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Number(value=value):
            return "number", str(value)
        case Boolean(value=value):
            return "boolean", str(value)
        case Symbol(name=name):
            return "symbol", name
        case Operation(op=op):
            return "operation", op
        case Function(function=function):
            return "call", function
        case Opaque(text=text, reason=reason):
            return "opaque", text, reason
        case _:
            return ("select",)
