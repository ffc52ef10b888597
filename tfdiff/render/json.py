"""The report for programs: JSON, format 1, as ``report.schema.json`` describes it."""

import json
import math
from pathlib import Path
from typing import Final, TypeAlias

import tfdiff
from tfdiff.facts import Unknown
from tfdiff.findings import (
    Commit,
    Coverage,
    Finding,
    OptimizerReport,
    PathVerdict,
    Place,
    ReleaseNote,
    Report,
    Witness,
)
from tfdiff.ir.walk import States
from tfdiff.render import formulas
from tfdiff.sources.tree import Release

FORMAT: Final = 1
SCHEMA: Final = Path(__file__).with_name("report.schema.json")

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


def dumps(report: Report) -> str:
    """The report as indented JSON text, ASCII only, with a line feed at the end."""
    return json.dumps(document(report), indent=2, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, Json]:
    """The report as plain data."""
    return {
        "format": FORMAT,
        "tool": f"tfdiff {tfdiff.__version__}",
        "old": _release(report.old),
        "new": _release(report.new),
        "optimizers": [_optimizer(optimizer) for optimizer in report.optimizers],
        "coverage": _coverage(report.coverage),
    }


def _release(release: Release) -> Json:
    return {
        "ref": release.ref,
        "commit": release.commit,
        "source": release.source,
        "version": release.version,
    }


def _optimizer(optimizer: OptimizerReport) -> Json:
    verdict = optimizer.verdict
    return {
        "name": optimizer.name,
        "old_path": optimizer.old_path,
        "new_path": optimizer.new_path,
        "verdict": {
            "summary": verdict.summary,
            "updates": verdict.updates,
            "defaults": verdict.defaults,
            "state": verdict.state,
            "calls": verdict.calls,
            "execution": verdict.execution,
        },
        "paths": [_path(path) for path in optimizer.paths],
        "unchanged": list(optimizer.unchanged),
        "findings": [finding_document(finding) for finding in optimizer.findings],
    }


def _path(path: PathVerdict) -> Json:
    return {
        "path": str(path.path),
        "verdict": path.verdict,
        "proof": ": ".join(part for part in (path.proof, path.reason) if part),
        "assumptions": list(path.assumptions),
        "condition": path.condition,
        "old": _rule(path.old),
        "new": _rule(path.new),
        "witness": _witness(path.witness),
    }


def _rule(states: States) -> Json:
    return dict(formulas.latex(states))


def _witness(witness: Witness | None) -> Json:
    if witness is None:
        return None
    return {
        "inputs": _values(witness.inputs),
        "old": _values(witness.old),
        "new": _values(witness.new),
        "ratio": None if witness.ratio is None else _number(witness.ratio),
        "region": witness.region,
        "drift": [
            {
                "gradients": drift.gradients,
                "steps": drift.steps,
                "relative": _number(drift.relative),
                "ulp": _number(drift.ulp),
            }
            for drift in witness.drift
        ],
    }


def _values(values: tuple[tuple[str, float], ...]) -> Json:
    return {name: _number(value) for name, value in values}


def _number(value: float) -> Json:
    """A number; JSON has none for what is not finite, so that is a string."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def finding_document(finding: Finding) -> dict[str, Json]:
    """One finding as plain data."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "optimizer": finding.optimizer,
        "facet": finding.facet,
        "effect": finding.effect,
        "certainty": finding.certainty,
        "subject": finding.subject,
        "condition": finding.condition,
        "title": finding.title,
        "explanation": finding.explanation,
        "remedy": finding.remedy,
        "old": _place(finding.old),
        "new": _place(finding.new),
        "commits": [_commit(commit) for commit in finding.commits],
        "release_note": _release_note(finding.release_note),
        "documented": finding.documented,
        "also_reaches": list(finding.also_reaches),
    }


def _place(place: Place | None) -> Json:
    if place is None:
        return None
    return {
        "path": place.path,
        "start": place.start,
        "end": place.end,
        "text": place.text,
        "url": place.url,
    }


def _commit(commit: Commit) -> Json:
    return {
        "sha": commit.sha,
        "subject": commit.subject,
        "date": commit.date,
        "pull_request": commit.pull_request,
    }


def _release_note(note: ReleaseNote | None) -> Json:
    return None if note is None else {"version": note.version, "text": note.text}


def _coverage(coverage: Coverage) -> Json:
    return {
        "regions": coverage.regions,
        "parsed": coverage.parsed,
        "opaque": [_opaque(unknown) for unknown in coverage.opaque],
        "missing": list(coverage.missing),
    }


def _opaque(unknown: Unknown) -> Json:
    span = unknown.span
    return {
        "path": span.path if span else None,
        "start": span.line if span else None,
        "end": span.end_line if span else None,
        "reason": unknown.reason,
    }
