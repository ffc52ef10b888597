"""The shapes of ticket addresses, tracker by tracker.

What a browser shows differs from view to view: the ticket's own page, a board with the ticket
opened beside it, a queue. Each shape names the part before it (``base``: a server may live
under a path), the place and the number.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from tfdiff.trackers.options import Tracker


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket recognised in an address; ``base_path`` is what belongs to the server."""

    tracker: Tracker
    base_path: str
    place: str
    number: str


_KEY = r"(?P<number>[A-Z][A-Z0-9_]*-\d+)"
_END = r"/?$"
_JIRA_PAGE = r"(?P<base>.*?)/(?:browse|projects|issues|servicedesk|secure|plugins)/"
_SHAPES: Final[tuple[tuple[Tracker, re.Pattern[str]], ...]] = (
    (
        "azure",
        re.compile(rf"(?P<base>.*?)(?:/(?P<place>[^/]+))?/_workitems/edit/(?P<number>\d+){_END}"),
    ),
    (
        "gitlab",
        re.compile(
            rf"(?P<base>)/(?P<place>.+?)/-/(?:issues|work_items)/(?:incident/)?(?P<number>\d+)(?:/designs)?{_END}"
        ),
    ),
    ("github", re.compile(r"(?P<base>)/(?P<place>[^/]+/[^/]+)/pull/(?P<number>\d+)(?:/\w+)?/?$")),
    ("jira", re.compile(rf"{_JIRA_PAGE}(?:.*/)?{_KEY}{_END}")),
    ("redmine", re.compile(rf"(?P<base>(?:/[^/]+)?)/issues/(?P<number>\d+)(?:\.json)?{_END}")),
)
_NAMED_ONLY: Final[tuple[tuple[Tracker, re.Pattern[str]], ...]] = (
    # The same shape on GitHub and on old GitLab servers: used where the tracker is known.
    ("github", re.compile(rf"(?P<base>)/(?P<place>[^/]+/[^/]+)/issues/(?P<number>\d+){_END}")),
    ("gitlab", re.compile(rf"(?P<base>)/(?P<place>[^/]+(?:/[^/]+)+)/issues/(?P<number>\d+){_END}")),
    ("redmine", re.compile(rf"(?P<base>.*)/issues/(?P<number>\d+)(?:\.json)?{_END}")),
)
_AZURE_VIEW = re.compile(r"(?P<base>.*?)(?:/(?P<place>[^/]+))?/_[a-z]+(?:/|$)")
_JIRA_VIEW = re.compile(r"(?P<base>.*?)/(?:browse|projects|issues|secure|plugins)(?:/|$)")


def find_in_path(path: str, query: str, *, tracker: Tracker | None) -> Found | None:
    """Recognise a ticket in the parts of an address, or return None.

    Args:
        path: the path of the address, with its slash.
        query: its query, undecoded.
        tracker: which tracker the server is known to be, None to go by the shape alone.
    """
    shapes = (*_SHAPES, *_NAMED_ONLY) if tracker else _SHAPES
    beside = _opened_beside(path, query)
    if beside and tracker in {None, beside.tracker}:
        return _on_its_server(beside, tracker)
    for shape_tracker, pattern in shapes:
        match = pattern.match(path)
        if match and tracker in {None, shape_tracker}:
            parts = match.groupdict()
            found = Found(shape_tracker, parts["base"], parts.get("place") or "", parts["number"])
            return _on_its_server(found, tracker)
    return None


def _on_its_server(found: Found, tracker: Tracker | None) -> Found:
    # Jira Cloud's pages are under /jira/..., its interface is not: a path is part of the base
    # only where nobody has named the server.
    if found.tracker == "jira" and (tracker or found.base_path.startswith("/jira/")):
        return Found("jira", "", "", found.number)
    return found


def _opened_beside(path: str, query: str) -> Found | None:
    """A ticket that is opened beside a board or list; its number is in the query."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    key = asked.get("selectedIssue", "")
    view = _JIRA_VIEW.match(path)
    if re.fullmatch(_KEY, key):
        return Found("jira", view["base"] if view else "", "", key)
    work_item = asked.get("workitem") or (asked.get("id") if "/_workitems" in path else None) or ""
    azure = _AZURE_VIEW.match(path)
    if azure and work_item.isdigit():
        return Found("azure", azure["base"], azure["place"] or "", work_item)
    github = re.fullmatch(r"([^|/]+)\|([^|/]+)\|(\d+)", asked.get("issue", ""))
    if github:
        return Found("github", "", f"{github[1]}/{github[2]}", github[3])
    return _gitlab_drawer(asked.get("show", ""))


def _gitlab_drawer(shown: str) -> Found | None:
    """GitLab's lists put the opened issue into ``show`` as base64 of JSON."""
    try:
        said = json.loads(base64.b64decode(shown + "=" * (-len(shown) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None
    if isinstance(said, dict) and {"iid", "full_path"} <= said.keys():
        return Found("gitlab", "", str(said["full_path"]), str(said["iid"]))
    return None
