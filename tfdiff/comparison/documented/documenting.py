"""Fills in which entry of the release notes documents a finding. Rather none than a wrong one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from tfdiff.comparison.documented.speaking import (
    ALL,
    MEANT,
    SILENT,
    WORDS,
    Names,
    speaks,
)
from tfdiff.facts import NoteEntry
from tfdiff.findings import Finding, Place, ReleaseNote

# How release notes speak of a facet. An entry on the optimizer that uses none of the words
# is about something else.
_CHANGE = r"fix|bug|correct|chang|behavio|wrong|incorrect|updat|implement"
_VOCABULARY: Final = {
    "epsilon-handling": r"epsilon",
    "update-rule-dense-python": _CHANGE,
    "update-rule-sparse-python": r"sparse",
    "update-rule-kernel-cpu": _CHANGE,
    "update-rule-kernel-gpu": _CHANGE,
    "update-rule-kernel-xla": r"xla|compil",
    "update-rule-kernel-sycl": r"sycl|opencl",
    "kernel-dtype-registration": r"float16|bfloat16|half|complex|int64|int32|double|dtype|kernel",
    "locking": r"\block|thread|race|concurren",
    "resource-variable-semantics": r"resource ?variable|copy-on-|thread",
    "slot-creation": r"\bslots?\b|checkpoint|accumulator|variables?\b",
    "slot-name": r"\bslots?\b|checkpoint|variable names?",
    "slot-initial-value": r"\bslots?\b|initial",
    "device-placement": r"device|placement|plac|colocat",
    "eager-graph-mode": r"eager|graph mode|tf\.function",
    "name-deprecation": r"deprecat|renam|remov|mov|alias|add|new\b|introduc|=>|migrat",
}
# a rule that speaks of less than its facet: an argument that is added gives no new name
_OF_RULE: Final = {
    "public-name-changed": r"deprecat|renam|remov|\bmov|alias|expos|export|=>|migrat",
}
_DEVICES: Final = frozenset({"CPU", "GPU", "XLA", "SYCL"})
_ANY_DEVICE = re.compile(r"\b(CPUs?|GPUs?|TPUs?|XLA|SYCL|ROCm)\b")
_OFFERS = re.compile(
    r"argument|parameter|\bargs?\b|default|option|\badd|support|accept|allow|hyper|chang|flag",
    re.IGNORECASE,
)
_OF_ARGUMENTS: Final = frozenset(
    {"default", "parameter-added", "parameter-removed", "parameter-renamed", "kernel-attr"}
)
_OF_NAMES: Final = frozenset({"public-name-changed", "optimizer-removed"})
_RENAMES = re.compile(r"renam|alias|replac|deprecat|instead|=>|\border\b|new name", re.IGNORECASE)
_MOVES = re.compile(
    r"alias|renam|remov|mov(e|ed|ing) |migrat|deprecat|unif|=>|replac", re.IGNORECASE
)
_CONTRIB: Final = "tf.contrib"
_COSMETIC: Final = frozenset({"docs-only", "formatting-only"})
_DECISIVE: Final = 4


def document(
    findings: Sequence[Finding], names: Names, entries: tuple[NoteEntry, ...]
) -> tuple[tuple[Finding, ...], tuple[ReleaseNote, ...]]:
    """The findings with the entry that documents each, and the entries that match none of them.

    Args:
        findings: of one optimizer.
        names: what it is called at either release.
        entries: the release notes between the two.

    Returns:
        All findings, documented or marked as not; and the entries that name the optimizer and
        document nothing that was found.
    """
    moved = any(finding.rule in _OF_NAMES for finding in findings)
    speaking = [
        (entry, said)
        for entry in entries
        if (said := speaks(entry, names)) or (moved and _CONTRIB in _dotted(entry.whole))
    ]
    found = tuple(_with_note(finding, names, speaking) for finding in findings)
    used = {one.release_note for one in found}
    spare = (
        note(entry) for entry, said in speaking if said >= MEANT and not _leads(entry, entries)
    )
    return found, tuple(dict.fromkeys(one for one in spare if one not in used))


def general(entries: tuple[NoteEntry, ...], findings: Iterable[Finding]) -> tuple[ReleaseNote, ...]:
    """The entries that speak of optimizers as such and document nothing that was found."""
    nobody = Names((), frozenset(), frozenset(), frozenset())
    used = {finding.release_note for finding in findings}
    spoken = (entry for entry in entries if speaks(entry, nobody) == ALL)
    said = (note(entry) for entry in spoken if not _leads(entry, entries))
    return tuple(dict.fromkeys(one for one in said if one not in used))


def note(entry: NoteEntry) -> ReleaseNote:
    """An entry as a report quotes it."""
    return ReleaseNote(f"after {entry.version}" if entry.since else entry.version, entry.whole)


def _leads(entry: NoteEntry, entries: tuple[NoteEntry, ...]) -> bool:
    """Whether an entry only introduces those nested under it, which repeat it."""
    return (entry.version, entry.text) in _leading(entries)


@lru_cache(maxsize=8)
def _leading(entries: tuple[NoteEntry, ...]) -> frozenset[tuple[str, str]]:
    return frozenset((entry.version, text) for entry in entries for text in entry.above)


def _with_note(
    finding: Finding, names: Names, speaking: Sequence[tuple[NoteEntry, int]]
) -> Finding:
    best, score = None, 0
    for entry, said in speaking:
        moves = finding.rule in _OF_NAMES and _moves(finding, entry)
        fits = max(said, ALL) + _DECISIVE if moves else _fit(finding, entry, said, names)
        if fits > score:
            best, score = entry, fits
    if best is None:
        return replace(finding, release_note=None, documented=False)
    return replace(finding, release_note=note(best), documented=True)


def _fit(finding: Finding, entry: NoteEntry, said: int, names: Names) -> int:
    """How well an entry fits; 0 where it does not document the finding."""
    if said == SILENT or finding.facet in _COSMETIC or not _device_fits(finding, entry):
        return 0
    subject = _subject(finding, entry, names)
    if said == ALL:
        return said + subject if subject >= _DECISIVE else 0
    if finding.facet == "parameter-renamed" and not _RENAMES.search(entry.text):
        return 0
    if finding.facet in _OF_ARGUMENTS or finding.rule.startswith("parameter-"):
        return said + subject if subject else 0
    words = _OF_RULE.get(finding.rule, _VOCABULARY.get(finding.facet))
    told = bool(words and re.search(words, entry.text, re.IGNORECASE))
    # that a class goes by another name shows all of its lines, and is about none of them
    shown = frozenset() if finding.rule in _OF_NAMES else _changed(finding, names)
    changed = shown & _identifiers(entry.whole)
    # "fix" and "change" are too little to tell which of a class's methods is meant
    enough = told and (finding.rule != "method-changed" or words != _CHANGE)
    if not (subject or changed or enough):
        return 0
    return said + subject + told + min(len(changed), 2)


def _moves(finding: Finding, entry: NoteEntry) -> bool:
    """Whether an entry says of a whole namespace that what it names goes by another name.

    ``tf.train.Optimizers`` are those of ``tf.train``, ``tf.optimizers`` is a namespace of its own;
    what estimators do with either is about estimators.
    """
    text = entry.whole
    if not _MOVES.search(text) or "estimator" in text.casefold():
        return False
    said = _dotted(text)
    for name in _dotted(finding.subject):
        home = name.rpartition(".")[0]
        if home.endswith("optimizers") and home in said:
            return True
        if {f"{home}.Optimizers", f"{home}.Optimizer"} & said:
            return True
        if finding.rule == "optimizer-removed" and name.startswith(f"{_CONTRIB}."):
            return _CONTRIB in said
    return False


def _dotted(text: str) -> frozenset[str]:
    return frozenset(word for word in WORDS.findall(text) if "." in word)


def _device_fits(finding: Finding, entry: NoteEntry) -> bool:
    """Whether an entry that names devices names the finding's."""
    named = frozenset(one.rstrip("s") for one in _ANY_DEVICE.findall(entry.whole))
    paths = [place.path for place in (finding.old, finding.new) if place]
    if named == {"TPU"}:
        return any("tpu" in path for path in paths)
    device = finding.facet.rpartition("-")[2].upper()
    return not named or device not in _DEVICES or device in named


