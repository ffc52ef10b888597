"""What the comment says: a title, a key that a later run recognises, and Markdown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from tfdiff.trackers.answers import Answer
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.story import story_of

EMBEDDED_ID: Final = "tfdiff-summary"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What a comment says about a report.

    Attributes:
        title: one line: optimizers and releases.
        key: what the report is about; a later run with the same key updates its own comment.
        markdown: the text, with plain constructs only (headings, paragraphs, lists, code,
            links, tables, bold), so that every tracker's markup can carry it.
    """

    title: str
    key: str
    markdown: str

    @property
    def marker(self) -> str:
        """The key as it is hidden in a comment."""
        return f"tfdiff-{sha256(self.key.encode()).hexdigest()[:16]}"

    def embedded(self) -> str:
        """The summary as JSON for ``<script type="application/json" id="tfdiff-summary">``.

        A report in HTML that carries it can be attached alone. ``<`` is escaped, so that no
        text in it ends the element.
        """
        fields = {"title": self.title, "key": self.key, "markdown": self.markdown}
        return json.dumps(fields, sort_keys=True).replace("<", "\\u003c")


def summarise(report: str) -> Summary:
    """Make the summary of a report in JSON, format 1.

    Raises:
        AttachError: it is no such report.
    """
    try:
        answer = Answer(json.loads(report))
    except ValueError:
        raise AttachError(
            "the report is no valid JSON: write it again with tfdiff report -o FILE.json"
        ) from None
    names = sorted(optimizer["name"].text for optimizer in answer["optimizers"])
    old, new = answer["old"]["ref"].text, answer["new"]["ref"].text
    if answer["format"].number != _FORMAT or not names or not old or not new:
        raise AttachError(
            f"the JSON is no report of tfdiff in format {_FORMAT}: write it with tfdiff report -o "
            "FILE.json"
        )
    shown = ", ".join(names) if len(names) <= 3 else f"{len(names)} optimizers"  # noqa: PLR2004
    title = f"{shown}: {old} → {new}"
    return Summary(title, json.dumps([old, new, names]), story_of(answer, title))


def read_summary(reports: Sequence[Path]) -> Summary:
    """Make the summary of the reports that are to be attached.

    It is taken from the first of: a JSON report among them, the summary that an HTML report
    carries inside, a JSON report of the same name beside one of them.

    Raises:
        AttachError: none of them is there, or a file cannot be read.
    """
    for path in reports:
        if path.suffix.lower() == ".json":
            return summarise(_read(path))
    for path in reports:
        if path.suffix.lower() in {".html", ".htm"} and (found := _embedded_in(_read(path))):
            return found
    for path in reports:
        beside = path.with_suffix(".json")
        if beside.is_file():
            return summarise(_read(beside))
    named = ", ".join(str(path) for path in reports) or "nothing"
    raise AttachError(
        f"no summary can be made from {named}: give the JSON report too, or put it beside the "
        "other under the same name (tfdiff report -o FILE.json)"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise AttachError(f"{path} is no report: it is not UTF-8 text") from None
    except OSError as error:
        raise AttachError(f"could not read {path}: {error.strerror or error}") from None


class _Finder(HTMLParser):
    """Collects the text of the element that carries the summary."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("id", EMBEDDED_ID) in attrs

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text.append(data)


def _embedded_in(page: str) -> Summary | None:
    finder = _Finder()
    finder.feed(page)
    try:
        said = Answer(json.loads("".join(finder.text)))
    except ValueError:
        return None
    found = Summary(said["title"].text, said["key"].text, said["markdown"].text)
    return found if found.key and found.markdown else None
