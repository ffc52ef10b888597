"""Writes an atlas: all pages in memory first, then the folder in one step."""

import tfdiff
from tfdiff.extract.store import FactStore
from tfdiff.history import Atlas
from tfdiff.history.crew import Crew
from tfdiff.render.atlas.index_page import index_page
from tfdiff.render.atlas.optimizer_page import optimizer_pages
from tfdiff.render.atlas.places import INDEX, Places
from tfdiff.render.atlas.release_page import release_pages
from tfdiff.render.atlas.rule_page import rule_pages, rule_texts
from tfdiff.render.atlas.search import search_data
from tfdiff.render.atlas.site import Site
from tfdiff.render.html import asset
from tfdiff.render.wording import counted
from tfdiff.sources import SourceOptions, cache_folder


def write(atlas: Atlas, site: Site, options: SourceOptions, crew: Crew) -> str:
    """Write the pages into the site's folder, and say what was written.

    Args:
        atlas: what is shown.
        site: where.
        options: whose cache keeps pages for the next run.
        crew: who makes the pages.

    Raises:
        UsageError: the folder is no atlas.
        OutputError: it cannot be written; what stood there before still does.
    """
    store = FactStore(cache_folder(options) / "facts")
    files = pages(atlas, store, crew)
    said = {
        "format": 1,
        "tool": f"tfdiff {tfdiff.__version__}",
        "releases": [release.ref for release in atlas.releases],
    }
    site.replace(files, said)
    size = sum(len(text.encode()) for text in files.values())
    number = sum(name.endswith(".html") for name in files)
    return f"{counted(number, 'page')}, {size / 1e6:.1f} MB"


def pages(atlas: Atlas, store: FactStore, crew: Crew) -> dict[str, str]:
    """Every file of an atlas: address -> text."""
    places = Places(atlas)
    rules = rule_pages(atlas, places)
    files = {name: asset(name) for name in ("style.css", "script.js", "atlas.js")}
    files["search-data.js"] = search_data(atlas, places, rules)
    files[INDEX] = index_page(atlas, places, rules)
    files.update(release_pages(atlas, places, store, crew))
    files.update(optimizer_pages(atlas, places))
    files.update(rule_texts(rules))
    return files
