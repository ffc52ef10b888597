"""The words, icons and tones that every format uses for verdicts and effects."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from tfdiff.findings import (
    SEVERITY,
    Certainty,
    Effect,
    Facet,
    Finding,
    OptimizerReport,
    Report,
    Verdict,
)

Tone = OneOf["good", "near", "warn", "bad", "unknown"]

ICONS: Final[dict[Tone, str]] = {
    "good": "\N{CHECK MARK}",
    "near": "\N{ALMOST EQUAL TO}",
    "warn": "!",
    "bad": "\N{NOT EQUAL TO}",
    "unknown": "?",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five parts of an answer, as it is for one optimizer."""

    name: str
    question: str
    verdict: str
    tone: Tone

    @property
    def icon(self) -> str:
        """One character that says the tone without colour."""
        return ICONS[self.tone]


QUESTIONS: Final[dict[str, str]] = {
    "updates": "Do the weights move the same way?",
    "defaults": "And if I pass no arguments?",
    "state": "Does my checkpoint load and mean the same?",
    "calls": "Do my calls still work?",
    "execution": "Placement, locking, devices and types, graph or eager?",
}

TONES: Final[dict[tuple[str, str], Tone]] = {
    ("updates", "identical"): "good",
    ("updates", "equal"): "near",
    ("updates", "conditional"): "warn",
    ("updates", "differs"): "bad",
    ("defaults", "unchanged"): "good",
    ("defaults", "changed"): "bad",
    ("state", "compatible"): "good",
    ("state", "renamed"): "warn",
    ("state", "initialised differently"): "warn",
    ("state", "lost"): "bad",
    ("calls", "compatible"): "good",
    ("calls", "extended"): "near",
    ("calls", "broken"): "bad",
    ("execution", "unchanged"): "good",
    ("execution", "changed"): "warn",
}

EFFECT_TONES: Final[dict[Effect, Tone]] = {
    "numeric": "bad",
    "numeric-conditional": "warn",
    "rounding-only": "near",
    "checkpoint": "bad",
    "distributed": "warn",
    "api": "warn",
    "performance": "near",
    "memory": "near",
    "none": "good",
}

EFFECTS: Final[dict[Effect, tuple[str, str]]] = {
    "numeric": ("\N{NOT EQUAL TO}", "changes the numbers"),
    "numeric-conditional": ("\N{PLUS-MINUS SIGN}", "changes the numbers in some cases"),
    "rounding-only": ("\N{ALMOST EQUAL TO}", "changes the rounding only"),
    "checkpoint": ("\N{BLACK DIAMOND}", "changes checkpoints"),
    "distributed": ("\N{LEFT RIGHT ARROW}", "changes distributed training"),
    "api": ("\N{RIGHTWARDS ARROW}", "changes how it is called"),
    "performance": ("\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}", "changes the speed"),
    "memory": ("\N{IDENTICAL TO}", "changes the memory used"),
    "none": ("\N{CHECK MARK}", "no effect on training"),
}

CERTAINTIES: Final[dict[Certainty, str]] = {
    "proved": "proved",
    "sampled": "seen on samples, not proved",
    "read": "read from the text",
    "unknown": "not certain",
}


def facet_words(facet: Facet) -> str:
    """The facet as people write it: ``update rule, CPU kernel``."""
    words = facet.replace("-", " ")
    if words.startswith("update rule kernel "):
        return f"update rule, {words.rsplit(' ', 1)[1].upper()} kernel"
    if words.startswith("update rule "):
        _, _, gradient, _ = words.split()
        return f"update rule, {gradient} in Python"
    return words


def parts(verdict: Verdict) -> tuple[Part, ...]:
    """The five parts of one optimizer's answer."""
    found = {
        "updates": verdict.updates,
        "defaults": verdict.defaults,
        "state": verdict.state,
        "calls": verdict.calls,
        "execution": verdict.execution,
    }
    return tuple(
        Part(name, QUESTIONS[name], word, TONES.get((name, word), "unknown"))
        for name, word in found.items()
    )


