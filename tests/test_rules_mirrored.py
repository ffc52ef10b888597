"""The order of the arguments reversed gives the same findings, seen from the other side."""

from pathlib import Path

import pytest

import tfdiff
from tests.mirrored import said, said_in_reverse
from tests.trees import FIXTURES, overlaid

PAIRS = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.name)
def test_reversed_releases_give_mirrored_findings(pair: Path, tmp_path: Path) -> None:
    old = str(overlaid(pair / "old", tmp_path / "old"))
    new = str(overlaid(pair / "new", tmp_path / "new"))
    cache = tmp_path / "cache"
    there = tfdiff.compare(None, old, new, source="folder", cache=cache)
    back = tfdiff.compare(None, new, old, source="folder", cache=cache)
    assert said(back) == said_in_reverse(there)
