"""The update rule for the page: each pair of formulas once, and the table of paths."""

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tfdiff.findings import PathVerdict, Witness
from tfdiff.ir.walk import States
from tfdiff.render import formulas
from tfdiff.render.plot import Plot, plot
from tfdiff.render.steps import Step, steps
from tfdiff.render.visible import one_line
from tfdiff.render.wording import ICONS, Tone

_WIDE: Final = 44  # signs of a formula that fit beside another one on a common screen


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """One line of a rule as MathML: ``target`` becomes ``value``."""

    target: Markup
    value: Markup
    changed: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The rule of one release (or of both); without lines it was not read.

    Attributes:
        rows_only: it is the rule of the rows in a sparse gradient; other rows keep their values.
        left_out: arguments that it is the rule without, as a phrase.
    """

    label: str
    rows_only: bool
    left_out: str
    lines: tuple[FormulaLine, ...]


@dataclass(frozen=True, slots=True)
class WitnessView:
    """Concrete inputs, and what both releases make of them."""

    inputs: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str, str], ...]
    ratio: str
    region: str
    plot: Plot | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A pair of formulas, the paths that have it, and what tells both apart."""

    name: str
    anchor: str
    paths: tuple[str, ...]
    panels: tuple[Panel, ...]
    witnesses: tuple[WitnessView, ...]

    @property
    def stacked(self) -> bool:
        """Whether the formulas need the whole width, so that old stands above new."""
        lines = [line for panel in self.panels for line in panel.lines]
        return len(self.panels) == 1 or any(len(line.value.striptags()) > _WIDE for line in lines)


@dataclass(frozen=True, slots=True)
class PathRow:
    """A line of the table of paths: those of one verdict and one proof."""

    paths: tuple[str, ...]
    verdict: str
    icon: str
    tone: Tone
    proof: str
    assumptions: tuple[str, ...]
    condition: str
    reason: str
    rule: str
    rule_href: str


def rules_and_paths(
    paths: tuple[PathVerdict, ...], labels: tuple[str, str], anchor: str, *, only_changed: bool
) -> tuple[tuple[RuleView, ...], tuple[PathRow, ...]]:
    """The formulas and the table of an optimizer's paths.

    Args:
        paths: with their verdicts.
        labels: what the old and the new release are called.
        anchor: of the optimizer.
        only_changed: leave out formulas that both releases share.
    """
    groups: dict[tuple[States, States], list[Step]] = {}
    for step in steps(paths):
        key = step.first.old, step.first.new
        if any(key) and not (only_changed and key[0] == key[1]):
            groups.setdefault(key, []).append(step)
    views: dict[tuple[States, States], RuleView] = {}
    for number, (key, group) in enumerate(groups.items(), start=1):
        name = f"Rule {number}" if len(groups) > 1 else "The rule"
        views[key] = _rule(name, f"{anchor}--rule-{number}", group, labels)
    rows = tuple(_row(step, views.get((step.first.old, step.first.new))) for step in steps(paths))
    return tuple(views.values()), rows


def _rule(name: str, anchor: str, group: list[Step], labels: tuple[str, str]) -> RuleView:
    old, new = group[0].first.old, group[0].first.new
    witnesses = dict.fromkeys(step.witness for step in group if step.witness)
    return RuleView(
        name,
        anchor,
        tuple(path for step in group for path in step.paths),
        _panels(old, new, labels),
        tuple(_witness(witness) for witness in witnesses),
    )


def _panels(old: States, new: States, labels: tuple[str, str]) -> tuple[Panel, ...]:
    before, after = formulas.as_mathml(old, new)
    if old == new:
        return (_panel(f"{labels[0]} and {labels[1]}", before),)
    return _panel(labels[0], before), _panel(labels[1], after)


def _panel(label: str, rule: formulas.Rule) -> Panel:
    lines = tuple(
        FormulaLine(Markup(line.target), Markup(line.value), line.changed)  # noqa: S704 - escaped by the notation
        for line in rule.lines
    )
    return Panel(label, rule.rows_only, one_line(rule.left_out), lines)


def _row(step: Step, rule: RuleView | None) -> PathRow:
    first = step.first
    return PathRow(
        step.paths,
        step.verdict,
        ICONS[step.tone],
        step.tone,
        one_line(first.proof),
        tuple(map(one_line, first.assumptions)),
        one_line(first.condition or ""),
        one_line(first.reason or ""),
        rule.name if rule else "",
        f"#{rule.anchor}" if rule else "",
    )


def _witness(witness: Witness) -> WitnessView:
    old, new = dict(witness.old), dict(witness.new)
    names = [*old, *(name for name in new if name not in old)]
    return WitnessView(
        tuple((name, _number(value)) for name, value in witness.inputs),
        tuple((name, _number(old.get(name)), _number(new.get(name))) for name in names),
        "" if witness.ratio is None else _number(witness.ratio),
        one_line(witness.region or ""),
        plot(witness),
    )


def _number(value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    return f"{value:.6g}" if math.isfinite(value) else str(value)
