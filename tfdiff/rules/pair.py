"""What a rule is given: one optimizer's facts at both releases, matched and diffed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tfdiff.facts import Device, KernelFacts, OptimizerFacts, Region, Span, Statement
from tfdiff.findings import PathVerdict, Place

PROVED = "the update rule was proved the same"
"""Why a change that only the update rule takes in has no effect: it says something else."""


@dataclass(frozen=True, slots=True)
class Change:
    """One run of tokens that differs between the two sides of a region.

    Attributes:
        old, new: first and last line on each side, 1-based; on a side without tokens ``end`` is
            ``start - 1`` and ``start`` the line before which the other side's tokens stand.
        removed, added: the tokens, without comments, docstrings and layout.
        explained: id of the finding that accounts for it, None while nothing does.
        harmless: why it has no effect, "" while nothing says so.
        before, after: of Python, the statement that it is; None on a side that lacks it.
        topic: what the statement has to do with (``Feature.kind``), "" where nothing shows.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    explained: str | None = None
    harmless: str = ""
    before: Statement | None = None
    after: Statement | None = None
    topic: str = ""

    @property
    def open(self) -> bool:
        """Whether nothing accounts for it yet."""
        return self.explained is None and not self.harmless

    @property
    def mirrored(self) -> "Change":
        """The same change with the releases the other way round."""
        return replace(
            self,
            old=self.new,
            new=self.old,
            removed=self.added,
            added=self.removed,
            before=self.after,
            after=self.before,
        )


@dataclass(frozen=True, slots=True)
class RegionPair:
    """A region on both sides; None where one side has no such region."""

    old: Region | None
    new: Region | None
    changes: tuple[Change, ...] = ()

    @property
    def region(self) -> Region:
        """The new side, or the old one where the region is gone."""
        region = self.new or self.old
        if region is None:
            raise ValueError("a region pair has at least one side")
        return region

    @property
    def same_code(self) -> bool:
        """Whether both sides say the same, comments and layout apart."""
        return bool(self.old and self.new and self.old.tokens == self.new.tokens)

    @property
    def same_meaning(self) -> bool:
        """Whether both sides say the same, statement by statement, however it is spelled."""
        harmless = all(change.harmless not in {"", PROVED} for change in self.changes)
        return self.same_code or bool(self.old and self.new and harmless)

    @property
    def open(self) -> tuple[Change, ...]:
        """The changes that nothing accounts for yet."""
        return tuple(change for change in self.changes if change.open)


@dataclass(frozen=True, slots=True)
class KernelOption:
    """A kernel that computes otherwise for arguments that no step of the optimizer gives it.

    Attributes:
        condition: for which.
        symbols: of the regions that both rules were read from.
    """

    op: str
    device: Device
    condition: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """A whole step that was carried out on both sides.

    Attributes:
        where: in which modes, in words.
        regions: the functions and methods that both sides carried out.
        creates: whether it creates any variables.
    """

    where: str
    regions: frozenset[str]
    creates: bool

    @property
    def said(self) -> str:
        """The beginning of a sentence about it."""
        step = f"A whole step was carried out on both sides, {self.where}"
        return f"{step}, for a variable of known shape"

    def ran(self, item: RegionPair) -> bool:
        """Whether a region is one of them."""
        return item.region.symbol in self.regions


@dataclass(frozen=True, slots=True)
class Pair:
    """One optimizer at two releases.

    Attributes:
        name: the public name that the report uses.
        regions: all regions that either side reaches, matched by symbol across files.
        verdicts: whether the weights move the same way, per path.
        parameter_names: old and new name of parameters that are known to be the same.
        state_names: likewise of slots and other state.
        options: what its kernels compute otherwise for others than this optimizer.
        creates_alike: the whole step that creates the same variables on both sides; None where
            it does not, or could not be followed. Worked out when asked for.
    """

    name: str
    old: OptimizerFacts
    new: OptimizerFacts
    regions: tuple[RegionPair, ...]
    verdicts: tuple[PathVerdict, ...]
    parameter_names: tuple[tuple[str, str], ...] = ()
    state_names: tuple[tuple[str, str], ...] = ()
    options: tuple[KernelOption, ...] = ()
    creates_alike: Callable[[], "Followed | None"] = field(
        default=lambda: None, repr=False, compare=False
    )

    def with_regions(self, regions: tuple[RegionPair, ...]) -> "Pair":
        """The same pair, with other accounts of its changes."""
        return replace(self, regions=regions)

    def kernels(self) -> Iterator[tuple[KernelFacts | None, KernelFacts | None]]:
        """The ops that either side's methods call, matched by name, in name order."""
        old = {kernel.op.name: kernel for kernel in self.old.kernels}
        new = {kernel.op.name: kernel for kernel in self.new.kernels}
        for name in sorted(old.keys() | new.keys()):
            yield old.get(name), new.get(name)

    @property
    def another_class(self) -> bool:
        """Whether a base's public name stands for an unrelated class now.

        Neither has an update of its own, so that nothing of what they do can be held against each
        other; what their children do is told with these.
        """
        sides = (self.old, self.new)
        names = [{one.name for one in side.ancestry if "able" not in one.name} for side in sides]
        shared = set(self.old.public_names) & set(self.new.public_names)
        decided = any(verdict.verdict != "undecided" for verdict in self.verdicts)
        calls = self.old.calls or self.new.calls
        return bool(shared and all(names) and not (names[0] & names[1] or decided or calls))

    @property
    def one_sided(self) -> bool:
        """Whether one of the releases has no such optimizer."""
        return not (self.old.class_name and self.new.class_name)


def place(span: Span | None) -> Place | None:
    """A place without its text and address, which comparison fills in from the release."""
    return Place(span.path, span.line, span.end_line, "") if span else None
