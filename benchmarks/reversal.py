"""Whether the releases the other way round give the mirrored findings, pair by pair.

Prints one line for each pair of consecutive releases: findings, and how many of them have no
mirror image (rule, class, effect and both places) in the report of the reversed pair.

    python benchmarks/reversal.py PATH/TO/tensorflow.git [--first v1.0.0] [--last v2.8.0]

Ends with 1 where a finding has none.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accounts import consecutive
from tests.mirrored import said, said_in_reverse
from tfdiff.run import compare
from tfdiff.sources import SourceOptions


def main() -> int:
    """Compare every pair both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--first", default="v1.0.0")
    parser.add_argument("--last", default="v2.8.0")
    asked = parser.parse_args()
    options = SourceOptions(repo=str(asked.repository))
    apart = 0
    for old, new in consecutive(options, asked.first, asked.last):
        there = said_in_reverse(compare(None, old, new, options=options))
        back = said(compare(None, new, old, options=options))
        missing, extra = (there - back).total(), (back - there).total()
        apart += missing + extra
        print(f"{old} {new}: {there.total()} findings, {missing} + {extra} unmatched", flush=True)
        for one in (*(there - back), *(back - there)):
            print(f"    {one}", flush=True)
    return int(apart > 0)


if __name__ == "__main__":
    sys.exit(main())
