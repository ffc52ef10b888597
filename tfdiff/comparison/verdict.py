"""The five parts of the answer, from findings and path verdicts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from tfdiff.facts import OptimizerFacts, Unknown
from tfdiff.findings import (
    Calls,
    Defaults,
    Execution,
    Finding,
    PathVerdict,
    State,
    Updates,
    Verdict,
)
from tfdiff.rules.matching import slots as state
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Pair

# From the worst to the best: the worst path decides.
_LADDER: Final[tuple[Updates, ...]] = (
    "differs",
    "undecided",
    "conditional",
    "equal",
    "identical",
)
_EXECUTION: Final = frozenset(
    {
        "locking",
        "device-placement",
        "eager-graph-mode",
        "kernel-dtype-registration",
        "resource-variable-semantics",
    }
)
_EXECUTION_RULES: Final = frozenset(
    {
        "base-class-changed",
        "constraint-changed",
        "control-dependencies-changed",
        "distribution-strategy-changed",
        "gradient-clipping-changed",
        "op-added",
        "op-removed",
    }
)
# these say that statements changed that create or name state, and not what became of it
_OF_STATE: Final = frozenset({"name-scope-changed", "state-creation-changed"})
_BREAKING: Final = frozenset(
    {
        "method-removed",
        "optimizer-removed",
        "parameter-order-changed",
        "parameter-removed",
        "parameter-renamed",
    }
)
# these break calls only where they are said to matter always
_MAY_BREAK: Final = frozenset(
    {"method-signature-changed", "parameter-added", "public-name-changed"}
)
_EXTENDING: Final = frozenset(
    {"method-added", "method-signature-changed", "optimizer-added", "parameter-added"}
)

_OF_NUMBERS: Final = frozenset({"numeric", "numeric-conditional", "rounding-only"})


def verdict(pair: Pair, findings: tuple[Finding, ...], *, base: bool = False) -> Verdict:
    """The answer for one optimizer. An unread side never yields the best verdict of a part.

    Args:
        pair: the optimizer at both releases.
        findings: what was found.
        base: whether the class leaves the step to those that are built on it.
    """
    old, new = pair.old, pair.new
    # for classes without an update rule of their own (bases, wrappers) the source decides
    same_source = all(item.same_meaning for item in pair.regions)
    parts = Verdict(
        summary="",
        updates=_updates(pair.verdicts, same_source=same_source),
        defaults=_defaults(pair, findings),
        state=_state(findings, known=state.known(pair)),
        calls=_calls(findings),
        execution=_execution(old, new, findings),
    )
    return replace(parts, summary=_summary(parts, base=base))


def one_sided(name: str, *, new: bool) -> Verdict:
    """What is to be said of an optimizer that only one of the releases has."""
    if new:
        return Verdict(
            f"{name} is new.", "undecided", "undecided", "undecided", "extended", "undecided"
        )
    return Verdict(f"{name} is gone.", "undecided", "undecided", "lost", "broken", "undecided")


def unread(name: str, unknown: Unknown) -> Verdict:
    """What is to be said of an optimizer whose file one of the releases has and cannot be read."""
    why = unknown.reason
    if unknown.span:
        why = f"{unknown.span.path}, line {unknown.span.line} could not be read ({why})"
    said = f"{name} was not compared: {why}."
    return Verdict(said, "undecided", "undecided", "undecided", "undecided", "undecided")


def concerns(finding: Finding) -> tuple[str, ...]:
    """The parts of the answer that a finding has a say in; none for what is beside all five."""
    asked = {
        "updates": finding.facet.startswith(("update-rule-", "epsilon-")),
        "defaults": finding.facet == "default",
        "state": finding.facet.startswith("slot-"),
        "calls": finding.rule in _BREAKING | _MAY_BREAK | _EXTENDING,
        "execution": finding.facet in _EXECUTION or finding.rule in _EXECUTION_RULES,
    }
    found = tuple(part for part, said in asked.items() if said)
    return found or (("updates",) if finding.effect in _OF_NUMBERS else ())


def _updates(paths: tuple[PathVerdict, ...], *, same_source: bool) -> Updates:
    if not paths and same_source:
        return "identical"
    said = {path.verdict for path in paths}
    return next((rung for rung in _LADDER if rung in said), "undecided")


def _defaults(pair: Pair, findings: tuple[Finding, ...]) -> Defaults:
    if deciding("defaults", "changed", findings):
        return "changed"
    old, new = pair.old, pair.new
    made = [item for item in pair.regions if base_name(item.region.symbol) == "__init__"]
    if made and all(item.same_meaning for item in made):
        return "unchanged"  # even where a value was not read
    names = {parameter.name for parameter in old.parameters}
    values = (
        value
        for facts in (old, new)
        for parameter in facts.parameters
        if parameter.name in names
        for value in (parameter.default, parameter.effective)
    )
    return "undecided" if any(isinstance(value, Unknown) for value in values) else "unchanged"


def _state(findings: tuple[Finding, ...], *, known: bool) -> State:
    worst: tuple[State, ...] = ("lost", "renamed", "initialised differently", "undecided")
    found = next((one for one in worst if deciding("state", one, findings)), None)
    return found or ("compatible" if known else "undecided")


def _calls(findings: tuple[Finding, ...]) -> Calls:
    worst: tuple[Calls, ...] = ("broken", "extended")
    return next((one for one in worst if deciding("calls", one, findings)), "compatible")


def _execution(
    old: OptimizerFacts, new: OptimizerFacts, findings: tuple[Finding, ...]
) -> Execution:
    if deciding("execution", "changed", findings):
        return "changed"
    return "undecided" if old.missing or new.missing else "unchanged"


def deciding(part: str, verdict: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings for which a part of the answer has its verdict; none for ``updates``."""
    decides = _DECIDING.get((part, verdict))
    return tuple(one for one in findings if decides and decides(one))


