"""An error is no longer raised.

What it reports:
A ``raise`` or an assertion in the constructor, a step or a helper that the new release does not
have, with the condition under which it was raised.

Effect on training:
Calls that met the condition now go on; all others are not affected.

Not reported:
Another message of the same error (exception-message-changed), and another condition of it
(validation-changed).

Example:
A learning rate of zero is accepted.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.validations import Words, errors, grouped, shown, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """Errors on the old side only."""
    for group in grouped([one for one in errors(pair) if one.old and not one.new]):
        error = group[0].old
        if error is None or error.only_test:
            continue
        when = f" if {error.condition}" if error.condition else ""
        message = f": {shown(error)}" if error.message else ""
        words = Words(
            "validation-removed",
            f"No longer raises {error.exception}{message or when}",
            f"{error.exception} was raised{when}; now the call goes on.",
            "Check the condition yourself where you relied on the error.",
        )
        yield told(pair, group, words)
