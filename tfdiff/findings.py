"""What comparison says: findings, verdicts and the report. Frozen, no markup, no clock."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final
from typing import Literal as OneOf

from tfdiff.facts import Device, RegionKind, Slot, Unknown, UpdatePath
from tfdiff.ir.expr import Expr
from tfdiff.sources.tree import Release

Facet = OneOf[
    "default",
    "parameter-added",
    "parameter-removed",
    "parameter-renamed",
    "epsilon-handling",
    "update-rule-dense-python",
    "update-rule-sparse-python",
    "update-rule-kernel-cpu",
    "update-rule-kernel-gpu",
    "update-rule-kernel-xla",
    "update-rule-kernel-sycl",
    "kernel-op-added",
    "kernel-op-removed",
    "kernel-attr",
    "kernel-dtype-registration",
    "locking",
    "resource-variable-semantics",
    "slot-creation",
    "slot-name",
    "slot-initial-value",
    "device-placement",
    "eager-graph-mode",
    "validation",
    "name-deprecation",
    "base-class-behaviour",
    "docs-only",
    "formatting-only",
]
Effect = OneOf[
    "numeric",
    "numeric-conditional",
    "rounding-only",
    "checkpoint",
    "distributed",
    "api",
    "performance",
    "memory",
    "none",
]
SEVERITY: Final[tuple[Effect, ...]] = (
    "numeric",
    "numeric-conditional",
    "checkpoint",
    "distributed",
    "api",
    "rounding-only",
    "performance",
    "memory",
    "none",
)
"""Effects from the one that matters most to a reader to the one that matters least."""

Certainty = OneOf["proved", "sampled", "read", "unknown"]

Updates = OneOf["identical", "equal", "conditional", "differs", "undecided"]
Defaults = OneOf["unchanged", "changed", "undecided"]
State = OneOf["compatible", "renamed", "initialised differently", "lost", "undecided"]
Calls = OneOf["compatible", "extended", "broken", "undecided"]
Execution = OneOf["unchanged", "changed", "undecided"]


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of one release's file (1-based, inclusive), their text, and a web address."""

    path: str
    start: int
    end: int
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that brought a change; ``date`` is ISO 8601 (``2017-08-30``).

    ``url`` is its page on the web, where it has one.
    """

    sha: str
    subject: str
    date: str
    pull_request: int | None
    url: str | None = field(default=None, compare=False)

    @property
    def pull_url(self) -> str | None:
        """The pull request's page."""
        if self.url is None or self.pull_request is None:
            return None
        return f"{self.url.rpartition('/commit/')[0]}/pull/{self.pull_request}"


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """The release notes' entry that documents a change."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One change with one root cause.

    Attributes:
        rule: id of the rule that found it.
        subject: what changed, in the field's terms (``epsilon``, ``slot:m``, ``ApplyFtrlV2``);
            together with rule and optimizer it tells findings apart.
        condition: when it matters (``use_nesterov=True``), None for always.
        explanation: what it does to training and to whom.
        remedy: what to do about it, or that nothing can be done.
        documented: None where the release notes were not read.
        also_reaches: other optimizers that the same change reaches.
        accepted: why the user has accepted it (``--accept``), None where nobody has.
    """

    rule: str
    optimizer: str
    facet: Facet
    effect: Effect
    certainty: Certainty
    subject: str
    condition: str | None
    title: str
    explanation: str
    remedy: str
    old: Place | None
    new: Place | None
    commits: tuple[Commit, ...] = ()
    release_note: ReleaseNote | None = None
    documented: bool | None = None
    also_reaches: tuple[str, ...] = ()
    accepted: str | None = None

    @property
    def id(self) -> str:
        """Fingerprint of the content; it survives line shifts and re-indentation."""
        texts = (" ".join(place.text.split()) if place else "" for place in (self.old, self.new))
        said = (self.rule, self.optimizer, self.subject, *texts)
        return f"{self.rule}-{sha256(chr(0).join(said).encode()).hexdigest()[:12]}"

    def reaching(self, others: tuple[str, ...]) -> "Finding":
        """The same finding, with the other optimizers that it reaches."""
        return replace(self, also_reaches=others)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the weights are apart after some steps on the same gradients.

    Attributes:
        gradients: name of the gradient set (``dense``, ``tiny``, ``zero``, ``sparse``).
        relative: L2 norm of the difference over the L2 norm of the weights' movement.
        ulp: largest difference of a weight in units in the last place (float32).
    """

    gradients: str
    steps: int
    relative: float
    ulp: float


@dataclass(frozen=True, slots=True)
class Witness:
    """Concrete inputs on which two rules give different results.

    Attributes:
        inputs: symbol -> value, one step.
        old, new: state -> value after that step.
        ratio: first-step change of the weight, new over old; None if old is 0.
        region: where the difference matters, in words, or None.
    """

    inputs: tuple[tuple[str, float], ...]
    old: tuple[tuple[str, float], ...]
    new: tuple[tuple[str, float], ...]
    ratio: float | None
    drift: tuple[Drift, ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Aspect:
    """One way in which one state's rule differs.

    Attributes:
        kind: what ``ir.explain`` calls it (``epsilon-moved``, ``rounding-order-changed``).
        condition: outside of which the state's values are the same, None for always.
        phrase: what changed, in plain text.
        old, new: the terms that changed, None where one side has none or several changed.
    """

    kind: str
    state: str
    certainty: Certainty
    condition: str | None
    phrase: str
    old: Expr | None = None
    new: Expr | None = None


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """Whether the weights move the same way on one path, and why we say so.

    Attributes:
        proof: how it was decided, one phrase (``same source``, ``same operations``).
        assumptions: what the proof takes for granted (``epsilon > 0``).
        condition: the guard of a conditional verdict, readable.
        reason: for undecided, what could not be read.
        old, new: state -> value after one step; empty where not read.
        aspects: how it differs, state by state; empty where it does not, or was not decided.
    """

    path: UpdatePath
    verdict: Updates
    proof: str
    assumptions: tuple[str, ...] = ()
    condition: str | None = None
    reason: str | None = None
    old: tuple[tuple[str, Expr], ...] = ()
    new: tuple[tuple[str, Expr], ...] = ()
    witness: Witness | None = None
    aspects: tuple[Aspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: one sentence and five parts."""

    summary: str
    updates: Updates
    defaults: Defaults
    state: State
    calls: Calls
    execution: Execution


