"""Findings on what only one release has: the same both ways, but for the words."""

from collections.abc import Mapping
from dataclasses import dataclass

from tfdiff.facts import Method, OpCall, Slot, Span
from tfdiff.findings import Effect, Facet, Finding
from tfdiff.rules.matching.ops import callers
from tfdiff.rules.matching.slots import kind, starting, subject
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of it where it came, or where it went."""

    title: str
    explanation: str
    remedy: str


def optimizer(pair: Pair, *, new: bool) -> Finding:
    """The optimizer itself."""
    facts = pair.new if new else pair.old
    names = ", ".join(facts.public_names)
    words = (
        _Words(
            f"{pair.name} is new",
            f"The old release has no optimizer under any of its names: {names}.",
            "Nothing to do; scripts that use it do not run at the old release.",
        )
        if new
        else _Words(
            f"{pair.name} is gone",
            f"The new release has no optimizer under any of its names: {names}.",
            _instead(pair),
        )
    )
    about = _About("optimizer", "name-deprecation", "api", pair.name, None, facts.span)
    return _finding(pair, about, words, new=new)


def _instead(pair: Pair) -> str:
    alike = pair.new.alike
    if not alike:
        return "Use another optimizer; compare candidates with `tfdiff query NAME@OLD NAME@NEW`."
    are = "is another class" if len(alike) == 1 else "are other classes"
    return (
        f"{listed(list(alike))} {are} of that name: compare with "
        f"`tfdiff query {pair.old.public_names[0]}@OLD {alike[0]}@NEW` before you use it."
    )


def slot(pair: Pair, one: Slot, *, new: bool) -> Finding:
    """State that only one side creates."""
    words = (
        _Words(
            f"New {kind(one)} {one.name}",
            f"The optimizer creates {one.name}, initially {starting(one.initial)}. Checkpoints of "
            f"the old release do not hold it.",
            "Restore old checkpoints without requiring every key; the new state then starts from "
            "its initial value.",
        )
        if new
        else _Words(
            f"{kind(one).capitalize()} {one.name} is gone",
            f"{one.name} is not created any more; its value in an old checkpoint has nowhere to "
            f"go.",
            "No argument brings it back; restore old checkpoints without requiring that every "
            "stored key is used.",
        )
    )
    about = _About("slot", "slot-creation", "checkpoint", subject(one), one.condition, one.span)
    return _finding(pair, about, words, new=new)


def ops(pair: Pair, found: Mapping[str, tuple[OpCall, ...]], *, new: bool) -> Finding:
    """Ops that the methods of only one side call."""
    calls = tuple(call for each in found.values() for call in each)
    names, the_op = listed(list(found)), "the ops" if len(found) > 1 else "the op"
    words = (
        _Words(
            f"Calls {the_op} {names}",
            f"{callers(calls)} now reaches {names}. Graphs saved with it (GraphDef, SavedModel, "
            f"MetaGraph) do not load at the old release where it has no such op.",
            "Nothing to do, unless graphs go back to the old release.",
        )
        if new
        else _Words(
            f"No longer calls {the_op} {names}",
            f"{callers(calls)} reached {names} at the old release. Graphs saved there still hold "
            f"{the_op}.",
            "Nothing to do, unless saved graphs of the old release are loaded: try one.",
        )
    )
    facet: Facet = "kernel-op-added" if new else "kernel-op-removed"
    about = _About("op", facet, "api", ", ".join(found), None, calls[0].span)
    return _finding(pair, about, words, new=new)


def methods(pair: Pair, owner: str, found: list[Method], *, new: bool) -> Finding:
    """Public methods that one class of only one side has."""
    names = [method.name for method in found]
    many = len(names) > 1
    words = (
        _Words(
            f"New {'methods' if many else 'method'} {listed(names)}",
            f"{owner} has {listed(names)}, which the old release does not have.",
            "Nothing to do; scripts that call them do not run at the old release.",
        )
        if new
        else _Words(
            f"{listed(names)} {'are' if many else 'is'} gone",
            f"{owner} had {listed(names)}; the new release has no method of that name, and calls "
            f"raise AttributeError.",
            "Remove the calls, or do yourself what they did.",
        )
    )
    condition = "they are called" if many else f"{listed(names)} is called"
    said = f"{owner}: {', '.join(names)}"
    about = _About("method", "base-class-behaviour", "api", said, condition, found[0].span)
    return _finding(pair, about, words, new=new)


@dataclass(frozen=True, slots=True)
class _About:
    """What came or went; ``what`` is the first part of the two rules' ids."""

    what: str
    facet: Facet
    effect: Effect
    subject: str
    condition: str | None
    span: Span


def _finding(pair: Pair, about: _About, words: _Words, *, new: bool) -> Finding:
    where = place(about.span)
    return Finding(
        rule=f"{about.what}-{'added' if new else 'removed'}",
        optimizer=pair.name,
        facet=about.facet,
        effect=about.effect,
        certainty="proved",
        subject=about.subject,
        condition=about.condition,
        title=words.title,
        explanation=words.explanation,
        remedy=words.remedy,
        old=None if new else where,
        new=where if new else None,
    )
