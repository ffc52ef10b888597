"""One finding as Markdown, for tickets and for the page's copy button."""

from typing import Final

from tfdiff.findings import Finding, Place
from tfdiff.render.compared_lines import matcher
from tfdiff.render.escape import code, fence, link, prose
from tfdiff.render.visible import lines as source_lines
from tfdiff.render.wording import CERTAINTIES, EFFECTS, facet_words

LONGEST_DIFF: Final = 40
_CONTEXT: Final = 2


def finding_block(finding: Finding, level: str = "###") -> str:
    """Everything about one finding, with the changed lines as a diff."""
    icon, effect = EFFECTS[finding.effect]
    lines = [
        f"{level} {prose(finding.title)}",
        "",
        f"{icon} **{effect}** ({facet_words(finding.facet)}; {CERTAINTIES[finding.certainty]})",
        "",
    ]
    if finding.condition:
        lines += [f"**When:** {prose(finding.condition)}", ""]
    if finding.accepted is not None:
        lines += [f"**Accepted:** {prose(finding.accepted)}", ""]
    lines += [prose(finding.explanation), "", f"**What to do:** {prose(finding.remedy)}", ""]
    lines += _where(finding)
    changed = unified(finding.old, finding.new)
    if changed:
        lines += [fence(changed, "diff"), ""]
    if finding.also_reaches:
        lines += [f"Also reaches {', '.join(map(code, finding.also_reaches))}.", ""]
    lines.append(f"{code(finding.id)}\n")
    return "\n".join(lines)


def _where(finding: Finding) -> list[str]:
    said = []
    for side, place in (("old", finding.old), ("new", finding.new)):
        if place:
            said.append(f"{side} {link(place_words(place), place.url)}")
    lines = [f"**Where:** {', '.join(said)}", ""] if said else []
    for commit in finding.commits:
        number = ""
        if commit.pull_request:
            words = f"pull request {commit.pull_request}"
            number = f" ({link(words, commit.pull_url) if commit.pull_url else words})"
        sha = link(commit.sha[:10], commit.url)
        lines += [f"- {sha} {commit.date} {prose(commit.subject)}{number}"]
    if finding.commits:
        lines.append("")
    note = documented_words(finding)
    return [*lines, prose(note), ""] if note else lines


def place_words(place: Place) -> str:
    """``path:12-14``, or ``path:12`` for one line."""
    lines = f"{place.start}-{place.end}" if place.end > place.start else f"{place.start}"
    return f"{place.path}:{lines}"


def documented_words(finding: Finding) -> str:
    """What the release notes say about the change; nothing where they were not read."""
    note = finding.release_note
    if finding.documented is None and note is None:
        return ""
    if note is None:
        return "Not in the release notes." if not finding.documented else "In the release notes."
    said = f"Release notes of {note.version}: {note.text}"
    return said if finding.documented is not False else f"{said} This does not name the change."


def unified(old: Place | None, new: Place | None) -> list[str]:
    """The changed lines with a little context, at most ``LONGEST_DIFF`` of them."""
    before = source_lines(old.text) if old else []
    after = source_lines(new.text) if new else []
    lines: list[str] = []
    for number, group in enumerate(matcher(before, after).get_grouped_opcodes(_CONTEXT)):
        lines += ["@@"] if number else []
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[start:end]]
            else:
                lines += [f"-{line}" for line in before[start:end]]
                lines += [f"+{line}" for line in after[new_start:new_end]]
    if len(lines) > LONGEST_DIFF:
        more = len(lines) - LONGEST_DIFF
        lines = [*lines[:LONGEST_DIFF], f"... {more:,} more lines"]
    return lines
