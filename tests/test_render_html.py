import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import sample_report as sample
from tests.gold_files import assert_gold
from tests.pages import parsed
from tfdiff.findings import ComparedRegion, Hunk, OptimizerReport, RegionStatus, Report
from tfdiff.render import render, write
from tfdiff.render.html import ONE_LIMIT
from tfdiff.render.shown import shown
from tfdiff.trackers import read_summary

REPORTS = {"one": sample.one(), "many": sample.many(), "hostile": sample.hostile()}
none = replace(sample.one(), optimizers=())


@pytest.fixture(params=[*REPORTS, "none"])
def page(request: pytest.FixtureRequest) -> str:
    return render({**REPORTS, "none": none}[request.param], "html")


def test_every_element_is_closed_and_every_id_is_unique(page: str) -> None:
    ids = parsed(page).values("id")
    assert len(ids) == len(set(ids))


def test_every_link_and_reference_leads_somewhere(page: str) -> None:
    found = parsed(page)
    ids = set(found.values("id"))
    assert {unquote(href[1:]) for href in found.values("href") if href.startswith("#")} <= ids
    assert {name for value in found.values("aria-labelledby") for name in value.split()} <= ids
    assert set(found.values("data-for")) <= ids


def test_nothing_leads_elsewhere_than_to_the_web(page: str) -> None:
    for href in parsed(page).values("href"):
        assert href.startswith(("#", "https://", "data:,"))


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: str) -> None:
    found = parsed(page)
    policy = next(
        e.attributes["content"] for e in found.all("meta") if "http-equiv" in e.attributes
    )
    (style,) = found.all("style")
    *data, script = found.all("script")
    assert [one.attributes["type"] for one in data] == ["application/json"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for name, element in (("style", style), ("script", script)):
        digest = b64encode(sha256(element.text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_nothing_is_loaded_and_nothing_stands_inline(page: str) -> None:
    found = parsed(page)
    assert not found.values("src")
    for element in found.elements:
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element.tag not in {"img", "iframe", "object", "embed"}


def test_hostile_text_stays_text() -> None:
    found = parsed(render(sample.hostile(), "html"))
    assert len(found.all("script")) == 2
    titles = [element.text for element in found.all("h3")]
    assert any("</script><script>alert('owned')</script>" in title for title in titles)
    page = render(sample.hostile(), "html")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", page)
    assert "49" not in " ".join(titles)


def test_headings_do_not_skip_a_level(page: str) -> None:
    levels = [int(e.tag[1]) for e in parsed(page).elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_and_language(page: str) -> None:
    found = parsed(page)
    assert found.all("html")[0].attributes["lang"] == "en"
    assert [len(found.all(tag)) for tag in ("main", "footer")] == [1, 1]
    for cell in found.all("th"):
        assert cell.attributes["scope"] in {"row", "col"}


def test_a_finding_and_its_lines_lead_to_each_other() -> None:
    page = render(sample.one(), "html")
    card = page[page.index(f'id="{sample.EPSILON_MOVED.id}"') :]
    href = re.search(r'<a href="#(source-\d+-\d+)"', card)
    assert href
    note = page[page.index(f'<li id="{href[1]}"') :]
    assert f'href="#{sample.EPSILON_MOVED.id}"' in note[:400]


def test_what_several_optimizers_share_stands_once() -> None:
    page = render(sample.many(), "html")
    assert page.count("A loss that is no tensor is refused at once.</p>") == 1
    assert (
        len(
            re.findall(
                r'<section class="region"[^>]*>\s*<header>\s*<h\d[^>]*><code>Optimizer.minimize',
                page,
            )
        )
        == 1
    )


def test_two_optimizers_of_one_name_are_told_apart_by_their_files() -> None:
    other = replace(sample.sled(), new_path="snow/other.py")
    page = parsed(render(replace(sample.one(), optimizers=(sample.sled(), other)), "html"))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    names = {e.text for e in page.all("a") if e.attributes["href"].startswith(f"#{sample.SLED}")}
    assert f"{sample.SLED} (snow/other.py)" in names
    assert f"{sample.SLED} ({sample.PY_NEW})" in names


def test_a_change_told_elsewhere_is_linked_from_the_optimizer_that_it_reaches() -> None:
    page = render(sample.many(), "html")
    ski = page[page.index('<details class="optimizer" id="snow.train.SkiOptimizer"') :]
    ski = ski[: ski.index("</details>")]
    assert f'<a href="#{sample.BASE_CHECK.id}">' in ski
    assert "In code that it shares with others" in ski


@pytest.mark.parametrize("name", [name for name in REPORTS if REPORTS[name].optimizers])
def test_the_page_and_the_json_give_a_ticket_the_same_text(name: str, tmp_path: Path) -> None:
    files = [tmp_path / f"report.{ending}" for ending in ("html", "json")]
    for file in files:
        write(REPORTS[name], file)
    page, document = (read_summary([file]) for file in files)
    assert page == document
    assert REPORTS[name].old.ref in page.title


def test_not_classified_is_always_shown() -> None:
    page = parsed(render(sample.one(), "html"))
    assert any("not classified" in e.text for e in page.all("li"))


@pytest.mark.parametrize("status", ["changed", "added", "removed"])
def test_a_changed_region_that_nobody_accounted_for_is_not_classified(status: RegionStatus) -> None:
    region = replace(sample.sled().regions[0], hunks=(), status=status)
    optimizer = replace(sample.sled(), findings=(), regions=(region,))
    page = parsed(render(replace(sample.one(), optimizers=(optimizer,)), "html"))
    assert any("not classified" in e.text for e in page.all("li"))


def test_the_same_report_gives_the_same_bytes() -> None:
    code = (
        "import sys; from tests import sample_report as s; from tfdiff.render import render;"
        "sys.stdout.buffer.write(''.join(render(s.many(), f) for f in "
        "('html', 'json', 'markdown', 'text')).encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": columns},
            cwd=Path(__file__).parent.parent,
            check=True,
            capture_output=True,
        ).stdout
        for seed, columns in (("1", "40"), ("2", "200"))
    }
    assert len(outputs) == 1


def big(lines: int) -> OptimizerReport:
    text = "".join(f"    value_{n} = self._get({n}, 'text')  # {n}\n" for n in range(lines))
    old, new = sample.place("old", "a.py", 1, text), sample.place("new", "a.py", 1, text + "x\n")
    hunk = Hunk((lines + 1, lines), (lines + 1, lines + 1), "not classified")
    region = ComparedRegion("method", "Big.method", "python", old, new, "changed", (hunk,))
    return replace(sample.sled(), regions=(region,))


def test_one_optimizer_stays_below_its_limit_and_says_what_it_leaves_out() -> None:
    report = replace(sample.one(), optimizers=(big(6000),))
    page = render(report, "html")
    assert len(page.encode()) < ONE_LIMIT
    assert "leaves out the unchanged lines between changes" in page


@pytest.mark.parametrize("limit", [400_000, 200_000])
def test_many_optimizers_stay_below_their_limit(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tfdiff.render.html.ALL_LIMIT", limit)
    optimizers = tuple(
        replace(big(300 + number), name=f"snow.S{number}Optimizer") for number in range(6)
    )
    page = render(Report(sample.OLD, sample.NEW, optimizers, sample.COVERAGE), "html")
    assert len(page.encode()) < limit
    assert "To keep this file small it leaves out" in page


def test_a_notebook_shows_the_answer_and_a_frame_that_runs_nothing() -> None:
    report = shown(sample.one())
    assert isinstance(report, Report)
    found = parsed(report._repr_html_())
    assert "The weights move differently" in found.elements[0].text
    (frame,) = found.all("iframe")
    assert "allow-scripts" not in frame.attributes["sandbox"]
    assert frame.attributes["srcdoc"].startswith("<!doctype html>")


def test_very_long_texts_are_compared_in_bounded_time() -> None:
    text = "".join("}\n" if n % 2 else f"x = {n % 40}\n" for n in range(6000))
    old, new = sample.place("old", "a.cc", 1, text), sample.place("new", "a.cc", 1, text[:-4])
    finding = replace(sample.EPSILON_MOVED, old=old, new=new)
    optimizer = replace(sample.sled(), findings=(finding,), regions=())
    assert finding.id in render(replace(sample.one(), optimizers=(optimizer,)), "html")


def test_the_page_is_as_it_was_accepted() -> None:
    page = render(sample.one(), "html")
    page = re.sub(r"(?s)<style>.*?</style>", "<style></style>", page)
    page = re.sub(r"(?s)<script>.*?</script>", "<script></script>", page)
    assert_gold("one.html", re.sub(r"sha256-[^']*", "sha256-...", page))
