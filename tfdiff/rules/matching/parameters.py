"""Constructor parameters of both sides, matched by name and then by what they are kept as."""

from dataclasses import dataclass

from tfdiff.facts import Literal, OptimizerFacts, Parameter
from tfdiff.rules.pair import Pair


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which parameters stayed, came, went, and which changed their name."""

    kept: tuple[tuple[Parameter, Parameter], ...]
    added: tuple[Parameter, ...]
    removed: tuple[Parameter, ...]
    renamed: tuple[tuple[Parameter, Parameter], ...]


def matched(pair: Pair) -> Parameters:
    """Parameters are the same by name, and renamed if they fill the same attribute.

    A keyword that a side takes as another name for one of its parameters (``lr`` for
    ``learning_rate``) is no parameter of its own: where the other side has it as one, that was
    renamed, and is accepted on both sides.
    """
    new_by_name = {parameter.name: parameter for parameter in pair.new.parameters}
    old_names = {parameter.name for parameter in pair.old.parameters}
    were_aliases = _standing_in(pair.old, pair.new)
    known = {old: new for new, old in were_aliases.items()}
    known |= _standing_in(pair.new, pair.old) | dict(pair.parameter_names)
    kept = tuple(
        (old, new_by_name[old.name])
        for old in pair.old.parameters
        if old.name in new_by_name and old.name not in {*known, *were_aliases}
    )
    removed = [
        item for item in pair.old.parameters if item.name not in new_by_name or item.name in known
    ]
    added = [
        item
        for item in pair.new.parameters
        if item.name not in old_names or item.name in known.values()
    ]
    renamed: list[tuple[Parameter, Parameter]] = []
    for old in list(removed):
        told = known.get(old.name)
        new = new_by_name.get(told) if told else _successor(pair, old, added)
        if new:
            renamed.append((old, new))
            removed.remove(old)
            added.remove(new)
    return Parameters(kept, tuple(added), tuple(removed), tuple(renamed))


def _standing_in(facts: OptimizerFacts, other: OptimizerFacts) -> dict[str, str]:
    """What the other side has as a parameter and this one takes for one that it calls otherwise."""
    names = {parameter.name for parameter in other.parameters}
    aliases = accepted_names(other)
    return {
        name: canonical
        for name, canonical in accepted_names(facts).items()
        if name in names and name not in aliases and canonical not in names
    }


def accepted_names(facts: OptimizerFacts) -> dict[str, str]:
    """Keywords that stand for a parameter of the signature, and that parameter."""
    declared = [item for item in facts.parameters if item.kind == "positional"]
    return {
        item.name: real.name
        for item in facts.parameters
        if item.kind == "keyword" and (held := _attributes(facts, item))
        for real in declared
        if _attributes(facts, real) == held
    }


def ignoring(facts: OptimizerFacts, parameter: Parameter) -> Parameter | None:
    """The ``**kwargs`` that takes an argument unknown to a constructor, and drops it."""
    takes = next((one for one in facts.parameters if one.kind == "**"), None)
    drops = facts.further == "ignored" and parameter.kind not in {"*", "**"}
    return takes if drops else None


def _successor(pair: Pair, old: Parameter, added: list[Parameter]) -> Parameter | None:
    held = _attributes(pair.old, old)
    position = pair.old.parameters.index(old)
    for new in added:
        if held & _attributes(pair.new, new):
            return new
    if pair.old.class_name != pair.new.class_name:
        return None  # the order of two classes' arguments tells nothing
    for new in added:
        same_place = pair.new.parameters.index(new) == position
        if same_place and new.kind == old.kind == "positional" and _same_default(old, new):
            return new
    return None


def _same_default(old: Parameter, new: Parameter) -> bool:
    """Whether both have one default of their own; None and truths are anybody's."""
    value = new.effective
    own = isinstance(value, Literal) and not isinstance(value.value, bool | None)
    return own and value == old.effective


def _attributes(facts: OptimizerFacts, parameter: Parameter) -> frozenset[str]:
    return frozenset(dict(facts.hyperparameters).get(parameter.name, ()))
