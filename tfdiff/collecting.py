"""How often Python looks for cycles."""

import gc


def collect_seldom(objects: int = 10_000_000) -> None:
    """Look for cycles less often.

    Reading makes millions of small objects and hardly any cycles: looking for cycles at every
    700th of them costs a tenth of a cold run. A pair of releases never gets as far as this.

    Args:
        objects: how many more there must be before cycles are looked for.
    """
    gc.set_threshold(objects, 20, 100)
