"""What the release notes say of a comparison: which findings they document, and what else."""

from dataclasses import replace

from tfdiff.comparison.documented import Names, document, general
from tfdiff.extract.notes import Notes
from tfdiff.findings import OptimizerReport, Report


def documented(report: OptimizerReport, names: Names, notes: Notes) -> OptimizerReport:
    """One optimizer's report with what the release notes say of it."""
    if notes.entries is None:
        return report
    findings, others = document(report.findings, names, notes.entries)
    return replace(report, findings=findings, other_notes=others)


def finished(report: Report, notes: Notes) -> Report:
    """The whole report, each entry told once: what documents a finding is left out elsewhere."""
    if notes.entries is None:
        missing = (*report.coverage.missing, notes.missing)
        return replace(report, coverage=replace(report.coverage, missing=missing))
    findings = [finding for one in report.optimizers for finding in one.findings]
    used = {finding.release_note for finding in findings}
    optimizers = tuple(
        replace(one, other_notes=tuple(note for note in one.other_notes if note not in used))
        for one in report.optimizers
    )
    told = {note for one in optimizers for note in one.other_notes}
    others = tuple(note for note in general(notes.entries, findings) if note not in told)
    return replace(report, optimizers=optimizers, other_notes=others)
