"""Which options have to be set together for two rules to differ.

Clipping by norm and by value in the other order is the same for whoever asks for one of them: no
single option tells such rules apart. With few options all combinations can be decided, and the
smallest ones in which the rules differ are the condition.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from tfdiff.ir.decision import Decision
from tfdiff.ir.expr import Expr, boolean, operation, symbol
from tfdiff.ir.occurrences import REPEATED, with_repetition
from tfdiff.ir.show import text
from tfdiff.ir.walk import States, replaced_states, truth_symbols

_MOST: Final = 5  # options; 32 decisions of a few milliseconds
_ALIKE: Final = frozenset({"identical", "equal"})
Asked = Callable[[States, States], Decision]


@dataclass(frozen=True, slots=True)
class _Option:
    """A truth that rules ask for, and what holds where it was set."""

    name: str
    off: bool

    def node(self, *, on: bool) -> tuple[Expr, Expr]:
        return symbol(self.name), boolean(self.off is not on)

    @property
    def guard(self) -> str:
        truth = symbol(self.name)
        return text(operation("not", truth) if self.off else truth)


def by_combination(
    rules: tuple[States, States], settings: dict[str, float | bool], asked: Asked
) -> Decision | None:
    """The decision by combinations of options; None where the rules differ with none set.

    ``certainty`` is "unknown" where rules may differ in one of the combinations and it was not
    decided, ``condition`` is None where they are the same with any options.

    Args:
        rules: both rules.
        settings: values that users have if they pass nothing.
        asked: decides any two rules.
    """
    known = settings | {REPEATED: False}
    rules = _asking_for_repetition(rules[0]), _asking_for_repetition(rules[1])
    options = tuple(_options(rules, known))
    if len(options) > _MOST:
        return None
    smallest: list[frozenset[_Option]] = []
    found: list[Decision] = []
    alike: list[Decision] = []
    for size in range(len(options) + 1):
        for chosen in map(frozenset, combinations(options, size)):
            if any(one <= chosen for one in smallest):
                continue
            decision = asked(*(_with(rule, options, chosen) for rule in rules))
            if decision.verdict in _ALIKE:
                alike.append(decision)
            elif not chosen:
                return None if options or decision.verdict != "conditional" else decision
            else:
                smallest.append(chosen)
                found.append(decision)
    return _joined(alike, found, smallest)


def _options(rules: tuple[States, States], settings: dict[str, float | bool]) -> list[_Option]:
    truths = truth_symbols(value for rule in rules for _, value in rule)
    known = ((name, settings.get(name)) for name in sorted(truths))
    return [_Option(name, off) for name, off in known if isinstance(off, bool)]


def _asking_for_repetition(rule: States) -> States:
    return tuple((name, with_repetition(value)) for name, value in rule)


def _with(rule: States, options: tuple[_Option, ...], chosen: frozenset[_Option]) -> States:
    return replaced_states(rule, dict(one.node(on=one in chosen) for one in options))


def _joined(
    alike: list[Decision], found: list[Decision], smallest: list[frozenset[_Option]]
) -> Decision:
    """All that was decided in one: worst of what is alike, and the combinations that differ."""
    base = max(alike, key=lambda one: one.verdict != "identical")
    said = tuple(dict.fromkeys(text for one in alike for text in one.assumptions))
    if not found:
        return replace(base, assumptions=said)
    guards = [" and ".join(sorted(one.guard for one in chosen)) for chosen in smallest]
    shown = all(one.verdict == "differs" and one.condition is None for one in found)
    condition = " or ".join(sorted(guards))
    reason = next((one.reason for one in found if one.reason), None)
    decided = replace(
        base.states[0],
        verdict="conditional",
        certainty=base.certainty if shown else "unknown",
        condition=condition,
        reason=reason,
    )
    return replace(
        base,
        verdict="conditional",
        certainty=decided.certainty,
        proof=f"outside of the condition: {base.proof}",
        assumptions=said,
        condition=condition,
        reason=reason,
        states=(decided,),
        witness=None,
    )
