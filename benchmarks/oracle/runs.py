"""Running the cases inside a release's own Python, and keeping what came out."""

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.oracle.cases import Case

CHILD: Final = Path(__file__).with_name("child.py")
_TRIES: Final = 20  # how often a release may take its process down

Record = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Results:
    """What a release did: the folder with one file per case."""

    folder: Path

    def record(self, case: Case) -> Record | None:
        """State -> values before the first step and after each; None where it did not run."""
        path = self.folder / f"{case.id}.npz"
        if not path.exists():
            return None
        with np.load(path) as arrays:
            return dict(arrays)

    def error(self, case: Case) -> str:
        """Why a case did not run: the last error that the release named."""
        path = self.folder / f"{case.id}.error"
        said = path.read_text().strip().splitlines() if path.exists() else ["not run"]
        named = [line for line in said if re.match(r"[\w.]*(Error|Exception)\b", line)]
        return (named or said)[-1].strip()[:160]


def run(python: Path, cases: Iterable[Case], gradients: Path, folder: Path) -> Results:
    """Run what has no result yet. A case that ends the process is noted, and the rest go on."""
    folder.mkdir(parents=True, exist_ok=True)
    for refused in folder.glob("*.error"):  # what failed is tried again: the child may know more
        refused.unlink()
    jobs = [
        {
            "id": case.id,
            "module": case.module,
            "class": case.class_name,
            "arguments": dict(case.arguments),
            "gradient": case.gradient,
            "variable": case.variable,
        }
        for case in cases
    ]
    file = folder / "jobs.json"
    file.write_text(json.dumps(jobs))
    for _ in range(_TRIES):
        with (folder / "child.log").open("a") as log:
            done = subprocess.run(
                [python, CHILD, file, gradients, folder], stdout=log, stderr=log, check=False
            )
        if done.returncode == 0:
            break
    return Results(folder)
