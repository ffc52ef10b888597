"""Parts that two rules write differently: found by their values, proved once, put in everywhere."""

from tests.ir_reader import read
from tfdiff.ir.canonical import canonical
from tfdiff.ir.congruence import merged
from tfdiff.ir.domain import Domain
from tfdiff.ir.expr import Expr
from tfdiff.ir.prove import prove

NORM = Domain((("clipnorm", "positive"), ("n", "nonnegative")))
OLD_CLIP = "select(sqrt(n) >= clipnorm, g * clipnorm / sqrt(n), g)"
NEW_CLIP = "select(sqrt(n) >= clipnorm, clipnorm / sqrt(n) * g, g)"


def adamax(clip: str) -> Expr:
    """The step of a rule in which the clipped gradient stands twice, in piecewise functions."""
    return read(f"a - (b * m + (1 - b) * {clip}) / (max(c * u, abs({clip})) + e)")


def test_clipping_written_in_two_ways_is_proved_without_looking_at_the_rest() -> None:
    proof = prove(adamax(OLD_CLIP), adamax(NEW_CLIP), NORM)
    assert proof.proved
    assert proof.assumptions == ()
    assert proof.cells == 0


def test_the_smallest_part_is_tried_first_and_once() -> None:
    tried: list[tuple[Expr, Expr]] = []

    def equal(left: Expr, right: Expr) -> tuple[str, ...]:
        tried.append((left, right))
        return ()

    old, new = canonical(adamax(OLD_CLIP)), canonical(adamax(NEW_CLIP))
    assert merged(old, new, NORM, equal).value is old
    assert tried == [
        (canonical(read("g * clipnorm / sqrt(n)")), canonical(read("clipnorm / sqrt(n) * g")))
    ]


def test_nothing_is_put_in_that_was_not_proved() -> None:
    old, new = canonical(adamax(OLD_CLIP)), canonical(adamax(NEW_CLIP))
    found = merged(old, new, NORM, lambda *_: None)
    assert found.value is new
    assert not found.assumptions


def test_what_a_part_takes_for_granted_is_said_of_the_whole() -> None:
    proof = prove(read("sqrt(x * y / y) + abs(a)"), read("sqrt(x) + abs(a)"), Domain())
    assert proof.proved
    assert "y != 0" in proof.assumptions


def test_a_part_that_only_looks_the_same_is_not_taken_for_the_same() -> None:
    old, new = read("max(a, abs(b)) * g"), read("max(a, abs(b) + 1e-30 * abs(c)) * g")
    assert not prove(old, new, Domain()).proved


def test_a_part_stands_for_what_is_around_it() -> None:
    old = read("g / (sqrt(max(v, w)) + e)")
    new = read("g / (sqrt(max(v, w)) + select(e != 0, e, 0))")
    proof = prove(old, new, Domain((("e", "positive"),)))
    assert proof.proved