def _subject(finding: Finding, entry: NoteEntry, names: Names) -> int:
    """How clearly an entry names what changed: by identifier, or by the words that make it up."""
    said = _identifiers(entry.whole)
    of_method = finding.rule == "method-changed"
    for name in WORDS.findall(finding.subject.replace("::", " ")):
        # of a public name or a path only the class and what belongs to it says anything
        for part in (one for one in name.split(".") if one not in _modules(names)):
            if _distinctive(part) and part in said:
                return 0 if of_method and not _changed(finding, names) & said else _DECISIVE
            if finding.facet in _OF_ARGUMENTS and _worded(part, entry.whole):
                return _DECISIVE - 1
    return 0


def _modules(names: Names) -> frozenset[str]:
    """The parts of identifiers that every finding on the optimizer has."""
    return frozenset().union(*names.public, names.classes, names.short, _BASES)


_BASES: Final = frozenset({"Optimizer", "OptimizerV2", "slot", "CPUDevice", "GPUDevice"})


def _worded(name: str, text: str) -> bool:
    """``learning_rate`` as "learning rate", or two words of a long name, where it is offered."""
    words = [word for word in name.casefold().split("_") if word]
    said = {word.casefold() for word in re.findall(r"[A-Za-z][A-Za-z0-9]*", text)}
    there = sum(word in said for word in words)
    return there >= min(2, len(words)) and _OFFERS.search(text) is not None


def _distinctive(name: str) -> bool:
    """Whether an identifier is no plain word: ``use_nesterov``, ``ApplyFtrlV2``, ``beta1``."""
    inside = name.strip("_")
    return (
        "_" in inside
        or any(one.isdigit() for one in inside)
        or bool(re.search(r"[a-z][A-Z]", inside))
    )


@lru_cache(maxsize=4096)
def _identifiers(text: str) -> frozenset[str]:
    return frozenset(part for word in WORDS.findall(text) for part in word.split("."))


def _changed(finding: Finding, names: Names) -> frozenset[str]:
    """The distinctive identifiers that only one side of the finding's lines has."""
    old, new = _of_place(finding.old), _of_place(finding.new)
    own = (*names.classes, *names.short)
    return frozenset(one for one in old ^ new if _distinctive(one) and one not in own)


def _of_place(place: Place | None) -> frozenset[str]:
    return _identifiers(place.text) if place else frozenset()