def question(report: Report) -> str:
    """The question that the report answers, as a headline."""
    old, new = report.old.ref, report.new.ref
    match report.optimizers:
        case [only]:
            return f"Does {only.name} train the same in {old} and {new}?"
        case _:
            return f"Do the optimizers of {old} and {new} train the same?"


def warnings(report: Report) -> tuple[str, ...]:
    """What the sources warn of, each said once."""
    return tuple(dict.fromkeys((*report.old.warnings, *report.new.warnings)))


def answer(report: Report) -> str:
    """The answer in one sentence (two for many optimizers)."""
    match report.optimizers:
        case []:
            return "No optimizer was compared."
        case [only]:
            return only.verdict.summary
    count = len(report.optimizers)
    spread = (
        ("differs", "{} the weights differently"),
        ("conditional", "{} differently under a condition"),
        ("equal", "{} equally up to rounding"),
        ("identical", "{} identically"),
    )
    said = []
    for word, phrase in spread:
        number = sum(optimizer.verdict.updates == word for optimizer in report.optimizers)
        if number:
            said.append(phrase.format(f"{number} {'moves' if number == 1 else 'move'}"))
    said += _not_decided(report.optimizers)
    return f"Of {count} optimizers, {_listed(said)}."


_NOT_DECIDED: Final = {
    "open": ("could not be decided", "could not be decided"),
    "base": ("leaves the step to others", "leave the step to others"),
    "new": ("is new", "are new"),
    "gone": ("is gone", "are gone"),
}


def _not_decided(optimizers: Iterable[OptimizerReport]) -> Iterator[str]:
    """Why the weights of some are not spoken of, and of how many each."""
    why = Counter(_why(one) for one in optimizers if one.verdict.updates == "undecided")
    for word, (singular, plural) in _NOT_DECIDED.items():
        if number := why[word]:
            yield f"{number} {singular if number == 1 else plural}"


def _why(optimizer: OptimizerReport) -> str:
    if optimizer.one_sided:
        return "gone" if optimizer.old_path else "new"
    return "base" if optimizer.base else "open"


def moved_words(steps: Sequence[tuple[str, Verdict]]) -> str:
    """With which releases the weights began to move differently, in a sentence.

    Args:
        steps: names of releases, and the verdict on the step to each.
    """
    moved = [ref for ref, verdict in steps if verdict.updates in {"differs", "conditional"}]
    unread = sum(verdict.updates == "undecided" for _, verdict in steps)
    said = (
        f"The weights move differently, at least under a condition, with {_listed(moved)}"
        if moved
        else "No step was found to move the weights otherwise, but for rounding"
    )
    return f"{said}; {counted(unread, 'step')} could not be decided." if unread else f"{said}."


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


SEVEREST: Final[tuple[Tone, ...]] = ("bad", "warn", "unknown", "near", "good")


def worst_first(optimizer: OptimizerReport) -> tuple[object, ...]:
    """Sort key: what moves the weights differently first, what is quiet last."""
    tones = [part.tone for part in parts(optimizer.verdict)]
    return SEVEREST.index(tones[0]), sorted(map(SEVEREST.index, tones)), optimizer.name


def gravity(finding: Finding) -> int:
    """Sort key: what matters most to a reader first."""
    return SEVERITY.index(finding.effect)


def is_quiet(finding: Finding) -> bool:
    """Whether a finding says that nothing about training changed, or the user has accepted it."""
    return finding.effect == "none" or finding.accepted is not None


def quiet_words(findings: Iterable[Finding]) -> str:
    """What the folded findings have in common."""
    accepted = any(finding.accepted is not None for finding in findings)
    return "without effect on training or accepted" if accepted else "without effect on training"


def counted(number: int, singular: str, plural: str = "") -> str:
    """``1 change``, ``2 changes``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
