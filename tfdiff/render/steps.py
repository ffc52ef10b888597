"""Update rules for the reader: paths that say the same are one group."""

from dataclasses import dataclass

from tfdiff.findings import PathVerdict, Witness
from tfdiff.render.wording import TONES, Tone


@dataclass(frozen=True, slots=True)
class Step:
    """What one step does on all the paths that share verdict, proof and formulas."""

    first: PathVerdict
    paths: tuple[str, ...]

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
        Step(group[0], tuple(str(path.path) for path in group)) for group in groups.values()
    )


def _said(path: PathVerdict) -> object:
    return (
        *(path.verdict, path.proof, path.assumptions, path.condition, path.reason),
        *(path.old, path.new, path.witness),
    )
