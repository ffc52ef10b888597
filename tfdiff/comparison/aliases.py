"""What one optimizer calls otherwise than another: arguments and state, told by their role.

``tf.train.RMSPropOptimizer`` keeps ``ms`` and takes ``decay`` where ``tf.keras.optimizers.RMSprop``
keeps ``rms`` and takes ``rho``. Names that differ by nothing but underscores are the same; the
rest is matched so that as many states as possible are updated by the same formula.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product

import numpy as np

from tfdiff.comparison.names import Aliases
from tfdiff.facts import OptimizerFacts, UpdateRule
from tfdiff.ir.evaluate import Program, Value, compiled
from tfdiff.ir.walk import symbols, truth_symbols
from tfdiff.rules.matching.parameters import accepted_names
from tfdiff.rules.matching.slots import subject

_POINTS = 16
_TRIES = 5000  # assignments that are tried; more than any optimizer has had
_SEED = 20170814
_TOLERANCE = 1e-9

# The field's words for one thing, where the names have nothing in common.
_WORDS = {
    "lr": "learningrate",
    "alpha": "learningrate",
    "eps": "epsilon",
    "iter": "iterations",
    "t": "iterations",
}


def aliases(old: OptimizerFacts, new: OptimizerFacts) -> Aliases:
    """What the new optimizer calls otherwise than the old one.

    A name that is not told by its spelling is matched only where the formulas agree: a state
    with the state that the same formula updates, a parameter with what stands in its place.
    """
    parameters = dict(_by_name(_parameters(old), _parameters(new)))
    states = dict(_states_by_name(old, new))
    rules = _comparable(old, new)
    if rules:
        used = _used(old, rules[0]), _used(new, rules[1])
        best = max(
            _attempts(
                rules,
                used,
                (parameters, states),
                _left(_updated(old, rules[0]), _updated(new, rules[1]), states),
            ),
            key=lambda attempt: len(attempt.agreeing),
        )
        parameters = best.parameters
        states |= best.states
    named = ((mine.partition(":")[2], its.partition(":")[2]) for mine, its in states.items())
    return Aliases(_different(parameters.items()), _different(named))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What an assignment says, reduced to what the formulas bear out.

    States are told by ``subject``: a variable that holds a hyperparameter is not the slot of
    the same name.
    """

    agreeing: frozenset[str]
    parameters: dict[str, str]
    states: dict[str, str]


def _attempts(
    rules: tuple[UpdateRule, UpdateRule],
    used: tuple[tuple[str, ...], tuple[str, ...]],
    known_names: tuple[dict[str, str], dict[str, str]],
    states_left: tuple[list[str], list[str]],
) -> Iterator[_Attempt]:
    """The best assignment with all equal names taken as one thing, and without one of them.

    ``decay`` is the decay of the mean square in one class and that of the learning rate in
    another: an equal name is no proof.
    """
    parameters, states = known_names
    for suspect in (None, *(name for name in used[0] if parameters.get(name) == name)):
        known = {name: its for name, its in parameters.items() if name != suspect}
        roles = _Roles(*rules, Aliases(tuple(known.items()), tuple(states.items())))
        choices = _choices(_left(*used, known), states_left)
        scored = ((roles.agreeing(choice), choice) for choice in choices)
        agreeing, best = max(scored, key=lambda one: len(one[0]), default=(frozenset(), Aliases()))
        agreed = {_in_rule(rules[0], state) or state for state in agreeing}
        borne_out = frozenset(symbols(v for name, v in rules[0].states if name in agreed))
        chosen = {mine: its for mine, its in best.parameters if mine in borne_out}
        yield _Attempt(
            agreeing,
            known | chosen if suspect is None or suspect in chosen else parameters,
            {mine: its for mine, its in best.states if mine in agreeing},
        )


def _used(facts: OptimizerFacts, rule: UpdateRule) -> tuple[str, ...]:
    """The parameters that stand in a rule."""
    named = frozenset(symbols(value for _, value in rule.states))
    return tuple(name for name in _parameters(facts) if name in named)


def _updated(facts: OptimizerFacts, rule: UpdateRule) -> tuple[str, ...]:
    """The states that a rule updates; the others play no role that could be compared."""
    return tuple(name for name in map(subject, facts.slots) if _in_rule(rule, name))


def _in_rule(rule: UpdateRule, state: str) -> str | None:
    """What a rule calls a state, where it updates it."""
    kind, _, name = state.partition(":")
    spelled = (state, name) if kind == "slot" else (name,)
    return next((one for one in spelled if one in dict(rule.states)), None)


