"""A report in JSON, format 1, told in Markdown: the verdict first, one item per root cause."""

import re
from collections.abc import Iterator
from typing import Final

from tfdiff.trackers.answers import Answer

_PARTS: Final = ("updates", "defaults", "state", "calls", "execution")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~&]|^(?:[#+=-]|\d+[.)])(?=\s|$|[=-]))", re.MULTILINE)
# "#12" and "@name" are TensorFlow's: left alone, a tracker takes them for its own tickets and
# people, and tells them. A word joiner in between shows nothing and keeps that from happening.
_REFERENCE: Final = re.compile(r"(?<![\w&])([#@!])(?=[\w])")
_MOST_UNCHANGED: Final = 40
_SHORT_SHA: Final = 10


def story_of(report: Answer, title: str) -> str:
    """The report as Markdown with plain constructs only."""
    blocks = [f"### {plain(title)}"]
    for optimizer in report["optimizers"]:
        blocks += _optimizer(optimizer)
    blocks += _coverage(report["coverage"])
    blocks.append(_sources(report))
    return "\n\n".join(block for block in blocks if block) + "\n"


def plain(text: str) -> str:
    """Text that Markdown and the trackers leave as it is."""
    text = _REFERENCE.sub("\\1\u2060", " ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", text)


def code(text: str) -> str:
    """Text as code, whatever backticks it has."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    # A bar would end the cell of a table, even inside code.
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|") if text else ""


def _optimizer(optimizer: Answer) -> Iterator[str]:
    verdict = optimizer["verdict"]
    yield f"#### {code(optimizer['name'].text)}"
    yield plain(verdict["summary"].text)
    rows = [
        f"| {part} | **{plain(verdict[part].text)}** |" for part in _PARTS if verdict[part].text
    ]
    if rows:
        yield "\n".join(["| part | verdict |", "|---|---|", *rows])
    yield from _paths(optimizer["paths"])
    findings = list(optimizer["findings"])
    told = [finding for finding in findings if finding["effect"].text != "none"]
    for finding in told:
        yield _finding(finding)
    if silent := len(findings) - len(told):
        yield f"{_count(silent, 'further change')} without any effect."
    unchanged = [code(subject.text) for subject in optimizer["unchanged"]]
    if unchanged:
        more = len(unchanged) - _MOST_UNCHANGED
        listed = ", ".join(unchanged[:_MOST_UNCHANGED]) + (f" and {more} more" if more > 0 else "")
        yield f"Checked and unchanged: {listed}."


def _paths(paths: Answer) -> Iterator[str]:
    lines = []
    for path in paths:
        line = f"- {code(path['path'].text)}: **{plain(path['verdict'].text)}**"
        if path["proof"].text:
            line += f" ({plain(path['proof'].text)})"
        if path["condition"].text:
            line += f", only if {code(path['condition'].text)}"
        lines.append(line)
    if lines:
        yield "Do the weights move the same way?"
        yield "\n".join(lines)


def _finding(finding: Answer) -> str:
    kind = ", ".join(plain(finding[name].text) for name in ("effect", "certainty"))
    lines = [f"- **{plain(finding['title'].text)}** ({kind})"]
    if condition := finding["condition"].text:
        lines[0] += f", only if {code(condition)}"
    lines += [plain(finding[name].text) for name in ("explanation", "remedy")]
    places = [
        f"{side}: {_place(finding[side])}" for side in ("old", "new") if finding[side]["path"].text
    ]
    lines.append("; ".join(places))
    if reached := [code(name.text) for name in finding["also_reaches"]]:
        lines.append(f"Also reaches {', '.join(reached)}.")
    return "\n\n  ".join(line for line in lines if line)


def _place(place: Answer) -> str:
    lines = f"{place['path'].text}:{place['start'].text}-{place['end'].text}"
    url = place["url"].text
    return f"[{code(lines)}]({url})" if url.startswith("https://") else code(lines)


def _coverage(coverage: Answer) -> Iterator[str]:
    regions, parsed = coverage["regions"].number, coverage["parsed"].number
    if regions is None or parsed is None:
        return
    said = f"Read: {parsed} of {_count(regions, 'region')}."
    opaque = list(coverage["opaque"])
    if opaque:
        said += f" Not understood: {_count(len(opaque), 'stretch', 'stretches')}."
    missing = [plain(part.text) for part in coverage["missing"]]
    if missing:
        said += f" Not looked at: {', '.join(missing)}."
    yield said


def _sources(report: Answer) -> str:
    sides = []
    for side in ("old", "new"):
        release = report[side]
        commit = release["commit"].text[:_SHORT_SHA]
        sides.append(code(release["ref"].text) + (f" ({code(commit)})" if commit else ""))
    return f"Compared {sides[0]} with {sides[1]} by {plain(report['tool'].text or 'tfdiff')}."


def _count(number: int, what: str, plural: str = "") -> str:
    return f"{number} {what if number == 1 else plural or what + 's'}"
