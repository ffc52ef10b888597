"""The atlas: pages that lead to each other, in a folder that is replaced as a whole."""

import errno
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest

from tests import sample_history as sample
from tests import sample_report
from tests.pages import Page, parsed
from tfdiff.cli import main
from tfdiff.errors import OutputError, UsageError
from tfdiff.extract.store import FactStore
from tfdiff.history import Crew
from tfdiff.render.atlas import Site
from tfdiff.render.atlas import release_page as release_pages
from tfdiff.render.atlas.write import pages
from tfdiff.render.html import breakable
from tfdiff.rules.registry import all_rules

ONE = Crew(jobs=1)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return pages(sample.atlas(), FactStore(None), ONE)


@pytest.fixture(scope="module")
def site(files: dict[str, str]) -> dict[str, Page]:
    return {name: parsed(text) for name, text in files.items() if name.endswith(".html")}


def test_there_is_a_page_for_each_optimizer_release_and_rule(files: dict[str, str]) -> None:
    assert "index.html" in files
    for name in ("SledOptimizer", "SkiOptimizer", "SkateOptimizer", "YetiOptimizer"):
        assert f"optimizers/snow.train.{name}.html" in files
    for ref in ("v1.0.0", "v2.0.0", "v3.0.0"):
        assert f"releases/{ref}.html" in files
    for rule in all_rules():
        assert f"rules/{rule.id}.html" in files


def test_every_link_of_every_page_leads_to_something_that_is_there(
    site: dict[str, Page], files: dict[str, str]
) -> None:
    ids = {name: set(page.values("id")) for name, page in site.items()}
    for name, page in site.items():
        assert len(ids[name]) == len(page.values("id"))
        for href in (*page.values("href"), *page.values("src")):
            if href.startswith(("https://", "data:,")):
                continue
            path, _, anchor = href.partition("#")
            target = normpath(join(dirname(name), unquote(path))) if path else name
            assert target in files, f"{name}: {href}"
            assert not anchor or unquote(anchor) in ids[target], f"{name}: {href}"


def test_what_the_search_leads_to_is_there(files: dict[str, str], site: dict[str, Page]) -> None:
    script = files["search-data.js"]
    data = json.loads(script.removeprefix("const tfdiffSearch = ").removesuffix(";\n"))
    assert {page for _, page in data["pages"]} <= files.keys()
    for place, finding, _ in data["changes"]:
        assert finding in site[data["releases"][place][1]].values("id")


def test_headings_do_not_skip_a_level(site: dict[str, Page]) -> None:
    for page in site.values():
        levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_nothing_is_loaded_from_elsewhere_and_nothing_stands_inline(site: dict[str, Page]) -> None:
    for page in site.values():
        assert not page.values("style")
        for source in page.values("src"):
            assert "//" not in source
        for script in page.all("script"):
            assert script.text == ""


def test_a_mark_of_an_optimizer_leads_to_the_card_in_its_release(site: dict[str, Page]) -> None:
    page = site["optimizers/snow.train.SledOptimizer.html"]
    marks = {e.attributes.get("aria-label"): e.attributes["href"] for e in page.all("a")}
    told = f"../releases/v2.0.0.html#{sample_report.EPSILON_MOVED.id}"
    assert marks["v2.0.0: updates differs"] == told


def test_an_optimizer_lists_what_reaches_it_from_shared_code(site: dict[str, Page]) -> None:
    hrefs = site["optimizers/snow.train.SkiOptimizer.html"].values("href")
    assert f"../releases/v2.0.0.html#{sample_report.BASE_CHECK.id}" in hrefs


def test_a_rule_leads_to_where_it_fired(site: dict[str, Page]) -> None:
    hrefs = site["rules/epsilon-moved.html"].values("href")
    assert f"../releases/v2.0.0.html#{sample_report.EPSILON_MOVED.id}" in hrefs


def test_an_optimizer_that_went_away_is_told(files: dict[str, str]) -> None:
    page = files["optimizers/snow.train.YetiOptimizer.html"]
    assert "v2.0.0: calls broken" in page
    assert "v3.0.0" not in page  # releases that it has no part in make no column


def test_an_optimizer_is_found_by_the_names_that_it_had() -> None:
    atlas = sample.atlas()
    first, *others = atlas.lines
    once = replace(first, stops=(replace(first.stops[0], name="snow.Old"), *first.stops[1:]))
    made = pages(replace(atlas, lines=(once, *others)), FactStore(None), ONE)
    found = json.loads(made["search-data.js"].partition(" = ")[2].rstrip(";\n"))
    words = [words for words, _ in found["pages"]]
    assert f"{first.name}, formerly snow.Old" in words
    assert others[0].name in words


def test_a_timeline_says_what_its_marks_mean(site: dict[str, Page]) -> None:
    for name in ("index.html", "optimizers/snow.train.SledOptimizer.html"):
        legend = [one for one in site[name].all("p") if one.attributes.get("class") == "legend"]
        assert ["differs" in one.text for one in legend] == [True]


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("tf.train.AdagradDAOptimizer", "tf.|train.|Adagrad|DA|Optimizer"),
        ("tf.contrib.optimizer_v2.SGD", "tf.|contrib.|optimizer_v2.|SGD"),
        ("a.<b>", "a.&lt;b&gt;"),
    ],
)
def test_a_long_name_breaks_between_its_words(name: str, broken: str) -> None:
    assert breakable(name) == broken.replace("|", "<wbr>")


