"""Findings that a user has accepted: marked, folded, not counted, and never forgotten."""

from dataclasses import replace
from datetime import date
from json import loads
from pathlib import Path

import pytest

from tests.sample_report import EPSILON_MOVED, one
from tests.trees import FIXTURES, overlaid
from tfdiff.accepted import Acceptance, accepting, read_accepted
from tfdiff.cli import main
from tfdiff.errors import UsageError
from tfdiff.render import json, markdown

TODAY = date(2026, 5, 1)
ENTRY = """
[[accept]]
rule = "{rule}"
subject = "{subject}"
fingerprint = "{fingerprint}"
reason = "Retrained with it."
expires = {expires}
"""


def entry(*, expires: date = TODAY, fingerprint: str = EPSILON_MOVED.id) -> Acceptance:
    return Acceptance(
        rule=EPSILON_MOVED.rule,
        subject=EPSILON_MOVED.subject,
        fingerprint=fingerprint,
        reason="Retrained with it.",
        expires=expires,
        where="accept.toml, entry 1",
    )


def accepted(*entries: Acceptance) -> tuple[list[str], tuple[str, ...]]:
    report = accepting(one(), entries, TODAY)
    found = report.optimizers[0].findings
    return [finding.id for finding in found if finding.accepted], report.notes[1:]


def test_an_entry_marks_its_finding_and_no_other() -> None:
    assert accepted(entry()) == ([EPSILON_MOVED.id], ())


def test_an_entry_holds_until_its_last_day_and_then_warns() -> None:
    marked, (warning,) = accepted(entry(expires=date(2026, 4, 30)))
    assert marked == []
    assert warning.startswith("accept.toml, entry 1")
    assert "expired on 2026-04-30" in warning


def test_an_entry_for_what_the_change_was_before_is_stale() -> None:
    marked, (warning,) = accepted(entry(fingerprint="epsilon-moved-000000000000"))
    assert marked == []
    assert "is stale" in warning
    assert EPSILON_MOVED.id in warning


def test_an_entry_that_matches_nothing_warns() -> None:
    marked, (warning,) = accepted(replace(entry(), subject="nothing"))
    assert marked == []
    assert "accepts nothing" in warning


def test_an_accepted_finding_is_folded_with_its_reason() -> None:
    report = accepting(one(), [entry()], TODAY)
    text = markdown.summary(report)
    assert "Without effect on training or accepted" in text
    assert f"- {EPSILON_MOVED.title} (accepted: Retrained with it.)" in text


def test_the_json_report_keeps_its_format() -> None:
    assert json.dumps(accepting(one(), [entry()], TODAY)) == json.dumps(one())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[accept]\nrule = 'x'\n", "no list of tables"),
        ("[[accepted]]\n", "unknown key 'accepted'"),
        (ENTRY.format(rule="r", subject="s", fingerprint="f", expires="'2026-01-01'"), "no date"),
        (ENTRY.format(rule="", subject="s", fingerprint="f", expires="2026-01-01"), "'rule'"),
        ("[[accept]]\nrule = 'x'\nuntil = 2026-01-01\n", "unknown key 'until'"),
        ("[[accept]\n", "Could not read"),
    ],
)
def test_a_mistake_in_the_file_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "accept.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_accepted(path)


def test_what_is_accepted_does_not_count_for_fail_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = FIXTURES / "rules" / "default-changed"
    old, new = (str(overlaid(pair / side, tmp_path / side)) for side in ("old", "new"))
    query = ["query", "glide", old, new, "--source", "folder", "--cache", str(tmp_path / "cache")]
    query += ["--fail-on", "numeric", "-q"]
    assert main([*query, "--format", "json"]) == 1
    found = loads(capsys.readouterr().out)["optimizers"][0]["findings"]
    path = tmp_path / "accept.toml"
    path.write_text(
        "".join(
            ENTRY.format(
                rule=one["rule"],
                subject=one["subject"],
                fingerprint=one["id"],
                expires="9999-12-31",
            )
            for one in found
        )
    )
    capsys.readouterr()
    assert main([*query, "--accept", str(path)]) != 1
    assert "accepted" in capsys.readouterr().out
