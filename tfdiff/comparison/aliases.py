"""What one optimizer calls otherwise than another: arguments and state, told by their role.

``tf.train.RMSPropOptimizer`` keeps ``ms`` and takes ``decay`` where ``tf.keras.optimizers.RMSprop``
keeps ``rms`` and takes ``rho``. Names that differ by nothing but underscores are the same; the
rest is matched so that as many states as possible are updated by the same formula.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, permutations, product

import numpy as np

from tfdiff.comparison.names import Aliases
from tfdiff.facts import OptimizerFacts, UpdateRule
from tfdiff.ir.evaluate import Program, Value, compiled
from tfdiff.ir.walk import symbols, truth_symbols

_POINTS = 16
_TRIES = 5000  # assignments that are tried; more than any optimizer has had
_SEED = 20170814
_TOLERANCE = 1e-9

# The field's words for one thing, where the names have nothing in common.
_WORDS = {"lr": "learningrate", "alpha": "learningrate", "eps": "epsilon"}


def aliases(old: OptimizerFacts, new: OptimizerFacts) -> Aliases:
    """What the new optimizer calls otherwise than the old one."""
    parameters = dict(_by_name(_parameters(old), _parameters(new)))
    states = dict(_by_name(_states(old), _states(new)))
    rules = _comparable(old, new)
    if rules:
        roles = _Roles(*rules, Aliases(tuple(parameters.items()), tuple(states.items())))
        open_parameters = _left(_parameters(old), _parameters(new), parameters)
        open_states = _left(_states(old), _states(new), states)
        best = max(_choices(open_parameters, open_states), key=roles.score, default=None)
        if best and roles.score(best) > 0:
            parameters.update(best.parameters)
            states.update(best.states)
    return Aliases(_different(parameters), _different(states))


def _different(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((old, new) for old, new in names.items() if old != new)


def _parameters(facts: OptimizerFacts) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in facts.parameters)


def _states(facts: OptimizerFacts) -> tuple[str, ...]:
    return tuple(slot.name for slot in facts.slots)


def _plain(name: str) -> str:
    bare = name.replace("_", "").casefold()
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
    pairs = product(list(_assignments(*states)), list(_assignments(*parameters)))
    for chosen_states, chosen_parameters in islice(pairs, _TRIES):
        yield Aliases(chosen_parameters, chosen_states)


def _assignments(old: list[str], new: list[str]) -> Iterable[tuple[tuple[str, str], ...]]:
    if len(old) <= len(new):
        return (tuple(zip(old, chosen, strict=True)) for chosen in permutations(new, len(old)))
    return (tuple(zip(chosen, new, strict=True)) for chosen in permutations(old, len(new)))


class _Roles:
    """Counts the states that two rules update by the same formula under an assignment."""

    def __init__(self, old: UpdateRule, new: UpdateRule, known: Aliases) -> None:
        self._known = known
        self._new = compiled(new.states)
        self._truths = truth_symbols(value for _, value in new.states)
        generator = np.random.default_rng(_SEED)
        names = {*symbols(value for _, value in old.states), *dict(old.states)}
        truths = truth_symbols(value for _, value in old.states)
        self._inputs: dict[str, object] = {
            name: False if name in truths else generator.uniform(0.1, 0.9, _POINTS)
            for name in sorted(names)
        }
        self._spare = generator.uniform(0.1, 0.9, _POINTS)
        self._old = _values(compiled(old.states), self._inputs)

    def score(self, choice: Aliases) -> int:
        """How many states agree."""
        names = dict((*self._known.parameters, *choice.parameters))
        state_names = {"var": "var", **dict((*self._known.states, *choice.states))}
        inputs = {
            new: self._inputs[old]
            for old, new in (*names.items(), *state_names.items(), ("grad", "grad"))
            if old in self._inputs
        }
        given = {
            name: inputs.get(name, False if name in self._truths else self._spare)
            for name, _ in self._new.inputs
        }
        values = _values(self._new, given)
        return sum(
            np.allclose(self._old[old], values[new], rtol=_TOLERANCE, atol=0)
            for old, new in state_names.items()
            if old in self._old and new in values
        )


def _values(program: Program, inputs: dict[str, object]) -> dict[str, Value]:
    with np.errstate(all="ignore"):  # points outside of a rule's domain score as unequal
        return dict(program.step(program.start(inputs, np.float64), {}))
