"""How often Python looks for cycles."""

import gc


def collect_seldom() -> None:
    """Look for cycles less often.

    Reading makes millions of small objects and hardly any cycles: looking for cycles at every
    700th of them costs a tenth of a cold run.
    """
    gc.set_threshold(1_000_000, 20, 100)