def _different(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((old, new) for old, new in names if old != new)


def _parameters(facts: OptimizerFacts) -> tuple[str, ...]:
    spelled_twice = accepted_names(facts)
    return tuple(item.name for item in facts.parameters if item.name not in spelled_twice)


def _states_by_name(old: OptimizerFacts, new: OptimizerFacts) -> Iterator[tuple[str, str]]:
    """State of one kind that has one name."""
    for kind, per_variable in (("slot", True), ("variable", False)):
        mine, its = (
            [slot.name for slot in facts.slots if slot.per_variable is per_variable]
            for facts in (old, new)
        )
        yield from ((f"{kind}:{one}", f"{kind}:{other}") for one, other in _by_name(mine, its))


def _plain(name: str) -> str:
    bare = name.removeprefix("use_").replace("_", "").casefold()
    return _WORDS.get(bare, bare)


def _by_name(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    by_plain = {_plain(name): name for name in new}
    for name in old:
        if name in new:
            yield name, name
        elif by_plain.get(_plain(name), name) not in old:
            yield name, by_plain[_plain(name)]


def _left(
    old: Sequence[str], new: Sequence[str], known: dict[str, str]
) -> tuple[list[str], list[str]]:
    taken = set(known.values())
    return [name for name in old if name not in known], [name for name in new if name not in taken]


def _comparable(old: OptimizerFacts, new: OptimizerFacts) -> tuple[UpdateRule, UpdateRule] | None:
    """A dense rule of each side, for the same kind of variable and device where both have one."""
    pairs = list(product(_dense(old), _dense(new)))
    if not pairs:
        return None
    return max(
        pairs,
        key=lambda pair: (
            pair[0].path == pair[1].path,
            pair[0].path.device == pair[1].path.device,
            pair[0].path.variable == pair[1].path.variable,
        ),
    )


def _dense(facts: OptimizerFacts) -> list[UpdateRule]:
    return [rule for rule in facts.rules if rule.path.gradient == "dense"]


def _choices(
    parameters: tuple[list[str], list[str]], states: tuple[list[str], list[str]]
) -> Iterator[Aliases]:
    """Assignments in the order in which the names stand, the likeliest first."""
    kinds = (
        list(
            _assignments(*([one for one in side if one.startswith(kind)] for side in states)),
        )
        for kind in ("slot:", "variable:")
    )
    for slots, variables, chosen in islice(
        product(*kinds, list(_assignments(*parameters))), _TRIES
    ):
        yield Aliases(chosen, (*slots, *variables))


def _assignments(old: list[str], new: list[str]) -> Iterable[tuple[tuple[str, str], ...]]:
    if len(old) <= len(new):
        return (tuple(zip(old, chosen, strict=True)) for chosen in permutations(new, len(old)))
    return (tuple(zip(chosen, new, strict=True)) for chosen in permutations(old, len(new)))


class _Roles:
    """Tells the states that two rules update by the same formula under an assignment."""

    def __init__(self, old: UpdateRule, new: UpdateRule, known: Aliases) -> None:
        self._known = known
        self._rules = old, new
        self._new = compiled(new.states)
        generator = np.random.default_rng(_SEED)
        names = {*symbols(value for _, value in old.states), *dict(old.states)}
        self._old_truths = truths = truth_symbols(value for _, value in old.states)
        self._truths = truth_symbols(value for _, value in new.states)
        also = {name for name, _ in self._new.inputs}
        self._inputs: dict[str, object] = {
            name: _usual(name, truths ^ self._truths, also)
            if name in truths
            else generator.uniform(0.1, 0.9, _POINTS)
            for name in sorted(names)
        }
        self._spare = generator.uniform(0.1, 0.9, _POINTS)
        self._old = _values(compiled(old.states), self._inputs)

    def agreeing(self, choice: Aliases) -> frozenset[str]:
        """The states of the old side that agree."""
        names = dict((*self._known.parameters, *choice.parameters))
        pairs = [("var", "var")]
        told: dict[str, str] = {}
        for mine, its in (*self._known.states, *choice.states):
            before, after = _in_rule(self._rules[0], mine), _in_rule(self._rules[1], its)
            if before and after:
                pairs.append((before, after))
                told[before] = mine
        same = (("grad", "grad"), ("step", "step"))
        inputs = {
            new: self._inputs[old]
            for old, new in (*names.items(), *pairs, *same)
            if old in self._inputs and (old in self._old_truths) == (new in self._truths)
        }
        one_sided = self._old_truths ^ self._truths
        given = {
            name: inputs.get(
                name,
                _usual(name, one_sided, self._inputs) if name in self._truths else self._spare,
            )
            for name, _ in self._new.inputs
        }
        values = _values(self._new, given)
        return frozenset(
            told.get(old, old)
            for old, new in pairs
            if old in self._old
            and new in values
            and np.allclose(self._old[old], values[new], rtol=_TOLERANCE, atol=0)
        )


def _usual(truth: str, one_sided: Container[str], values: Container[str]) -> bool:
    """What holds if nothing is passed: sentinels are absent, options are off.

    A sentinel that the other side does not know says where a default stands; what is compared
    is the value that is passed.
    """
    name = truth.removesuffix(" is None")
    return name != truth and not (truth in one_sided and name in values)


def _values(program: Program, inputs: dict[str, object]) -> dict[str, Value]:
    with np.errstate(all="ignore"):  # points outside of a rule's domain score as unequal
        return dict(program.step(program.start(inputs, np.float64), {}))
