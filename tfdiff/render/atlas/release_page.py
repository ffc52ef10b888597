"""A release's page: what changed in it, and for whom. Made once for the same content."""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tfdiff.extract.store import FactStore
from tfdiff.findings import Report
from tfdiff.history import Atlas
from tfdiff.history.crew import Crew, together
from tfdiff.render import templates, view
from tfdiff.render.atlas.places import Places, Way, own_pages, ways_of_release
from tfdiff.render.detail import ATLAS
from tfdiff.render.html import site_page


class _Sheet(NamedTuple):
    """All that a page is made from."""

    report: Report
    own_pages: view.OwnPages
    way: Way

    def key(self, content: str) -> str:
        """What names the page, given what names the report's content."""
        said = content, list(self.own_pages.items()), self.way
        return sha256(f"{_renderer()}\n{said!r}".encode()).hexdigest()


def release_pages(
    atlas: Atlas, places: Places, store: FactStore, crew: Crew
) -> Iterator[tuple[str, str]]:
    """Address and text of each release's page."""
    sheets = {}
    for place, (report, content) in enumerate(zip(atlas.passages, atlas.keys, strict=True), 1):
        pages = own_pages(atlas, places, place)
        sheet = _Sheet(report, pages, ways_of_release(atlas, places, place))
        key = sheet.key(content)
        known = store.find("page", key)
        if known is None:
            sheets[places.releases[place], key] = sheet
        else:
            yield places.releases[place], str(known)
    for (address, key), text in _made(sheets, crew):
        store.put("page", key, text)
        yield address, text


def _made(
    sheets: Mapping[tuple[str, str], _Sheet], crew: Crew
) -> Iterator[tuple[tuple[str, str], str]]:
    workers = crew.hands(len(sheets) // 8)  # a few pages are sooner made than a process
    if workers > 1:
        names = tuple(sheets)
        done = together(_text, tuple(sheets.values()), workers)
        yield from ((names[place], text) for place, text in done)
    else:
        yield from ((name, _text(sheet)) for name, sheet in sheets.items())


def _text(sheet: _Sheet) -> str:
    page = view.page(sheet.report, ATLAS, sheet.own_pages)
    return site_page("report.html", sheet.way, page=page)


@cache
def _renderer() -> str:
    """Hash of the code and the templates that make pages."""
    stamp = sha256()
    for folder, pattern in (Path(__file__).parent.parent, "**/*.py"), (templates.folder(), "*"):
        for file in sorted(folder.glob(pattern)):
            stamp.update(file.read_bytes())
    return stamp.hexdigest()
