"""The ladder's answer for one path, with the defaults and initial values of the optimizer."""

from tfdiff.facts import Literal, OptimizerFacts, UpdateRule
from tfdiff.findings import PathVerdict, Witness
from tfdiff.ir.decision import Example
from tfdiff.ir.equivalence import decide


def decided(
    old: UpdateRule, new: UpdateRule, old_facts: OptimizerFacts, new_facts: OptimizerFacts
) -> PathVerdict:
    """Whether two rules of one path move the weights the same way."""
    if old.duplicates != new.duplicates and "unknown" in {old.duplicates, new.duplicates}:
        reason = "what repeated indices do was not read on both sides"
        return PathVerdict(new.path, "undecided", "", reason=reason, old=old.states, new=new.states)
    answer = decide(
        old.states,
        new.states,
        settings={**_settings(old_facts), **_settings(new_facts)},
    )
    verdict, condition = answer.verdict, answer.condition
    if old.duplicates != new.duplicates and verdict in {"identical", "equal"}:
        verdict, condition = "conditional", "an index occurs more than once in a sparse gradient"
    return PathVerdict(
        path=new.path,
        verdict=verdict,
        proof=answer.proof,
        assumptions=answer.assumptions,
        condition=condition,
        reason=answer.reason,
        old=old.states,
        new=new.states,
        witness=_witness(answer.witness) if answer.witness else None,
    )


def _settings(facts: OptimizerFacts) -> dict[str, float | bool]:
    """What the hyperparameters are if nothing is passed, as far as that is a number."""
    return {
        parameter.name: parameter.effective.value
        for parameter in facts.parameters
        if isinstance(parameter.effective, Literal)
        and isinstance(parameter.effective.value, bool | int | float)
    }


def _witness(example: Example) -> Witness:
    return Witness(
        inputs=tuple((name, float(value)) for name, value in example.inputs),
        old=example.old,
        new=example.new,
        ratio=example.ratio,
    )
