"""A report in JSON, format 1, told in Markdown: the verdict first, one item per root cause."""

import re
from collections.abc import Iterator
from typing import Final

from tfdiff.render.visible import one_line
from tfdiff.trackers.answers import Answer

_PARTS: Final = ("updates", "defaults", "state", "calls", "execution")
# Marks wherever they stand, marks at the start, and the dot of a numbered list.
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~&$]|^[#+=-](?=[\s=-]|$)")
_NUMBER: Final = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))")
# "#12" and "@name" are TensorFlow's: left alone, a tracker takes them for its own tickets and
# people, and tells them. A word joiner in between shows nothing and keeps that from happening.
_JOINER: Final = "\u2060"
_REFERENCE: Final = re.compile(r"(?<![\w&])([#@!])(?=[\w])")
_URL: Final = re.compile(r"https://[^\s<>\\]+")
_SAME: Final = frozenset({"identical", "equal"})
_MOST_UNCHANGED: Final = 30
_SHORT_SHA: Final = 10


def story_of(report: Answer, title: str) -> str:
    """The report as Markdown with plain constructs only."""
    optimizers = list(report["optimizers"])
    blocks = [f"### {plain(title)}"]
    if len(optimizers) == 1:
        blocks += _alone(optimizers[0])
    else:
        blocks += _together(optimizers)
    blocks += _coverage(report["coverage"])
    blocks.append(_sources(report))
    return "\n\n".join(block for block in blocks if block) + "\n"


def plain(text: str) -> str:
    """Text that Markdown and the trackers leave as it is."""
    text = _REFERENCE.sub(f"\\1{_JOINER}", one_line(text))
    if text.startswith("/"):  # a command to GitLab, at the start of a line
        text = _JOINER + text
    return _NUMBER.sub(r"\1\\", _SPECIAL.sub(r"\\\g<0>", text))


def code(text: str) -> str:
    """Text as code, whatever backticks it has."""
    text = one_line(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def _alone(optimizer: Answer) -> Iterator[str]:
    verdict = optimizer["verdict"]
    yield f"**{plain(verdict['summary'].text)}**" if verdict["summary"].text else ""
    rows = [f"| {part} | **{plain(verdict[part].text)}** |" for part in _PARTS]
    yield "\n".join(["| part | verdict |", "|---|---|", *rows])
    yield from _details(optimizer)


def _together(optimizers: list[Answer]) -> Iterator[str]:
    rows = []
    for optimizer in optimizers:
        verdicts = [plain(optimizer["verdict"][part].text) for part in _PARTS]
        # A bar would end the cell, even inside code.
        name = code(optimizer["name"].text).replace("|", "\\|")
        rows.append(f"| {name} | {' | '.join(verdicts)} |")
    header = f"| optimizer | {' | '.join(_PARTS)} |"
    yield "\n".join([header, "|---" * (len(_PARTS) + 1) + "|", *rows])
    for optimizer in optimizers:
        if _told(optimizer) or optimizer["verdict"]["updates"].text not in _SAME:
            yield f"#### {code(optimizer['name'].text)}"
            yield plain(optimizer["verdict"]["summary"].text)
            yield from _details(optimizer)


def _details(optimizer: Answer) -> Iterator[str]:
    yield from _paths(optimizer["paths"])
    for finding in _told(optimizer):
        yield from _finding(finding)
    if silent := len(list(optimizer["findings"])) - len(_told(optimizer)):
        yield f"{_count(silent, 'further change')} without any effect."
    # The paths are told above, each with its proof.
    subjects = [item.text for item in optimizer["unchanged"]]
    unchanged = [code(item) for item in subjects if not item.startswith("update:")]
    if unchanged:
        more = len(unchanged) - _MOST_UNCHANGED
        listed = ", ".join(unchanged[:_MOST_UNCHANGED]) + (f" and {more} more" if more > 0 else "")
        yield f"Checked and unchanged: {listed}."


def _told(optimizer: Answer) -> list[Answer]:
    return [finding for finding in optimizer["findings"] if finding["effect"].text != "none"]


def _paths(paths: Answer) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for path in paths:
        reason = f"**{plain(path['verdict'].text)}**"
        if proof := path["proof"].text:
            reason += f" ({plain(proof)})"
        if condition := path["condition"].text:
            reason += f", only if {plain(condition)}"
        reasons.setdefault(reason, []).append(code(path["path"].text))
    lines = [f"- {reason}: {', '.join(found)}" for reason, found in reasons.items()]
    if lines:
        yield "Do the weights move the same way?\n\n" + "\n".join(lines)


def _finding(finding: Answer) -> Iterator[str]:
    kind = ", ".join(plain(finding[name].text) for name in ("effect", "certainty"))
    yield f"#### {plain(finding['title'].text)}"
    condition = finding["condition"].text
    yield f"{kind}; only if {plain(condition)}" if condition else kind
    yield plain(finding["explanation"].text)
    yield f"**What to do:** {plain(finding['remedy'].text)}" if finding["remedy"].text else ""
    sides = [side for side in ("old", "new") if finding[side]["path"].text]
    places = ", ".join(f"{side} {_place(finding[side])}" for side in sides)
    yield f"**Where:** {places}" if places else ""
    note = finding["release_note"]
    if note["text"].text:
        yield f"Release notes of {plain(note['version'].text)}: {plain(note['text'].text)}"
    elif finding["documented"].truth is False:
        yield "The release notes do not mention it."
    reached = [code(name.text) for name in finding["also_reaches"]]
    yield f"Also reaches {', '.join(reached)}." if reached else ""


def _place(place: Answer) -> str:
    start, end = place["start"].text, place["end"].text
    lines = code(f"{place['path'].text}:{start}" + (f"-{end}" if end != start else ""))
    url = place["url"].text
    return f"[{lines}](<{url}>)" if _URL.fullmatch(url) else lines


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
        known = [code(release["commit"].text[:_SHORT_SHA])]
        version = release["version"].text
        if version and version not in release["ref"].text:
            known.append(f"its sources say {plain(version)}")
        said = ", ".join(part for part in known if part)
        sides.append(code(release["ref"].text) + (f" ({said})" if said else ""))
    return f"Compared {sides[0]} with {sides[1]} by {plain(report['tool'].text or 'tfdiff')}."


def _count(number: int, what: str, plural: str = "") -> str:
    return f"{number} {what if number == 1 else plural or what + 's'}"
