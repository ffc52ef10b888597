"""What accounts for every hunk, for each pair of consecutive releases of a repository.

Prints one line a pair: hunks of the files that were read, by account; then the hunks of the regions
that optimizers reach ("covered"), and the share of these that nothing classifies:

    python benchmarks/accounts.py PATH/TO/tensorflow.git [--first v1.0.0] [--last v2.8.0]

Ends with 1 where a pair fails or more than ``--most`` percent of its covered hunks are not
classified.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from itertools import pairwise
from pathlib import Path

from tfdiff.findings import FileAccount, Report
from tfdiff.run import compare
from tfdiff.sources import SourceOptions, final_releases, list_tags, release_version

ACCOUNTS: tuple[FileAccount, ...] = ("finding", "no effect", "not reached", "not classified")
COLUMNS = "{:>9} {:>9} {:>6} {:>6} {:>8} {:>10} {:>12} {:>15} {:>8} {:>9} {:>7}"


def consecutive(options: SourceOptions, first: str, last: str) -> list[tuple[str, str]]:
    """The pairs of neighbouring final releases from one to another."""
    low, high = release_version(first), release_version(last)
    tags = [
        tag
        for tag in final_releases(list_tags(options))
        if (version := release_version(tag)) and low and high and low <= version <= high
    ]
    return list(pairwise(tags))


def in_regions(report: Report) -> Counter[str]:
    """Hunks of the regions that optimizers reach, by account; a shared region counts once."""
    worst: dict[object, str] = {}
    for region in (region for one in report.optimizers for region in one.regions):
        place = region.new or region.old
        for hunk in region.hunks:
            key = (region.symbol, region.kind, place and place.path, hunk.old, hunk.new)
            if worst.get(key) != "not classified":
                worst[key] = hunk.account
    return Counter(worst.values())


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("repository", type=Path)
    parser.add_argument("--first", default="v1.0.0")
    parser.add_argument("--last", default="v2.8.0")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--most", type=float, default=3.0, help="percent (default: 3)")
    given = parser.parse_args()
    options = SourceOptions(repo=str(given.repository), cache=given.cache)
    head = ("old", "new", "files", "hunks", *ACCOUNTS, "covered", "findings", "share")
    print(COLUMNS.format(*head), "  seconds")
    failed = False
    total: Counter[FileAccount] = Counter()
    for old, new in consecutive(options, given.first, given.last):
        begun = time.perf_counter()
        try:
            report = compare(None, old, new, options=options, account=True)
        except Exception:  # noqa: BLE001 - whatever it is, the table goes on and says so
            print(f"{old:>9} {new:>9} failed\n{traceback.format_exc()}", flush=True)
            failed = True
            continue
        counts = Counter(hunk.account for file in report.files for hunk in file.hunks)
        reached = in_regions(report)
        total += counts
        covered = reached.total()
        share = 100 * reached["not classified"] / covered if covered else 0.0
        failed = failed or share > given.most
        findings = sum(len(one.findings) for one in report.optimizers)
        numbers = (len(report.files), counts.total(), *(counts[name] for name in ACCOUNTS))
        row = COLUMNS.format(old, new, *numbers, covered, findings, f"{share:.1f} %")
        print(row, f"{time.perf_counter() - begun:9.1f}", flush=True)
    print(dict(total))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
