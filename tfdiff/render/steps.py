"""Update rules for the reader: paths that say the same are one group."""

from dataclasses import dataclass

from tfdiff.findings import PathVerdict, Witness
from tfdiff.ir.expr import Expr
from tfdiff.render.wording import TONES, Tone


@dataclass(frozen=True, slots=True)
class StateChange:
    """One state's value after a step in both releases; None where it is not there.

    Attributes:
        missing: what None means: ``not read``, or ``no such state`` where others were read.
    """

    name: str
    old: Expr | None
    new: Expr | None
    missing: str

    @property
    def same(self) -> bool:
        """Whether both releases write it down alike (equal nodes are the same object)."""
        return self.old is self.new


@dataclass(frozen=True, slots=True)
class Step:
    """What one step does on all the paths that share verdict, proof and formulas."""

    first: PathVerdict
    paths: tuple[str, ...]
    states: tuple[StateChange, ...]

    @property
    def verdict(self) -> str:
        """The rung of the ladder."""
        return self.first.verdict

    @property
    def tone(self) -> Tone:
        """How the verdict is coloured."""
        return TONES.get(("updates", self.first.verdict), "unknown")

    @property
    def witness(self) -> Witness | None:
        """Concrete inputs that tell both releases apart, if there are any."""
        return self.first.witness

    @property
    def because(self) -> str:
        """Proof, condition, assumptions and what was not read, as one text."""
        first = self.first
        said = [first.proof.rstrip(".")] if first.proof else []
        if first.condition:
            said.append(f"only if {first.condition}")
        if first.assumptions:
            said.append(f"assuming {', '.join(first.assumptions)}")
        if first.reason:
            said.append(f"not read: {first.reason}")
        text = "; ".join(said)
        return f"{text[0].upper()}{text[1:]}." if text else ""


def steps(paths: tuple[PathVerdict, ...]) -> tuple[Step, ...]:
    """The paths in their order, those that say the same taken together."""
    groups: dict[object, list[PathVerdict]] = {}
    for path in paths:
        groups.setdefault(_said(path), []).append(path)
    return tuple(
        Step(group[0], tuple(str(path.path) for path in group), _states(group[0]))
        for group in groups.values()
    )


def _said(path: PathVerdict) -> object:
    return (
        *(path.verdict, path.proof, path.assumptions, path.condition, path.reason),
        *(path.old, path.new, path.witness),
    )


def _states(path: PathVerdict) -> tuple[StateChange, ...]:
    old, new = dict(path.old), dict(path.new)
    names = [*old, *(name for name in new if name not in old)]
    missing = "no such state" if old and new else "not read"
    return tuple(StateChange(name, old.get(name), new.get(name), missing) for name in names)
