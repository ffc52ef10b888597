"""The page in headless Chromium, as people open it."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import pytest

from tests import sample_history
from tests import sample_report as sample
from tfdiff.extract.store import FactStore
from tfdiff.history import Crew
from tfdiff.render import history_page, render
from tfdiff.render.atlas import Site
from tfdiff.render.atlas.write import pages

if TYPE_CHECKING:
    from typing import Literal

    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
playwright = pytest.importorskip(
    "playwright.sync_api",
    reason="no browser tests: playwright is not installed (pip install '.[dev]')",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no browser tests: no Chromium here (apt-get install chromium)"
    ),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ATLAS = (
    "atlas/index",
    "atlas/releases/v2.0.0",
    "atlas/optimizers/snow.train.SledOptimizer",
    "atlas/rules/epsilon-moved",
)
FOLDED = sample.DOCS.id  # stands in a folded part: it has no effect on training


@dataclass
class Opened:
    """A page in the browser, and all that it complained about or asked for."""

    page: "Page"
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def visible(self, query: str) -> int:
        """How many elements of a query are to be seen."""
        return self.page.locator(query).locator("visible=true").count()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name in ("one", "many", "hostile"):
        (folder / f"{name}.html").write_text(render(getattr(sample, name)(), "html"), "utf-8")
    (folder / "history.html").write_text(history_page.page(sample_history.history()), "utf-8")
    Site(folder / "atlas").replace(pages(sample_history.atlas(), FactStore(None), Crew(jobs=1)), {})
    return folder


class Options(TypedDict, total=False):
    """What a page may be opened with."""

    color_scheme: "Literal['light', 'dark']"
    java_script_enabled: bool
    permissions: list[str]


class Opener:
    """Opens pages; each has a fresh profile."""

    def __init__(self, browser: "Browser", folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, name: str, *, anchor: str = "", width: int = 1280, **options: Unpack[Options]
    ) -> Opened:
        context = self._browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.set_default_timeout(60_000)
        self._contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(
            (self._folder / f"{name}.html").as_uri() + (f"#{anchor}" if anchor else "")
        )
        return opened

    def close(self) -> None:
        """Close everything that was opened."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def opener(browser: "Browser", folder: Path) -> Iterator[Opener]:
    opener = Opener(browser, folder)
    yield opener
    opener.close()


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *(("one", "light"), ("one", "dark"), ("many", "light"), ("hostile", "dark")),
        *(("history", "light"), ("history", "dark")),
        *((name, scheme) for name in ATLAS for scheme in ("light", "dark")),
    ],
)
def test_a_page_asks_for_nothing_and_breaks_no_policy(
    opener: Opener, name: str, scheme: "Literal['light', 'dark']"
) -> None:
    opened = opener(name, color_scheme=scheme)
    opened.page.wait_for_timeout(50)
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert opened.page.evaluate("document.styleSheets.length") == 1


def test_the_verdict_is_on_the_first_screen(opener: Opener) -> None:
    page = opener("one").page
    for text in (
        "Does snow.train.SledOptimizer train the same",
        "2 of 6 paths",
        "differs",
        "renamed",
    ):
        box = page.get_by_text(text).first.bounding_box()
        assert box
        assert box["y"] + box["height"] < 800


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *(("one", 320), ("one", 800), ("many", 390), ("hostile", 390), ("history", 390)),
        *((name, 390) for name in ATLAS),
    ],
)
def test_a_narrow_page_does_not_scroll_sideways(opener: Opener, name: str, width: int) -> None:
    page = opener(name, width=width).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_dark_page_is_dark(opener: Opener) -> None:
    colour = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    assert max(opener("one", color_scheme="dark").page.evaluate(colour)) < 60
    assert min(opener("one", color_scheme="light").page.evaluate(colour)) > 200


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("name", "anchor"), [("one", FOLDED), ("many", sample.EPSILON_MOVED.id)])
def test_a_deep_link_opens_what_is_folded(
    opener: Opener, name: str, anchor: str, *, scripts: bool
) -> None:
    opened = opener(name, anchor=anchor, java_script_enabled=scripts)
    assert opened.visible(f'[id="{anchor}"]') == 1
    other = opener(name, java_script_enabled=scripts)
    assert other.visible(f'[id="{anchor}"]') == 0


def test_without_scripts_everything_is_there_and_no_dead_control(opener: Opener) -> None:
    opened = opener("one", java_script_enabled=False)
    assert opened.visible(".card") == 5
    assert opened.visible("form, button, select") == 0
    opened.page.locator("details.quiet > summary").click()
    assert opened.visible(".card") == 6


def test_a_search_leaves_the_changes_that_have_all_the_words(opener: Opener) -> None:
    opened = opener("one")
    opened.page.get_by_label("Search").fill("LOCKING kernel")
    assert opened.visible(".card") == 1
    assert opened.page.locator(".filter output").inner_text() == "1 of 6 changes shown"
    opened.page.get_by_role("button", name="Show all").click()
    opened.page.wait_for_function("!document.querySelector('.filter output').textContent")
    assert opened.visible(".card") == 5


@pytest.mark.parametrize(
    ("control", "value", "left"),
    [
        ("effect", "changes how it is called", 2),
        ("facet", "slot name", 1),
        ("file", sample.BASE, 1),
    ],
)
def test_a_filter_leaves_the_changes_that_fit(
    opener: Opener, control: str, value: str, left: int
) -> None:
    opened = opener("one")
    opened.page.locator(f".filter [name={control}]").select_option(label=value)
    assert opened.visible(".card") == left


