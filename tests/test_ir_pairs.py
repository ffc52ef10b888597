"""The pairs files: what counts as identical, and what is proved equal."""

import pytest

from tests.ir_reader import PairLine, pairs, read
from tfdiff.ir.canonical import Canonical
from tfdiff.ir.domain import inferred_domain
from tfdiff.ir.prove import prove
from tfdiff.ir.show import text

STATES = ("a", "b", "c", "g", "m", "v", "x", "y")


@pytest.mark.parametrize("pair", pairs("identical.txt"), ids=lambda pair: pair.text)
def test_normaliser_identifies_what_the_pairs_say(pair: PairLine) -> None:
    forms = Canonical()
    assert (forms.form(pair.left) is forms.form(pair.right)) == pair.same


@pytest.mark.parametrize("pair", pairs("equal.txt"), ids=lambda pair: pair.text)
def test_prover_proves_what_the_pairs_say_and_prints_its_assumptions(pair: PairLine) -> None:
    rules = ((("value", pair.left),), (("value", pair.right),))
    proof = prove(pair.left, pair.right, inferred_domain(rules, STATES, {}))
    assert proof.proved == pair.same, proof
    if pair.same:
        assert proof.assumptions == tuple(sorted(pair.assumptions))


@pytest.mark.parametrize("name", ["identical.txt", "equal.txt"])
def test_printed_text_reads_back_as_the_same_expression(name: str) -> None:
    for pair in pairs(name):
        shown = text(pair.left).replace("^", "**")
        if " if " not in shown and "/" not in shown and "square" not in pair.text:
            assert Canonical().form(read(shown)) is Canonical().form(pair.left), shown
