"""Changes that a user has looked at and accepted, from a file kept beside the user's code.

An entry names one finding by rule, subject and fingerprint, says why it is accepted, and until
when. When the code under the finding changes, so does the fingerprint, and the entry is stale.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from tfdiff.errors import UsageError
from tfdiff.findings import Finding, Report

_KEYS: Final = ("rule", "subject", "fingerprint", "reason", "expires")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One accepted finding.

    Attributes:
        fingerprint: the finding's id, as every report shows it.
        expires: the last day on which the entry holds.
        where: file and number of the entry, for messages.
    """

    rule: str
    subject: str
    fingerprint: str
    reason: str
    expires: date
    where: str

    def names(self, finding: Finding) -> bool:
        """Whether it is about this finding, as it was or as it is now."""
        return (self.rule, self.subject) == (finding.rule, finding.subject)


def read_accepted(path: Path) -> tuple[Acceptance, ...]:
    """The entries of an accept file.

    Raises:
        UsageError: it cannot be read, or an entry has an unknown key, lacks one, or holds
            something else than is asked for.
    """
    try:
        loaded = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"Could not read the accept file {path}: {error}") from error
    unknown = sorted(loaded.keys() - {"accept"})
    if unknown:
        raise UsageError(
            f"{path}: unknown key {unknown[0]!r}. An accept file has [[accept]] tables only."
        )
    tables = loaded.get("accept", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{path}: 'accept' is no list of tables. Write [[accept]] before each.")
    return tuple(_entry(table, f"{path}, entry {number}") for number, table in enumerate(tables, 1))


def _entry(table: Mapping[str, object], where: str) -> Acceptance:
    unknown = sorted(table.keys() - set(_KEYS))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r}. There are: {', '.join(_KEYS)}.")
    texts = {key: _text(table, key, where) for key in _KEYS[:-1]}
    expires = table.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise UsageError(f"{where}: 'expires' is no date. Write one without quotes: 2027-01-31.")
    return Acceptance(**texts, expires=expires, where=where)


def _text(table: Mapping[str, object], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: {key!r} is missing or no text. Every entry needs one.")
    return value


def accepting(report: Report, entries: Sequence[Acceptance], today: date) -> Report:
    """The report with accepted findings marked; its notes name entries that do not hold.

    Args:
        report: the comparison.
        entries: what was accepted.
        today: the day that entries expire by.
    """
    findings = [finding for one in report.optimizers for finding in one.findings]
    held = [entry for entry in entries if entry.expires >= today]
    reasons = {(entry.rule, entry.subject, entry.fingerprint): entry.reason for entry in held}
    optimizers = tuple(
        replace(one, findings=tuple(_marked(finding, reasons) for finding in one.findings))
        for one in report.optimizers
    )
    warnings = (said for entry in entries if (said := _doubt(entry, findings, today)))
    return replace(report, optimizers=optimizers, notes=(*report.notes, *warnings))


def _marked(finding: Finding, reasons: Mapping[tuple[str, str, str], str]) -> Finding:
    reason = reasons.get((finding.rule, finding.subject, finding.id))
    return finding if reason is None else replace(finding, accepted=reason)


def _doubt(entry: Acceptance, findings: Sequence[Finding], today: date) -> str | None:
    """Why an entry does not hold, None where it does."""
    named = [finding for finding in findings if entry.names(finding)]
    what = f"{entry.where} ({entry.rule}, {entry.subject})"
    if not named:
        return f"{what} accepts nothing that was found here. Remove it where it is not needed."
    if entry.fingerprint not in {finding.id for finding in named}:
        now = ", ".join(finding.id for finding in named)
        return f"{what} is stale: the change is another one now ({now}). Look at it again."
    if entry.expires < today:
        return f"{what} expired on {entry.expires.isoformat()}. Look at it again."
    return None
