"""An error is raised under another condition, or as another exception.

What it reports:
A ``raise`` or an assertion of both releases whose test changed, or whose exception is of another
class.

Effect on training:
Some calls stop that went on, or go on that stopped; handlers of the old exception may miss it.

Not reported:
Another message alone (exception-message-changed).

Example:
A global step of unknown shape no longer counts as one that is not scalar.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.validations import Changed, Words, errors, grouped, moved, shown, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """Errors of both sides with another test or class."""
    for group in grouped([one for one in errors(pair) if _differs(one)]):
        old, new = group[0].old, group[0].new
        error = new or old
        if error is None:
            continue
        if old and new and old.exception != new.exception:
            title = f"Raises {new.exception} instead of {old.exception}: {shown(new)}"
        else:
            said = f"{error.exception}" if error.exception else "an error"
            title = f"Raises {said} under another condition"
            title += f": {shown(error)}" if error.message else ""
        was = f"It was raised if {old.condition}. " if old and old.condition else ""
        now = f"It is raised if {new.condition}." if new and new.condition else ""
        words = Words(
            "validation-changed",
            title,
            was + now or "What leads to the error changed.",
            "Check calls that come near the condition.",
        )
        yield told(pair, group, words)


def _differs(one: Changed) -> bool:
    if one.old is None and one.new is None:
        return True
    tests = [error for error in (one.old, one.new) if error and error.only_test]
    if tests:
        return True
    if one.old is None or one.new is None:
        return False
    return one.old.exception != one.new.exception or moved(one)
