"""One change in shared code is told once, however many optimizers it reaches."""

from dataclasses import dataclass

from tfdiff.findings import Finding, OptimizerReport


@dataclass(frozen=True, slots=True)
class Root:
    """One root cause: the finding to show, and all findings that say the same."""

    shown: Finding
    findings: tuple[Finding, ...]

    @property
    def reaches(self) -> tuple[str, ...]:
        """Every optimizer that the change reaches, the one it is shown with first."""
        names = [finding.optimizer for finding in self.findings]
        names += [name for finding in self.findings for name in finding.also_reaches]
        return tuple(dict.fromkeys(names))


def roots(optimizers: tuple[OptimizerReport, ...]) -> dict[str, Root]:
    """Finding id -> its root cause, over all optimizers in their order."""
    groups: dict[object, list[Finding]] = {}
    for optimizer in optimizers:
        for finding in optimizer.findings:
            groups.setdefault(_cause(finding), []).append(finding)
    found: dict[str, Root] = {}
    for group in groups.values():
        root = Root(group[0], tuple(group))
        found |= {finding.id: root for finding in group}
    return found


def _cause(finding: Finding) -> object:
    """What two findings have in common that tell of the same change."""
    return (
        *(finding.rule, finding.facet, finding.effect, finding.subject, finding.condition),
        *(finding.title, finding.explanation, finding.remedy, finding.old, finding.new),
    )
