"""Whether a condition holds for users who pass nothing."""

import pytest

from tests.ir_reader import read
from tfdiff.ir.expr import opaque, operation
from tfdiff.ir.truths import by_default

SETTINGS = {"momentum": 0.0, "decay": 0.9, "nesterov": False, "power": -0.5, "wide": float("inf")}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("momentum != 0", False),
        ("power == -0.5", True),
        ("nesterov", False),
        ("not nesterov", True),
        ("decay", True),
        ("1 - decay < 0.2", True),
        ("max(decay, 1) / 2 == 0.5", True),
        ("select(nesterov, momentum > 0, decay > 0)", True),
        ("nesterov and unknown > 0", False),
        ("decay > 0 or unknown > 0", True),
        ("decay > 0 and unknown > 0", None),
        ("nesterov or unknown > 0", None),
        ("unknown > 0", None),
        ("1 / momentum > 0", None),
        ("wide > 0", None),
        ("clip(decay) > 0", None),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(condition: str, expected: object) -> None:
    assert by_default(read(condition), SETTINGS) is expected


def test_what_was_not_understood_decides_nothing() -> None:
    unread = opaque("mode", "not read")
    assert by_default(unread, SETTINGS) is None
    assert by_default(operation("and", unread, read("nesterov")), SETTINGS) is False