def _breaks(finding: Finding) -> bool:
    always = finding.condition is None and finding.effect == "api"
    return finding.rule in _BREAKING or (finding.rule in _MAY_BREAK and always)


def _loses(finding: Finding) -> bool:
    """Whether saved state finds no place any more."""
    if finding.rule == "hyperparameter-variable-changed":
        return finding.new is None
    if finding.rule in {"slot-dtype-changed", "slot-shape-changed"}:
        return finding.effect == "checkpoint"
    return finding.rule == "slot-removed" and finding.condition is None


def _renames(finding: Finding) -> bool:
    always = finding.condition is None
    return finding.rule == "slot-renamed" or (finding.rule == "slot-order-changed" and always)


def _restarts(finding: Finding) -> bool:
    """Whether state that is always there does not start as it did."""
    if finding.rule == "slot-initial-value-changed":
        return finding.effect == "numeric"
    if finding.rule == "slot-added":
        return finding.condition is None
    return finding.rule in {"hyperparameter-variable-changed", "slot-meaning-changed"}


def _executes_otherwise(finding: Finding) -> bool:
    return finding.facet in _EXECUTION or finding.rule in _EXECUTION_RULES


# State that is created only under a condition is told with it and spoils no checkpoint else.
_DECIDING: Final[Mapping[tuple[str, str], Callable[[Finding], bool]]] = {
    ("defaults", "changed"): lambda one: one.rule == "default-changed",
    ("state", "lost"): _loses,
    ("state", "renamed"): _renames,
    ("state", "initialised differently"): _restarts,
    ("state", "undecided"): lambda one: one.rule in _OF_STATE and one.effect == "checkpoint",
    ("calls", "broken"): _breaks,
    ("calls", "extended"): lambda one: one.rule in _EXTENDING,
    ("execution", "changed"): _executes_otherwise,
}


def _summary(parts: Verdict, *, base: bool) -> str:
    """One sentence: first the weights, then whatever else is not the same.

    Args:
        parts: the verdicts.
        base: whether the class leaves the step to those that are built on it.
    """
    weights = {
        "identical": "The weights move the same way: the same operations in the same order",
        "equal": "The weights move the same way up to rounding",
        "conditional": "The weights move the same way except under the stated conditions",
        "differs": "The weights move differently",
        "undecided": "Whether the weights move the same way was not decided on every path",
    }[parts.updates]
    if parts.updates == "undecided" and base:
        weights = "The class leaves the step to those that are built on it"
    others = tuple(_others(parts))
    if not others:
        return f"{weights}; defaults, state, calls and execution are unchanged."
    return f"{weights}; {', '.join(others)}."


def _others(parts: Verdict) -> Iterable[str]:
    if parts.defaults != "unchanged":
        yield f"defaults {parts.defaults}"
    if parts.state != "compatible":
        yield f"state {parts.state}"
    if parts.calls != "compatible":
        yield f"calls {parts.calls}"
    if parts.execution != "unchanged":
        yield f"execution {parts.execution}"
