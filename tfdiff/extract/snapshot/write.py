"""Writes the kernel facts of releases into a snapshot: facts and hashes, no source text."""

import json
import lzma
import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from tfdiff.extract.kernels import KernelSource
from tfdiff.extract.snapshot.codec import Encoder
from tfdiff.extract.snapshot.read import FORMAT
from tfdiff.facts import KernelFacts, KernelRule, Region, Unknown

# Training ops all are called so; what else lies in their files is no part of a step.
_STEP = re.compile("Apply")


class Named(NamedTuple):
    """A release in a snapshot.

    Attributes:
        ref: its tag.
        commit: what the tag leads to.
        web: address of its files' pages, up to a path; None where there are none.
    """

    ref: str
    commit: str | None
    web: str | None


class Writer:
    """Collects releases; the same releases give the same bytes."""

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._releases: list[tuple[Named, dict[str, tuple[int, int]]]] = []

    def add(
        self,
        named: Named,
        kernels: KernelSource,
        rules_of: Callable[[str], tuple[KernelRule, ...]],
    ) -> None:
        """Take in a release.

        Args:
            named: which release it is.
            kernels: its ops and kernels.
            rules_of: an op's update rules.
        """
        ops = {}
        for name in sorted(kernels.ops):
            facts = kernels.kernel(name)
            if facts is not None and _STEP.search(name):
                rules = tuple(map(_bare_rule, rules_of(name)))
                ops[name] = self._encoder.add(_bare(facts)), self._encoder.add(rules)
        self._releases.append((named, ops))

    def content(self) -> bytes:
        """The snapshot as it is kept."""
        places = [place for _, ops in self._releases for pair in ops.values() for place in pair]
        table, final = self._encoder.finished(places)
        numbers = iter(final)
        releases = [
            {
                **named._asdict(),
                "ops": {name: [next(numbers), next(numbers)] for name in ops},
            }
            for named, ops in self._releases
        ]
        document = {"format": FORMAT, **table._asdict(), "releases": releases}
        text = json.dumps(document, separators=(",", ":"))
        return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def _bare(facts: KernelFacts) -> KernelFacts:
    """The facts without the source that they were read from."""
    return replace(
        facts,
        op=replace(facts.op, region=_bare_region(facts.op.region)),
        regions=tuple(map(_bare_region, facts.regions)),
        unknowns=tuple(map(_bare_unknown, facts.unknowns)),
    )


def _bare_rule(rule: KernelRule) -> KernelRule:
    return replace(rule, unknowns=tuple(map(_bare_unknown, rule.unknowns)))


def _bare_region(region: Region) -> Region:
    return replace(region, text="")


def _bare_unknown(unknown: Unknown) -> Unknown:
    return replace(unknown, text="")
