"""What the search of an atlas knows, as a script: it can be loaded from file:// too."""

import json

from tfdiff.history import Atlas, Line
from tfdiff.render.atlas.places import Places
from tfdiff.render.atlas.rule_page import RulePage
from tfdiff.render.visible import one_line


def search_data(atlas: Atlas, places: Places, rules: tuple[tuple[str, RulePage], ...]) -> str:
    """A script that gives the pages and all changes: each its words and its address."""
    pages = [
        *(
            [_called(label, line), page]
            for label, line, page in zip(places.labels, atlas.lines, places.lines, strict=True)
        ),
        *(
            [one_line(release.ref), page]
            for release, page in zip(atlas.releases, places.releases, strict=True)
            if page
        ),
        *([page.title, address] for address, page in rules),
    ]
    changes = [
        [place, name, one_line(f"{finding.optimizer}: {finding.title}")]
        for place in range(1, len(atlas.releases))
        for name, finding in places.told(place).findings.items()
    ]
    releases = [
        [one_line(release.ref), page]
        for release, page in zip(atlas.releases, places.releases, strict=True)
    ]
    body = {"pages": pages, "releases": releases, "changes": changes}
    return f"const tfdiffSearch = {json.dumps(body, separators=(',', ':'))};\n"


def _called(label: str, line: Line) -> str:
    """An optimizer's name, and what else it was called at some release: people know that too."""
    names = dict.fromkeys(one_line(stop.name) for stop in line.stops if stop.name)
    others = [name for name in names if name != one_line(line.name)]
    return f"{label}, formerly {', '.join(others)}" if others else label
