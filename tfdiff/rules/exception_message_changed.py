"""An error says something else.

What it reports:
A ``raise`` or an assertion of both releases with the same exception and another message.

Effect on training:
None; code and tests that look for the old words miss them, so it is listed.

Not reported:
Another exception or condition (validation-changed).

Example:
A missing space in a message is added.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.validations import Changed, Words, errors, grouped, moved, shown, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """Errors of both sides with the same class and other words."""
    for group in grouped([one for one in errors(pair) if _same_class(one)]):
        old, new = group[0].old, group[0].new
        if old is None or new is None:
            continue
        was = f'It was "{shown(old)}" and is "{shown(new)}"; the error itself is the same.'
        if shown(old) == shown(new):
            was = f'Its fixed words are the same: "{shown(new)}".'
        words = Words(
            "exception-message-changed",
            f"The message of a {new.exception} changed",
            was,
            "Match the exception's class instead of its words.",
            "none",
        )
        yield told(pair, group, words)


def _same_class(one: Changed) -> bool:
    if one.old is None or one.new is None or one.old.only_test or one.new.only_test:
        return False
    return one.old.exception == one.new.exception and not moved(one)
