"""One set of names for both sides: what the new side calls otherwise, in the old side's words."""

from dataclasses import dataclass, replace

from tfdiff.facts import Literal, OptimizerFacts, UpdateRule, Value
from tfdiff.ir.expr import Expr, boolean, operation, symbol
from tfdiff.ir.walk import States, replaced, replaced_states
from tfdiff.rules.matching import parameters, slots
from tfdiff.rules.pair import Pair

_IS_NONE = " is None"


@dataclass(frozen=True, slots=True)
class Aliases:
    """Names of the old side and what stands for them on the new side, where they differ."""

    parameters: tuple[tuple[str, str], ...] = ()
    states: tuple[tuple[str, str], ...] = ()

    def renamed(self, rule: UpdateRule, old: UpdateRule) -> UpdateRule:
        """A rule of the new side in the names of the old side's rule."""
        in_rule = {plain(name): name for name, _ in rule.states}
        in_old = {plain(name): name for name, _ in old.states}
        back = self._given()
        back |= {f"{new}{_IS_NONE}": f"{old}{_IS_NONE}" for new, old in back.items()}
        back |= {in_rule.get(new, new): in_old.get(old, old) for old, new in self.states}
        back |= _set_apart(back)
        spelled: dict[Expr, Expr] = {symbol(new): symbol(old) for new, old in back.items()}

        def said(states: States) -> States:
            values = replaced_states(states, spelled)
            return tuple((back.get(name, name), value) for name, value in values)

        fails = replaced((rule.fails,), spelled)[rule.fails]
        states, converted = said(rule.states), said(rule.converted)
        return replace(rule, states=states, fails=fails, converted=converted)

    def restated(self, facts: OptimizerFacts, rule: UpdateRule) -> OptimizerFacts:
        """The new side's facts in the old words: its parameters, and what one rule updates."""
        back = {new: old for old, new in self.states}
        given = self._given()
        updated = {plain(name): name for name, _ in rule.states}
        slots = tuple(
            replace(
                slot,
                name=back.get(slot.name, slot.name)
                if slot.per_variable or updated.get(slot.name) == slot.name
                else slot.name,
                condition=given.get(slot.condition, slot.condition) if slot.condition else None,
                initial=_renamed(slot.initial, given),
            )
            for slot in facts.slots
        )
        parameters = tuple(
            replace(parameter, name=given.get(parameter.name, parameter.name))
            for parameter in facts.parameters
        )
        return replace(facts, slots=slots, parameters=parameters)

    def _given(self) -> dict[str, str]:
        """What the old side calls the parameters of the new one."""
        back = {new: old for old, new in self.parameters}
        return back | _set_apart(back)


def _set_apart(back: dict[str, str]) -> dict[str, str]:
    """Other names for what the new side calls as the old side calls something else."""
    return {old: f"new {old}" for old in back.values() if old not in back}


def _renamed(value: Value, given: dict[str, str]) -> Value:
    match value:
        case Literal(value=str() as name):
            return replace(value, value=given.get(name, name))
    return value


def plain(name: str) -> str:
    """A state's own name: rules write ``slot:momentum`` where an argument has the name too."""
    return name.removeprefix("slot:")


def under_one_name(rule: UpdateRule, facts: OptimizerFacts) -> UpdateRule:
    """A rule for those who pass an argument as the signature calls it, and by no older name."""
    others = [symbol(f"{name}{_IS_NONE}") for name in parameters.accepted_names(facts)]
    if not others:
        return rule
    absent: dict[Expr, Expr] = dict.fromkeys(others, boolean(True))  # noqa: FBT003
    absent |= {operation("not", truth): boolean(False) for truth in others}  # noqa: FBT003
    states, converted = (replaced_states(one, absent) for one in (rule.states, rule.converted))
    return replace(rule, states=states, converted=converted)


def renames(pair: Pair) -> Aliases:
    """The parameters and the state of one class that the new release renamed."""
    return Aliases(
        tuple((old.name, new.name) for old, new in parameters.matched(pair).renamed),
        tuple((old.name, new.name) for old, new in slots.matched(pair).renamed),
    )
