"""A summary in Markdown that stands on its own in a ticket, cut to the tracker's limit.

The answer always comes first and is never cut. Findings follow whole, in the report's order,
as long as they fit; what does not fit is counted at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tfdiff.errors import UsageError
from tfdiff.findings import Finding, OptimizerReport, ReleaseNote, Report
from tfdiff.render import formulas
from tfdiff.render.blocks import finding_block
from tfdiff.render.cutting import Piece, fitted
from tfdiff.render.escape import code, fence, prose
from tfdiff.render.steps import Step, steps
from tfdiff.render.tables import unchanged_groups
from tfdiff.render.told import Told
from tfdiff.render.wording import (
    answer,
    counted,
    is_quiet,
    parts,
    question,
    quiet_words,
    warnings,
    worst_first,
)


@dataclass(frozen=True, slots=True)
class Flavour:
    """What one place makes of Markdown.

    Attributes:
        limit: longest text in UTF-8 bytes, None for no limit.
        math: opening and closing of a LaTeX formula; None where it shows formulas as code.
    """

    limit: int | None
    math: tuple[str, str] | None = None


FLAVOURS: Final = {
    "plain": Flavour(None),
    "github": Flavour(65_536, ("```math\n", "\n```")),
    "gitlab": Flavour(1_000_000, ("```math\n", "\n```")),
    "jira": Flavour(32_767),
    "redmine": Flavour(65_535),
    "azure": Flavour(150_000),
}


_MOST_NAMES: Final = 12  # of one kind, among what is unchanged


def summary(report: Report, *, flavour: str = "plain", max_bytes: int | None = None) -> str:
    """The report as Markdown, at most ``max_bytes`` long in UTF-8.

    Raises:
        UsageError: no such flavour, or not even the answer fits.
    """
    if flavour not in FLAVOURS:
        raise UsageError(
            f"There is no Markdown flavour {flavour!r}. There are: {', '.join(FLAVOURS)}."
        )
    style = FLAVOURS[flavour]
    limits = [limit for limit in (max_bytes, style.limit) if limit is not None]
    optimizers = sorted(report.optimizers, key=worst_first)
    told = Told(tuple(optimizers))
    pieces = [piece for one in optimizers for piece in _pieces(one, told, report, style)]
    if report.other_notes:
        pieces.append(Piece(_notes(report.other_notes, "###")))
    heads = _title(report), _table(report)
    return fitted(heads, pieces, _tail(report), min(limits, default=None))


def _title(report: Report) -> str:
    said = [f"## {prose(question(report))}", f"**{prose(answer(report))}**"]
    said += [prose(warning) for warning in warnings(report)]
    return "\n\n".join([*said, ""])


def _table(report: Report) -> str:
    match sorted(report.optimizers, key=worst_first):
        case []:
            return ""
        case [only]:
            lines = ["| part | verdict | |", "|---|---|---|"]
            lines += [
                f"| {part.name} | {part.icon} **{part.verdict}** | {part.question} |"
                for part in parts(only.verdict)
            ]
        case several:
            lines = [
                "| optimizer | updates | defaults | state | calls | execution |",
                "|---|---|---|---|---|---|",
            ]
            told = Told(tuple(several))
            for optimizer in several:
                cells = (f"{part.icon} {part.verdict}" for part in parts(optimizer.verdict))
                lines.append(f"| {prose(told.label(optimizer))} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _pieces(
    optimizer: OptimizerReport, told: Told, report: Report, style: Flavour
) -> Iterator[Piece]:
    """One optimizer's part of the summary; what another one has shown is only named."""
    several = len(report.optimizers) > 1
    level = "####" if several else "###"
    mine, shared = told.here(optimizer), told.away(optimizer)
    rules = steps(optimizer.paths)
    if several:
        rules = tuple(step for step in rules if step.verdict != "identical")
        if not (mine or shared or rules or optimizer.other_notes):
            return
        yield Piece(f"### {prose(told.label(optimizer))}\n\n{prose(optimizer.verdict.summary)}\n")
    yield from (
        Piece(finding_block(finding, level), (finding,))
        for finding in mine
        if not is_quiet(finding)
    )
    if shared:
        yield Piece(
            "\n".join(
                [
                    *(f"- {prose(one.title)} (told with {prose(one.optimizer)})" for one in shared),
                    "",
                ]
            )
        )
    yield from (Piece(_rule(step, style, level)) for step in rules)
    quiet = tuple(finding for finding in mine if is_quiet(finding))
    if quiet:
        lines = [f"- {prose(finding.title)}{_accepted(finding)}" for finding in quiet]
        said = quiet_words(quiet).capitalize()
        yield Piece("\n".join([f"{level} {said}", "", *lines, ""]), quiet)
    if optimizer.other_notes:
        yield Piece(_notes(optimizer.other_notes, level))
    if optimizer.unchanged and not several:
        groups = unchanged_groups(optimizer.unchanged)
        lines = [f"- {prose(kind or 'also')}: {_some(names)}" for kind, names in groups]
        yield Piece("\n".join([f"{level} Checked and unchanged", "", *lines, ""]))


def _accepted(finding: Finding) -> str:
    return f" (accepted: {prose(finding.accepted)})" if finding.accepted is not None else ""


def _notes(notes: tuple[ReleaseNote, ...], level: str) -> str:
    """Entries of the release notes that no finding is about."""
    lines = [f"- {prose(f'{note.version}: {note.text}')}" for note in notes]
    return "\n".join([f"{level} In the release notes, and in no finding", "", *lines, ""])


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(code, names[:_MOST_NAMES]))
    left = len(names) - _MOST_NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown


def _rule(step: Step, style: Flavour, level: str) -> str:
    """The update rule on some paths, once where both releases write it alike."""
    lines = [f"{level} Update rule: {prose(step.verdict)}", ""]
    lines += [f"On {', '.join(map(code, step.paths))}. {prose(step.because)}".rstrip(), ""]
    old, new = step.first.old, step.first.new
    written = formulas.as_latex(old, new) if style.math else formulas.as_text(old, new)
    sides = (("Both", written[0]),) if old == new else zip(("Old", "New"), written, strict=True)
    for side, rule in sides:
        if rule.lines or old != new:
            rows = ", for the rows in the gradient" if rule.rows_only else ""
            without = f", {rule.left_out}" if rule.left_out else ""
            lines += [f"{side}{rows}{prose(without)}:", "", _formulas(rule, style), ""]
    return "\n".join(lines)


def _formulas(rule: formulas.Rule, style: Flavour) -> str:
    if not rule.lines:
        return "_not read_"
    if style.math is None:
        return fence([f"{line.target} = {line.value}" for line in rule.lines], "")
    opening, closing = style.math
    aligned = " \\\\\n".join(f"{line.target} &= {line.value}" for line in rule.lines)
    return f"{opening}\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}{closing}"


def _tail(report: Report) -> str:
    """What was not read; nothing where everything was."""
    coverage = report.coverage
    unread = [*coverage.missing, *(unknown.reason for unknown in coverage.opaque)]
    if not unread:
        return ""
    said = f"{coverage.parsed:,} of {coverage.regions:,} stretches of source were understood."
    reasons = sorted(set(unread))
    lines = [f"- {prose(reason)}" for reason in reasons[:10]]
    if len(reasons) > len(lines):
        lines.append(f"- and {counted(len(reasons) - len(lines), 'further reason')}")
    return "\n".join(["### Not read", "", said, "", *lines, ""])
