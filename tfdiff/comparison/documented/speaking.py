"""Whether an entry of the release notes speaks of an optimizer, and how surely.

A name decides only where it cannot mean anything else: people are called Adam, projects gain
momentum, and most "optimizers" that release notes mention rewrite graphs.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tfdiff.facts import NoteEntry, OptimizerFacts

WORDS: Final = re.compile(r"[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*")

NAMED: Final = 3  # by its class, its public name or its op
MEANT: Final = 2  # by its short name, in the company of the field's words
ALL: Final = 1  # as one of all optimizers
SILENT: Final = 0

_SUFFIX = re.compile(r"Optimizer(V\d+)?$")
_ANY = re.compile(r"\b[Oo]ptimizers?\b|\b[Oo]ptimizer(?:V\d+|_v\d+)\b")
_OF_GRAPHS = re.compile(
    r"(grappler|graph|layout|arithmetic|dependency|function|loop|memory|remapper|meta|constant"
    r"|tensor\s?rt|trt|xla|mlir|hlo|llvm|query|plan|linear|embedding|static|offline|pass)"
    r"[ _-]*(graph[ _-]*)?optimi[sz]ers?\b"
    r"|\boptimi[sz]er[ _-]?(pass|options|library|toolkit)|\bgraph[ _-]optimi[sz]|\bgrappler\b",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\boptimizers?\b|\blearning[ _]rate|\bgradients?\b|\bhyper-?parameters?\b|\bepsilon\b"
    r"|\bbeta_?\d?\b|\bnesterov\b|\bslots?\b|\bweight decay|\bl[12]\b|\bshrinkage\b"
    r"|\bimplementations?\b|\bkernels?\b|_by_lr\b|\bsparse\b|\bupdates? rule|\baccumulators?\b"
    r"|\btrain(ing)?\b",
    re.IGNORECASE,
)
_NEUTRAL = frozenset({"tf", "tensorflow", "compat", "v1", "v2", "experimental", "python"})


@dataclass(frozen=True, slots=True)
class Names:
    """What an optimizer is called.

    Attributes:
        public: its public names, each as the parts between the dots.
        classes: class names and the last parts of the public names.
        short: the same without ``Optimizer``, as people say them.
        ops: the ops of its own that it calls, in lower case.
    """

    public: tuple[frozenset[str], ...]
    classes: frozenset[str]
    short: frozenset[str]
    ops: frozenset[str]


def names_of(old: OptimizerFacts, new: OptimizerFacts) -> Names:
    """What an optimizer is called at either release."""
    public = tuple(dict.fromkeys((*old.public_names, *new.public_names)))
    classes = {name.rpartition(".")[2] for name in (*public, old.class_name, new.class_name)}
    classes.discard("")
    short = {bare for name in classes if (bare := _SUFFIX.sub("", name)) and len(bare) > 1}
    plain = {name.casefold() for name in short}
    ops = {call.op.casefold() for facts in (old, new) for call in facts.calls}
    return Names(
        public=tuple(frozenset(name.split(".")) for name in public),
        classes=frozenset(classes),
        short=frozenset(short),
        ops=frozenset(op for op in ops if any(name in op for name in plain)),
    )


def speaks(entry: NoteEntry, names: Names) -> int:
    """How surely an entry speaks of the optimizer: NAMED, MEANT, ALL or SILENT.

    What it is nested under speaks for it, unless the entry itself names another one.
    """
    own = _said(entry.text, entry.whole, names)
    if own >= MEANT or not entry.above:
        return max(own, _of_all(entry))
    inherited = max(_said(text, entry.whole, names) for text in entry.above)
    if inherited >= MEANT and not _ANY.search(entry.text):
        return inherited
    return max(own, _of_all(entry))


def _said(text: str, whole: str, names: Names) -> int:
    found = SILENT
    if _folded(text).isdisjoint(_vocabulary(names)):
        return found
    for match in WORDS.finditer(text):
        parts = match[0].split(".")
        for place, part in enumerate(parts):
            if part.casefold().replace("_", "") in names.ops:
                return NAMED
            before = frozenset(parts[:place]) - _NEUTRAL
            at_home = any(before <= public for public in names.public)
            by_class = part in names.classes and _SUFFIX.search(part)
            if at_home and (by_class or (before and part in names.short)):
                return NAMED
            if not before and _short(part, names) and _in_the_field(text, match, whole):
                found = MEANT
    return found


@lru_cache(maxsize=256)
def _vocabulary(names: Names) -> frozenset[str]:
    """What a word of a text that speaks of the optimizer may be, without capitals."""
    return names.ops | {name.casefold() for name in (*names.classes, *names.short)}


@lru_cache(maxsize=8192)
def _folded(text: str) -> frozenset[str]:
    """The words of an entry, without capitals; most entries name no optimizer at all."""
    parts = (part.casefold() for match in WORDS.finditer(text) for part in match[0].split("."))
    return frozenset(form for part in parts for form in (part, part.replace("_", "")))


def _short(word: str, names: Names) -> bool:
    """Whether it is the short name as the class is spelled, or with other capitals inside.

    ``FTRL`` and ``NAdam`` can mean nothing else; ``adam`` and ``Momentum`` may.
    """
    inside = any(letter.isupper() for letter in word[1:])
    return word in names.short or (
        inside and word.casefold() in {one.casefold() for one in names.short}
    )


def _in_the_field(text: str, match: re.Match[str], whole: str) -> bool:
    """Whether a short name is an optimizer's here, and no person's and no plain word."""
    follows = text[match.end() :]
    if re.match(r" [Oo]ptimizers?\b", follows):
        return _OF_GRAPHS.search(text) is None
    if re.match(r" [A-Z][a-z]+", follows) and not re.match(r" (GPU|CPU|TPU|Op\b)", follows):
        return False  # a first name with a surname behind it
    without = whole.replace(match[0], " ")
    return _FIELD.search(_OF_GRAPHS.sub(" ", without)) is not None


@lru_cache(maxsize=8192)
def _of_all(entry: NoteEntry) -> int:
    """Whether an entry speaks of optimizers as such, those that move weights."""
    said = _OF_GRAPHS.sub(" ", entry.text)
    if said != entry.text and not re.search(r"\bOptimizer\.\w", said):
        return SILENT
    context = " ".join((entry.heading, *entry.above))
    if re.search(r"\btf\.data\b|\btf\.lite\b|\bgrappler\b|tensorrt", context, re.IGNORECASE):
        return SILENT
    return ALL if _ANY.search(said) else SILENT
