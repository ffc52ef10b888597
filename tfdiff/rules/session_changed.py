"""The session, in which values are read and variables initialised, is handled otherwise.

What it reports:
Code that finds, makes or uses the session (``get_session``, ``batch_get_value``), where it came,
went or changed.

Effect on training:
None on the update. It decides in which session, and with which settings, Keras reads and sets
weights and initialises variables in graph mode; eager execution has no session.

Not reported:
Helpers that are no longer reached.

Example:
``get_session`` keeps one session for each thread.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="session-changed",
    topic="session",
    facet="eager-graph-mode",
    effect="api",
    condition="a graph is run in a session",
    came="A session is used where none was",
    went="A session is no longer used",
    changed="The session is found or used otherwise",
    meaning="It decides in which session weights are read, set and initialised; eager execution "
    "is not affected.",
    remedy="Set the session yourself (tf.keras.backend.set_session) where it matters which one "
    "is used.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
