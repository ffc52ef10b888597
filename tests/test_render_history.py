"""The history of one optimizer as a file."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import sample_history as sample
from tests import sample_report
from tests.gold_files import assert_gold
from tests.pages import Page, parsed
from tfdiff.errors import OutputError, UsageError
from tfdiff.history import History, Step
from tfdiff.render import history as rendered
from tfdiff.render import history_page
from tfdiff.render.html import ONE_LIMIT

HISTORIES = {
    "changed": sample.history(),
    "hostile": sample.hostile(),
    "same": replace(sample.history(), steps=sample.history().steps[1:]),
}


@pytest.fixture(params=HISTORIES)
def page(request: pytest.FixtureRequest) -> Page:
    return parsed(history_page.page(HISTORIES[request.param]))


def test_every_id_is_unique_and_every_link_leads_somewhere(page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    within = {unquote(href[1:]) for href in page.values("href") if href.startswith("#")}
    assert within <= set(ids)
    assert {name for value in page.values("aria-labelledby") for name in value.split()} <= set(ids)


def test_nothing_is_loaded_and_nothing_stands_inline(page: Page) -> None:
    assert not page.values("src")
    assert not page.values("style")
    for href in page.values("href"):
        assert href.startswith(("#", "https://", "data:,"))


def test_headings_do_not_skip_a_level(page: Page) -> None:
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_timeline_has_a_column_for_each_release_and_a_row_for_each_part() -> None:
    page = parsed(history_page.page(sample.history()))
    drawn = [element.text for element in page.all("text")]
    for name in ("updates", "defaults", "state", "calls", "execution"):
        assert any(text.endswith(name) for text in drawn)
    for release in sample.RELEASES:
        assert any(text.endswith(release.ref) for text in drawn)


def test_a_mark_leads_to_the_card_of_what_changed() -> None:
    page = parsed(history_page.page(sample.history()))
    (mark,) = [
        e for e in page.all("a") if e.attributes.get("aria-label") == "v2.0.0: updates differs"
    ]
    assert mark.attributes["href"] == f"#v2.0.0--{sample_report.EPSILON_MOVED.id}"


def test_a_change_made_twice_stands_twice() -> None:
    first, second = sample.history().steps
    again = replace(second, report=first.report)
    page = parsed(history_page.page(replace(sample.history(), steps=(first, again))))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert f"v3.0.0--{sample_report.EPSILON_MOVED.id}" in ids


def big() -> History:
    """A history whose cards have more code than a ticket takes."""
    text = "".join(f"    value_{n} = self._get({n}, 'text')  # {n}\n" for n in range(35))
    changes = tuple(
        replace(
            sample_report.EPSILON_MOVED,
            subject=f"epsilon {number}",
            old=sample_report.place("old", "a.py", 1, text),
            new=sample_report.place("new", "a.py", 1, text.upper()),
        )
        for number in range(60)
    )
    step = sample.history().steps[0]
    return replace(
        sample.history(), steps=(replace(step, report=replace(step.report, findings=changes)),)
    )


def test_it_stays_small_and_says_what_it_leaves_out() -> None:
    page = history_page.page(big())
    assert len(page.encode()) < ONE_LIMIT
    assert "leaves out longer pieces of code" in page


def test_what_is_too_big_all_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_page, "ONE_LIMIT", 1000)
    monkeypatch.setattr(history_page, "ALL_LIMIT", 1000)
    with pytest.raises(OutputError, match="shorter range"):
        history_page.page(sample.history())


def test_the_page_is_as_it_was_accepted() -> None:
    page = history_page.page(sample.history())
    page = re.sub(r"(?s)<style>.*?</style>", "<style></style>", page)
    page = re.sub(r"(?s)<script>.*?</script>", "<script></script>", page)
    assert_gold("history.html", re.sub(r"sha256-[^']*", "sha256-...", page))


def test_markdown_is_as_it_was_accepted() -> None:
    assert_gold("history.md", rendered.markdown(sample.history()))


def test_json_has_each_step_with_its_verdicts_and_findings() -> None:
    document = json.loads(rendered.document(sample.history()))
    assert document["absent"] == ["v0.9.0"]
    changed, same = document["steps"]
    assert changed["verdict"]["updates"] == "differs"
    assert changed["findings"][0]["old"]["path"] == sample_report.PY_OLD
    assert same["findings"] == []


@pytest.mark.parametrize(("name", "start"), [("h.html", "<!doc"), ("h.json", "{"), ("h.md", "##")])
def test_the_extension_decides_the_format(tmp_path: Path, name: str, start: str) -> None:
    rendered.write(sample.history(), tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_an_unknown_extension_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.json, \.md"):
        rendered.write(sample.history(), tmp_path / "history.pdf")


def test_a_step_that_was_not_decided_is_shown_and_not_called_the_same() -> None:
    step: Step = sample.history().steps[1]
    verdict = replace(step.report.verdict, updates="undecided")
    open_ = replace(step, report=replace(step.report, verdict=verdict))
    page = history_page.page(replace(sample.history(), steps=(open_,)))
    assert "v3.0.0: updates undecided" in page
    assert "1 step could not be decided" in page
