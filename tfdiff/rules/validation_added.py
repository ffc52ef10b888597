"""An error is raised where none was.

What it reports:
A ``raise`` or an assertion in the constructor, a step or a helper that the old release does not
have, with the condition under which it is raised.

Effect on training:
Calls that meet the condition stop with the error; all others are not affected.

Not reported:
Another message of the same error (exception-message-changed), and another condition of it
(validation-changed).

Example:
A sparse gradient of a variable with a constraint raises RuntimeError.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.validations import Words, errors, grouped, shown, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """Errors on the new side only."""
    for group in grouped([one for one in errors(pair) if one.new and not one.old]):
        error = group[0].new
        if error is None or error.only_test:
            continue
        when = f" if {error.condition}" if error.condition else ""
        message = f": {shown(error)}" if error.message else ""
        words = Words(
            "validation-added",
            f"Raises {error.exception}{message or when}",
            f"The old release went on there; now {error.exception} is raised{when}.",
            "Change calls that meet the condition; they no longer run.",
        )
        yield told(pair, group, words)