@dataclass(frozen=True, slots=True)
class Hunk:
    """One changed stretch of a region and what accounts for it.

    Attributes:
        old, new: first and last line on each side; last < first where that side has none.
        account: ``finding`` (see ``finding``), ``no effect`` (see ``reason``) or
            ``not classified``.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    account: OneOf["finding", "no effect", "not classified"]
    finding: str | None = None
    reason: str = ""


RegionStatus = OneOf["same", "moved", "formatting", "docs", "changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class ComparedRegion:
    """A region on both sides, for the annotated source; in the order the data flows."""

    kind: RegionKind
    symbol: str
    device: Device | None
    old: Place | None
    new: Place | None
    status: RegionStatus
    hunks: tuple[Hunk, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedSlot:
    """One piece of state on both sides; None where that release does not keep it."""

    old: Slot | None
    new: Slot | None


@dataclass(frozen=True, slots=True)
class OptimizerReport:
    """One optimizer's answer.

    Attributes:
        old_path, new_path: the file of the class at each release, None where it has none.
        unchanged: what was checked and is the same (``default:epsilon``, ``slot:m``).
        slots: all state of both sides, matched, for the table of checkpoint keys.
        elsewhere: ids of findings that reach this optimizer and stand with another one.
        other_notes: what the release notes say of the optimizer and no finding is about.
        base: whether the class leaves the step to those that are built on it.
    """

    name: str
    old_path: str | None
    new_path: str | None
    verdict: Verdict
    paths: tuple[PathVerdict, ...]
    unchanged: tuple[str, ...]
    findings: tuple[Finding, ...]
    regions: tuple[ComparedRegion, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    slots: tuple[ComparedSlot, ...] = ()
    elsewhere: tuple[str, ...] = ()
    other_notes: tuple[ReleaseNote, ...] = ()
    base: bool = False

    @property
    def one_sided(self) -> bool:
        """Whether one release alone has it; not where it could not be read on one side."""
        return not (self.old_path and self.new_path) and self.verdict.calls != "undecided"

    @property
    def left_open(self) -> bool:
        """Whether something that could have been compared was not decided.

        A base class has no step to compare, and what only one release has nothing to compare with.
        """
        said = self.verdict
        parts = (said.defaults, said.state, said.execution, *(() if self.base else (said.updates,)))
        return "undecided" in parts and not self.one_sided


FileAccount = OneOf["finding", "no effect", "not reached", "not classified"]


@dataclass(frozen=True, slots=True)
class FileHunk:
    """One hunk of the difference between two files, and what accounts for it.

    Attributes:
        old, new: first and last line on each side; last < first where that side has none.
        account: as of ``Hunk``; ``not reached`` where no optimizer of the report reaches it.
        finding: id of the finding, for ``finding``.
        reason: why it has no effect, or what it stands in.
        removed, added: the lines themselves, where nothing classifies them.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    account: FileAccount
    finding: str | None = None
    reason: str = ""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that differs between the releases; None where one of them has no such file."""

    old_path: str | None
    new_path: str | None
    hunks: tuple[FileHunk, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at: numbers of regions, and every stretch that was not understood."""

    regions: int
    parsed: int
    opaque: tuple[Unknown, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer for two releases.

    Attributes:
        notes: what the reader should know besides.
        other_notes: what the release notes say of optimizers as such and no finding is about.
        files: the account of every hunk in the files that were read; only made where asked for.
    """

    old: Release
    new: Release
    optimizers: tuple[OptimizerReport, ...]
    coverage: Coverage
    notes: tuple[str, ...] = field(default=())
    other_notes: tuple[ReleaseNote, ...] = ()
    files: tuple[ComparedFile, ...] = ()
