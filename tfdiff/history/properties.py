"""One property of an optimizer over releases: since when a fact holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tfdiff.errors import UsageError
from tfdiff.facts import Literal, OptimizerFacts, Value
from tfdiff.history.crew import THIS_MACHINE, Crew
from tfdiff.history.following import ALL_RELEASES, Range, followed
from tfdiff.ir.show import text
from tfdiff.sources import SourceOptions


@dataclass(frozen=True, slots=True)
class Fact:
    """What one release says about a property; None where it has no such thing."""

    release: str
    value: str | None


def facts(
    name: str,
    property_name: str,
    options: SourceOptions,
    *,
    asked: Range = ALL_RELEASES,
    crew: Crew = THIS_MACHINE,
) -> tuple[Fact, ...]:
    """What each release says about one property of an optimizer.

    Args:
        name: the optimizer.
        property_name: ``default:epsilon``, ``parameter:epsilon``, ``slot:m``, ``slot:m:initial``,
            ``update:dense/ref/cpu``, ``op:ApplyAdam``.
        options: where the releases come from.
        asked: from which release to which.
        crew: who reads the releases.

    Raises:
        UsageError: no release has such a property.
    """
    _, found = followed(name, options, crew, asked)
    told = tuple(
        Fact(
            one.reading.release.ref,
            _property(one.reading.optimizer(one.entry), property_name) if one.entry else None,
        )
        for one in found
    )
    if all(fact.value is None for fact in told):
        raise UsageError(
            f"No release of {name} has the property {property_name!r}. Ask for default:NAME, "
            f"parameter:NAME, slot:NAME, slot:NAME:initial, update:PATH or op:NAME; "
            f"`tfdiff show` lists what there is."
        )
    return told


def _property(found: OptimizerFacts, name: str) -> str | None:
    """One property as text; the same text means the same fact."""
    return next((value for known, value in _properties(found) if known == name), None)


def _properties(found: OptimizerFacts) -> Iterator[tuple[str, str]]:
    for parameter in found.parameters:
        yield f"parameter:{parameter.name}", parameter.kind
        yield f"default:{parameter.name}", _shown(parameter.effective)
    for slot in found.slots:
        yield f"slot:{slot.name}", "per variable" if slot.per_variable else "once"
        yield f"slot:{slot.name}:initial", _shown(slot.initial)
        yield f"slot:{slot.name}:scope", _shown(slot.scope)
    for kernel in found.kernels:
        yield f"op:{kernel.op.name}", "called"
    for rule in found.rules:
        formulas = (f"{name} = {text(value)}" for name, value in rule.states)
        yield f"update:{rule.path}", "; ".join(formulas)


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return "required"
        case Literal(value=known):
            return repr(known)
        case _:
            return f"not read: {value.reason}"


def runs(told: Sequence[Fact]) -> tuple[tuple[str, str, str | None], ...]:
    """First release, last release and value of every stretch over which a fact stays the same."""
    stretches: list[tuple[str, str, str | None]] = []
    for fact in told:
        if stretches and stretches[-1][2] == fact.value:
            stretches[-1] = (stretches[-1][0], fact.release, fact.value)
        else:
            stretches.append((fact.release, fact.release, fact.value))
    return tuple(stretches)
