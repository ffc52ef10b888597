"""``python -m tfdiff``."""

from tfdiff.cli import run

run()
