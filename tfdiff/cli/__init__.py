"""The command line."""

from tfdiff.cli.main import main, run

__all__ = ["main", "run"]