def test_the_matrix_filters_the_optimizers(opener: Opener) -> None:
    opened = opener("many")
    assert opened.visible("details.optimizer") == 4
    opened.page.get_by_label("Show only optimizers by updates").select_option("differs")
    assert opened.visible("details.optimizer") == 1
    assert opened.visible(".matrix tbody tr") == 1
    opened.page.get_by_label("Show only optimizers by updates").select_option("")
    opened.page.locator(".filter [name=optimizer]").select_option(label="snow.train.SkiOptimizer")
    assert opened.visible("details.optimizer") == 1


def test_the_keyboard_reaches_the_search_and_the_folds(opener: Opener) -> None:
    page = opener("many").page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    summary = page.locator("details.optimizer > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.optimizer").first.get_attribute("open") is not None


def test_a_change_is_copied_as_markdown(opener: Opener) -> None:
    page = opener("one", permissions=["clipboard-read", "clipboard-write"]).page
    page.locator(f'[id="{sample.LOCKING.id}"] button').click()
    page.get_by_text("Copied.").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("### use_locking now reaches the kernel")
    assert "+                                   use_locking=self._use_locking)" in text


@pytest.mark.parametrize("scripts", [True, False])
def test_printing_shows_what_is_folded(opener: Opener, tmp_path: Path, *, scripts: bool) -> None:
    reader = shutil.which("pdftotext")
    page = opener("one", java_script_enabled=scripts).page
    page.pdf(path=tmp_path / "page.pdf")
    if reader is None:
        page.emulate_media(media="print")
        box = page.locator(f'[id="{FOLDED}"]').bounding_box()
        assert box
        assert box["height"] > 20
        return
    command = [reader, str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "docstring of _apply_dense changed" in text
    assert "# three" in text
    assert "Copy as Markdown" not in text


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *(("one", "light"), ("one", "dark"), ("many", "light"), ("hostile", "dark")),
        *(("history", "light"), ("history", "dark")),
        *((name, scheme) for name in ATLAS for scheme in ("light", "dark")),
    ],
)
def test_axe_finds_no_serious_violation(
    opener: Opener, name: str, scheme: "Literal['light', 'dark']"
) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    page = opener(name, color_scheme=scheme).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(axe)
    violations = page.evaluate("axe.run().then(found => found.violations)")
    said = [
        f"{one['id']}: {one['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in violations
        if one["impact"] in {"serious", "critical", "moderate"}
        for node in one["nodes"][:3]
    ]
    assert said == []


def test_hostile_text_runs_nothing_and_is_read_as_it_stands(opener: Opener) -> None:
    opened = opener("hostile")
    opened.page.wait_for_timeout(100)
    assert opened.complaints == []
    assert "</script><script>alert('owned')</script>" in opened.page.locator("body").inner_text()


def test_a_page_reads_well_in_a_sandboxed_frame(
    browser: "Browser", folder: Path, tmp_path: Path
) -> None:
    frame = tmp_path / "frame.html"
    source = (folder / "one.html").as_uri()
    frame.write_text(f'<iframe sandbox src="{source}" width="900" height="700"></iframe>')
    context = browser.new_context()
    page = context.new_page()
    page.goto(frame.as_uri())
    inner = page.frame_locator("iframe")
    assert inner.locator("h1").is_visible()
    assert inner.locator(".card").locator("visible=true").count() == 5
    context.close()


def test_a_mark_of_the_timeline_leads_to_its_card(opener: Opener) -> None:
    page = opener("history").page
    page.get_by_label("v2.0.0: updates differs").click()
    card = page.locator(f'[id="v2.0.0--{sample.EPSILON_MOVED.id}"]')
    assert page.evaluate("document.querySelector(':target').id") == card.get_attribute("id")


def test_a_mark_in_the_atlas_leads_to_the_card_in_its_release(opener: Opener) -> None:
    page = opener("atlas/optimizers/snow.train.SledOptimizer", java_script_enabled=False).page
    page.get_by_label("v2.0.0: updates differs").click()
    page.wait_for_url("**/releases/v2.0.0.html#*")
    assert page.locator(f'[id="{sample.EPSILON_MOVED.id}"]').is_visible()


def test_the_search_of_an_atlas_leads_to_a_change(opener: Opener) -> None:
    page = opener("atlas/index").page
    page.keyboard.press("/")
    page.keyboard.type("epsilon ROOT")
    page.locator("#hits a").click()
    page.wait_for_url(f"**/releases/v2.0.0.html#{sample.EPSILON_MOVED.id}")


def test_without_scripts_an_atlas_has_no_dead_control(opener: Opener) -> None:
    opened = opener("atlas/index", java_script_enabled=False)
    assert opened.visible("form, input") == 0
    assert opened.visible(".grid a") > 4


def test_without_styles_a_timeline_is_readable(opener: Opener) -> None:
    page = opener("history").page
    page.evaluate("for (const style of document.querySelectorAll('style')) style.remove()")
    assert page.get_by_label("v2.0.0: updates differs").is_visible()
    filled = page.evaluate(
        "[...document.querySelectorAll('svg rect')].map(r => r.getAttribute('fill'))"
    )
    assert set(filled) == {"none"}  # letters are not painted over
