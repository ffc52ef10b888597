"""dtypes are cast or accepted otherwise.

What it reports:
Casts, dtypes passed on, and sets of valid dtypes, where they came, went or changed.

Effect on training:
Values may be rounded to another precision on their way, or another dtype be accepted; with float32
throughout nothing differs.

Not reported:
dtypes of slots (slot-dtype-changed). That an initializer is made without a dtype which the variable
hands it all the same is told to be without effect.

Example:
``bfloat16`` joins the valid dtypes.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from tfdiff.rules.matching.bodies import function
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, touched
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="dtype-handling-changed",
    topic="dtype",
    facet="base-class-behaviour",
    effect="rounding-only",
    condition="dtypes are mixed or not float32",
    came="Casts or checks a dtype where it did not",
    went="No longer casts or checks a dtype",
    changed="Casts or checks dtypes otherwise",
    meaning="Values may be rounded to another precision on their way, or another dtype be "
    "accepted; with float32 throughout nothing differs.",
    remedy="Keep all variables and hyperparameters in float32 where the releases must agree.",
)


_ACCEPTS = replace(
    _MATTER,
    effect="api",
    condition="variables or gradients are of another dtype",
    came="Accepts variables and gradients of further dtypes",
    went="Accepts variables and gradients of fewer dtypes",
    changed="Accepts variables and gradients of other dtypes",
    meaning="Variables and gradients of any other dtype raise an error.",
    remedy="Nothing to do, unless your variables are of a dtype that one release refuses.",
)


_SAME = replace(
    _MATTER,
    effect="none",
    condition=None,
    came="An initial value is given the same dtype in another place",
    went="An initial value is given the same dtype in another place",
    changed="An initial value is given the same dtype in another place",
    meaning="What creates the variable gives its initializer the dtype, on both sides.",
    remedy="Nothing to do.",
)
_INITIALIZER = re.compile(r"(\w+) = ([\w.]*_initializer)\((?:dtype=)?([\w.]*dtype)?\)")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file: for what is cast, what is accepted, and what came to the same."""
    found = touched(pair, "dtype")
    accepted = [one for one in found if "valid_dtypes" in base_name(one[0].region.symbol)]
    same = [one for one in found if one not in accepted and _handed_on(one)]
    for group in by_home(one for one in found if one not in accepted and one not in same):
        yield finding(pair, _MATTER, group)
    for group in by_home(accepted):
        yield finding(pair, _ACCEPTS, group)
    for group in by_home(same):
        yield finding(pair, _SAME, group)


def _handed_on(one: Touched) -> bool:
    """Whether initializers alone are given a dtype or not, which the variable hands them anyway."""
    item, changes = one
    for change in changes:
        if change.before is None or change.after is None:
            return False
        before, after = (
            _INITIALIZER.fullmatch(side.said) for side in (change.before, change.after)
        )
        if not (before and after and before.groups()[:2] == after.groups()[:2]):
            return False
        dtype = before[3] or after[3]
        if {before[3], after[3]} != {None, dtype}:
            return False
        if not all(side and _passes(side.text, before[1], dtype) for side in (item.old, item.new)):
            return False
    return True


def _passes(text: str, name: str, dtype: str) -> bool:
    """Whether a function hands an initializer and a dtype to one and the same call."""
    defined = function(text)
    calls = (one for one in ast.walk(defined) if isinstance(one, ast.Call)) if defined else ()
    for call in calls:
        given = [*call.args, *(one.value for one in call.keywords)]
        if {name, dtype} <= {ast.unparse(one) for one in given}:
            return True
    return False
