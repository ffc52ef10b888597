"""Optimizers over many releases: what changed when, since when a fact holds, who is alike.

Releases are taken in version order and compared by content: a release that was patched from a
branch is what its files say, wherever its commit stands.
"""

from tfdiff.history.atlas import Atlas, Line, Stop, atlas
from tfdiff.history.crew import Crew
from tfdiff.history.following import Range
from tfdiff.history.properties import Fact, facts, runs
from tfdiff.history.steps import History, Step, alike, history

__all__ = [
    "Atlas",
    "Crew",
    "Fact",
    "History",
    "Line",
    "Range",
    "Step",
    "Stop",
    "alike",
    "atlas",
    "facts",
    "history",
    "runs",
]
