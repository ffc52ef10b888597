"""Miniature releases for tests: the base tree with a few files replaced."""

from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"


def overlaid(overlay: Path, target: Path) -> Path:
    """Unpack the base tree with the overlay's files in place of its own, and give its path."""
    for source in (FIXTURES / "base", overlay):
        for file in sorted(source.rglob("*")):
            if file.is_file() and file.name != ".gitkeep":
                copy = target / file.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
    return target
