"""Parses the call, carries it out, and turns what went wrong into one line and an exit code."""

import os
import sys
from collections.abc import Sequence

from tfdiff.cli.arguments import parser
from tfdiff.collecting import collect_seldom
from tfdiff.errors import TfdiffError

BROKEN_PIPE = 141  # what a shell reports for a writer whose reader went away
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one call and give its exit code: 0, 1 (findings), 2 (usage) or 3 (incomplete)."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except TfdiffError as error:
        sys.stderr.write(f"tfdiff: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("tfdiff: interrupted; what was fetched is kept for the next run.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted; Python must not complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def run() -> None:
    """The console script."""
    collect_seldom()
    sys.exit(main())
