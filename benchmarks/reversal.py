"""Whether the releases the other way round give the mirrored report, pair by pair.

Prints one line for each pair: findings and paths, and how many of them have no mirror image
(rule, class, effect, certainty, condition and both places; a path's verdict with its proof) in
the report of the reversed pair. A pair of a release with itself must say nothing at all.

    python benchmarks/reversal.py PATH/TO/tensorflow.git            # all neighbours
    python benchmarks/reversal.py PATH/TO/tensorflow.git --far      # one in seven with another
    python benchmarks/reversal.py PATH/TO/tensorflow.git --itself   # each release with itself
    python benchmarks/reversal.py PATH/TO/keras.git --first v2.9.0 --last v3.15.1

Ends with 1 where one has none, or a pair fails.
"""

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mirrored import Said, said, said_in_reverse
from tfdiff.findings import Report
from tfdiff.run import compare
from tfdiff.sources import SourceOptions, final_releases, list_tags, release_version

Pairs = list[tuple[str, str]]
Law = Callable[[str, str, SourceOptions], tuple[Counter[str], list[Said]]]

FAR: Final = 7
ROW: Final = "{:>9} {:>9} {:>11} {:>9} {:>7} {:>10}"
_BEST: Final = {"identical", "unchanged", "compatible"}


def main() -> int:
    """Hold every pair against its law."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--first", help="from this release on (default: the first)")
    parser.add_argument("--last", help="to this release (default: the last)")
    parser.add_argument("--far", action="store_true", help="pairs of releases far apart")
    parser.add_argument("--itself", action="store_true", help="each release with itself")
    parser.add_argument("--pair", action="append", default=[], metavar="OLD..NEW")
    parser.add_argument("--keras-repo")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--show", type=int, default=6, help="unmatched things shown for a pair")
    asked = parser.parse_args()
    options = SourceOptions(
        repo=str(asked.repository), cache=asked.cache, keras_repo=asked.keras_repo
    )
    tags = released(options, asked.first, asked.last)
    law: Law = said_of_itself if asked.itself else unmirrored
    print(ROW.format("old", "new", "optimizers", "findings", "paths", "unmatched"))
    apart = 0
    for old, new in chosen(tags, asked):
        try:
            counts, wrong = law(old, new, options)
        except Exception:  # noqa: BLE001 - whatever it is, the table goes on and says so
            print(f"{old:>9} {new:>9} failed\n{traceback.format_exc()}", flush=True)
            apart += 1
            continue
        apart += len(wrong)
        numbers = (counts["answer"], counts["finding"], counts["path"], len(wrong))
        print(ROW.format(old, new, *numbers), flush=True)
        for one in wrong[: asked.show]:
            print(f"    {one}", flush=True)
    print(f"{apart} unmatched")
    return int(apart > 0)


def released(options: SourceOptions, first: str | None, last: str | None) -> tuple[str, ...]:
    """The final releases of a repository, from one to another."""
    tags = final_releases(list_tags(options))
    low, high = (release_version(tag) if tag else None for tag in (first, last))

    def within(tag: str) -> bool:
        version = release_version(tag)
        return version is not None and (low or version) <= version <= (high or version)

    return tuple(filter(within, tags))


def chosen(tags: tuple[str, ...], asked: argparse.Namespace) -> Pairs:
    """The pairs that were asked for."""
    if asked.pair:
        return [(old, new) for old, _, new in (pair.partition("..") for pair in asked.pair)]
    if asked.itself:
        return [(tag, tag) for tag in tags]
    if asked.far:
        some = tags[::FAR]
        return [(old, new) for step in (1, 3) for old, new in zip(some, some[step:], strict=False)]
    return list(pairwise(tags))


def unmirrored(old: str, new: str, options: SourceOptions) -> tuple[Counter[str], list[Said]]:
    """What one of the two reports says and the other does not mirror."""
    there = said_in_reverse(compare(None, old, new, options=options))
    back = said(compare(None, new, old, options=options))
    wrong = [
        *(("only there", *one) for one in (there - back).elements()),
        *(("only back", *one) for one in (back - there).elements()),
    ]
    return Counter(str(one[0]) for one in there.elements()), wrong


def said_of_itself(old: str, new: str, options: SourceOptions) -> tuple[Counter[str], list[Said]]:
    """What the report on a release and itself says."""
    report = compare(None, old, new, options=options)
    return Counter(str(one[0]) for one in said(report).elements()), different(report)


def different(report: Report) -> list[Said]:
    """Findings, and verdicts other than the best, of a report on two releases that are the same."""
    return [
        *(("finding", one.rule, one.title) for each in report.optimizers for one in each.findings),
        *(
            ("path", each.name, str(path.path), path.verdict, path.reason)
            for each in report.optimizers
            for path in each.paths
            if path.verdict != "identical"
        ),
        *(
            ("answer", each.name, part, value)
            for each in report.optimizers
            for part in ("updates", "defaults", "state", "calls", "execution")
            if (value := getattr(each.verdict, part)) not in _BEST
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
