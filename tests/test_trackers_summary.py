"""The comment's text, made from the report's own files."""

import json
from pathlib import Path

import pytest

from tests.sample_report import many, one
from tfdiff.render.json import dumps
from tfdiff.trackers import Summary, read_summary, summarise
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.story import code, plain

REPORT = dumps(one())


def test_the_verdict_comes_first_then_one_card_per_root_cause() -> None:
    summary = summarise(REPORT)
    assert summary.title == "snow.train.SledOptimizer: v1.0.0 → v2.0.0"
    lines = summary.markdown.splitlines()
    assert lines[:3] == [
        "### snow.train.SledOptimizer: v1.0.0 → v2.0.0",
        "",
        "**The weights move differently on 2 of 6 paths: epsilon moved inside the root.**",
    ]
    assert "| updates | **differs** |" in lines
    assert "- **differs** (refuted by a witness): `dense/ref/cpu`, `dense/resource/cpu`" in lines
    assert "#### epsilon moved inside the square root" in lines
    assert any(line.startswith("**What to do:** Pass epsilon=1e-16") for line in lines)
    assert "1 further change without any effect." in lines
    assert any(line.startswith("Checked and unchanged: `default:learning_rate`") for line in lines)
    assert "Read: 10 of 12 regions. Not understood: 1 stretch." in summary.markdown
    assert "its sources say 2.0.1" in summary.markdown


def test_many_optimizers_begin_with_one_table() -> None:
    summary = summarise(dumps(many()))
    names = [optimizer.name for optimizer in many().optimizers]
    table = [line for line in summary.markdown.splitlines() if line.startswith("| `")]
    assert len(table) == len(names)
    assert all(any(name in line for line in table) for name in names)


def test_the_key_is_the_pair_and_the_optimizers_and_nothing_else() -> None:
    said = json.loads(REPORT)
    same = {**said, "tool": "tfdiff 99", "coverage": {}}
    assert summarise(json.dumps(same)).marker == summarise(REPORT).marker
    other = {**said, "new": {**said["new"], "ref": "v3.0.0"}}
    assert summarise(json.dumps(other)).marker != summarise(REPORT).marker
    optimizer = {**said["optimizers"][0], "name": "another"}
    other = {**said, "optimizers": [optimizer]}
    assert summarise(json.dumps(other)).marker != summarise(REPORT).marker


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 2}', json.dumps({**json.loads(REPORT), "format": 9})]
)
def test_what_is_no_report_is_refused_with_advice(text: str) -> None:
    with pytest.raises(AttachError, match=r"tfdiff report -o\s+FILE\.json"):
        summarise(text)


def test_the_summary_is_found_in_the_json_inside_the_page_or_beside_it(tmp_path: Path) -> None:
    data, page = tmp_path / "report.json", tmp_path / "report.html"
    data.write_text(REPORT, encoding="utf-8")
    page.write_text("<!doctype html><p>page", encoding="utf-8")
    assert read_summary([page, data]) == summarise(REPORT)
    assert read_summary([page]) == summarise(REPORT)
    inside = Summary("t", "</script><!--", "# </script> & <b>")
    page.write_text(
        "<!doctype html><script>var x = 1</script><p>page"
        f'<script type="application/json" id="tfdiff-summary">{inside.embedded()}</script>',
        encoding="utf-8",
    )
    assert read_summary([page]) == inside
    data.unlink()
    assert read_summary([page]) == inside


def test_where_there_is_no_summary_the_way_to_one_is_said(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("<!doctype html>", encoding="utf-8")
    with pytest.raises(AttachError, match="give the JSON report too"):
        read_summary([page])
    page.write_bytes(b"\xff\xfe")
    with pytest.raises(AttachError, match="is not UTF-8 text"):
        read_summary([page])
    with pytest.raises(AttachError, match=r"could not read .*none\.html"):
        read_summary([tmp_path / "none.html"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b * c", "a\\_b \\* c"),
        ("1. first", "1\\. first"),
        ("- no list", "\\- no list"),
        ("# no heading", "\\# no heading"),
        ("see #12 by @me, mail a@b", "see #\u206012 by @\u2060me, mail a@b"),
        ("/close", "\u2060/close"),
        ("two\nlines", "two lines"),
        ("$x$", "\\$x\\$"),
    ],
)
def test_plain_text_is_no_markup_and_calls_nobody(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("x", "`x`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("", "")]
)
def test_code_holds_any_text(text: str, shown: str) -> None:
    assert code(text) == shown
