"""Expected output kept in files that a person can read."""

from pathlib import Path

import tfdiff

GOLD = Path(__file__).parent / "gold"
ACTUAL = Path(__file__).parent / "actual"


def assert_gold(name: str, actual: str) -> None:
    """Compare with ``gold/name``; what came out is left in ``actual/name`` to look at or accept."""
    actual = actual.replace(f"tfdiff {tfdiff.__version__}", "tfdiff X.Y.Z")
    ACTUAL.mkdir(exist_ok=True)
    (ACTUAL / name).write_text(actual, encoding="utf-8")
    gold = GOLD / name
    expected = gold.read_text(encoding="utf-8") if gold.exists() else ""
    assert actual == expected, f"{gold} differs from {ACTUAL / name}; copy it there to accept it"
