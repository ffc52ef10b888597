"""Which finding is told where: each once, however many optimizers it reaches."""

from collections import Counter

from tfdiff.findings import Finding, OptimizerReport


class Told:
    """The findings of some optimizers, each with the optimizer that tells it.

    Attributes:
        findings: id -> finding.
    """

    def __init__(self, optimizers: tuple[OptimizerReport, ...]) -> None:
        self.findings: dict[str, Finding] = {}
        self._homes: dict[str, OptimizerReport] = {}
        self._ids: dict[int, str] = {}  # a finding works its own out anew whenever it is asked
        for optimizer in optimizers:
            for finding in optimizer.findings:
                name = self._ids[id(finding)] = finding.id
                self.findings.setdefault(name, finding)
                self._homes.setdefault(name, optimizer)
        self._others = Counter(name for one in optimizers for name in self._away_ids(one))
        names = Counter(optimizer.name for optimizer in optimizers)
        self._labels = {
            id(one): one.name if names[one.name] == 1 else f"{one.name} ({_file(one)})"
            for one in optimizers
        }

    def label(self, optimizer: OptimizerReport) -> str:
        """The optimizer's name, with its file where another one has the same name."""
        return self._labels[id(optimizer)]

    def id(self, finding: Finding) -> str:
        """The id of one of these findings."""
        return self._ids[id(finding)]

    def here(self, optimizer: OptimizerReport) -> tuple[Finding, ...]:
        """The findings that this optimizer tells."""
        return tuple(
            one for one in optimizer.findings if self._homes[self._ids[id(one)]] is optimizer
        )

    def away(self, optimizer: OptimizerReport) -> tuple[Finding, ...]:
        """The findings that reach this optimizer and that another one tells."""
        return tuple(self.findings[name] for name in self._away_ids(optimizer))

    def is_common(self, finding: Finding) -> bool:
        """Whether it reaches several of the optimizers and is in none's own file."""
        home = self._homes[finding.id]
        files = {place.path for place in (finding.old, finding.new) if place}
        return self._others[finding.id] > 0 and not files & {home.old_path, home.new_path}

    def _away_ids(self, optimizer: OptimizerReport) -> tuple[str, ...]:
        ids = (self._ids[id(one)] for one in optimizer.findings)
        own = (name for name in ids if self._homes[name] is not optimizer)
        found = dict.fromkeys((*own, *optimizer.elsewhere))
        return tuple(name for name in found if name in self.findings)


def _file(optimizer: OptimizerReport) -> str:
    return optimizer.new_path or optimizer.old_path or "no file"
