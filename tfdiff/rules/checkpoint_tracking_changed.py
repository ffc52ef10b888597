"""Object-based checkpoints meet the state otherwise.

What it reports:
How state is tracked, deferred and restored through objects (``_track_trackable``,
``_restore_slot_variable`` ...), where that came, went or changed.

Effect on training:
It decides under which object the state is saved and when it is restored; name-based checkpoints
are not affected.

Not reported:
The rename from checkpointable to trackable.

Example:
``add_slot`` restores a slot's value as soon as it is created.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="checkpoint-tracking-changed",
    topic="tracking",
    facet="slot-name",
    effect="checkpoint",
    condition="checkpoints are object-based (tf.train.Checkpoint, save_weights)",
    came="State is tracked for object-based checkpoints",
    went="State is no longer tracked for object-based checkpoints",
    changed="State is tracked otherwise for object-based checkpoints",
    meaning="It decides under which object the state is saved and when it is restored; "
    "name-based checkpoints are not affected.",
    remedy="Restore one old checkpoint with the new release and assert that it is consumed"
    " before a long run.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