def test_hostile_text_stays_text() -> None:
    (hostile,) = sample_report.hostile().optimizers
    atlas = sample.atlas()
    passages = tuple(
        replace(one, optimizers=(*one.optimizers[:-1], sample.slim(hostile)))
        for one in atlas.passages
    )
    lines = tuple(
        replace(
            line,
            name=sample_report.HOSTILE,
            stops=tuple(replace(stop, name=sample_report.HOSTILE) for stop in line.stops),
        )
        for line in atlas.lines
    )
    made = pages(replace(atlas, passages=passages, lines=lines), FactStore(None), ONE)
    for name, text in made.items():
        if name.endswith(".html"):
            assert all(not script.text for script in parsed(text).all("script"))
            assert all(re.fullmatch(r"[\w./-]+", part) for part in name.split("/"))


def test_a_page_is_made_once_for_the_same_content(
    tmp_path: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages(sample.atlas(), FactStore(tmp_path), ONE) == files

    def made(_: object) -> str:
        raise AssertionError("made again")

    monkeypatch.setattr(release_pages, "_text", made)
    assert pages(sample.atlas(), FactStore(tmp_path), ONE) == files


def test_the_same_releases_give_the_same_bytes() -> None:
    code = (
        "import sys; from tests import sample_history as s; from tfdiff.history import Crew;"
        "from tfdiff.extract.store import FactStore; from tfdiff.render.atlas.write import pages;"
        "sys.stdout.buffer.write(repr(pages(s.atlas(), FactStore(None), Crew(1))).encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_the_folder_is_written_whole(tmp_path: Path, files: dict[str, str]) -> None:
    Site(tmp_path / "atlas").replace(files, {"format": 1})
    there = {str(p.relative_to(tmp_path / "atlas")) for p in tmp_path.rglob("*") if p.is_file()}
    assert there == {*files, "atlas.json"}
    assert [one.name for one in tmp_path.iterdir()] == ["atlas"]


def test_an_atlas_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    Site(tmp_path / "atlas").replace({"index.html": "old", "old/page.html": ""}, {})
    Site(tmp_path / "atlas").replace({"index.html": "new"}, {})
    assert (tmp_path / "atlas" / "index.html").read_text() == "new"
    assert not (tmp_path / "atlas" / "old").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["atlas"]


def test_the_same_atlas_is_not_written_again(tmp_path: Path) -> None:
    Site(tmp_path / "atlas").replace({"index.html": "same"}, {})
    before = (tmp_path / "atlas" / "index.html").stat().st_ino
    Site(tmp_path / "atlas").replace({"index.html": "same"}, {})
    assert (tmp_path / "atlas" / "index.html").stat().st_ino == before


def test_only_pages_that_changed_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "atlas"
    names = ("index.html", "optimizers/same.html")
    Site(folder).replace(dict(zip(names, ("old", "same"), strict=True)), {})
    kept = [(folder / name).open() for name in names]  # so that no number is given out again
    before = [os.fstat(file.fileno()).st_ino for file in kept]
    Site(folder).replace(dict(zip(names, ("new", "same"), strict=True)), {})
    after = [(folder / name).stat().st_ino for name in names]
    for file in kept:
        file.close()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]
    assert [(folder / name).read_text() for name in names] == ["new", "same"]


def test_where_files_cannot_be_linked_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    for text in ("old", "new"):
        Site(tmp_path / "atlas").replace({"index.html": text, "same.html": "same"}, {})
    assert (tmp_path / "atlas" / "same.html").read_text() == "same"


@pytest.mark.parametrize("name", ["notes.txt", ".git/config"])
def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path, name: str) -> None:
    Site(tmp_path / "atlas").replace({"index.html": "old"}, {})
    other = tmp_path / "atlas" / name
    other.parent.mkdir(exist_ok=True)
    other.write_text("mine")
    with pytest.raises(UsageError, match="not of an atlas"):
        Site(tmp_path / "atlas")
    assert other.read_text() == "mine"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "atlas").mkdir()
    Site(tmp_path / "atlas").replace({"index.html": "new"}, {})
    assert (tmp_path / "atlas" / "index.html").read_text() == "new"


def test_a_full_disk_leaves_the_older_atlas_and_no_fragment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Site(tmp_path / "atlas").replace({"index.html": "old"}, {})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        Site(tmp_path / "atlas").replace({"index.html": "new"}, {})
    assert (tmp_path / "atlas" / "index.html").read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["atlas"]


def test_the_command_writes_an_atlas(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["history", "--all", "-o", str(tmp_path / "atlas"), "--repo", str(repository)]
    assert main([*call, "--cache", str(tmp_path / "cache"), "--jobs", "1"]) == 0
    assert "pages" in capsys.readouterr().err
    assert (tmp_path / "atlas" / "releases" / "v1.4.0.html").exists()


@pytest.mark.parametrize("call", [["history"], ["history", "adam", "--all"], ["history", "--all"]])
def test_what_cannot_be_meant_is_a_usage_error(call: list[str]) -> None:
    assert main(call) == 2
