from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from tests import sample_report as sample
from tests.gold_files import assert_gold
from tfdiff.facts import (
    ClassRef,
    Literal,
    OpCall,
    OptimizerFacts,
    Parameter,
    Span,
    Unknown,
    UpdatePath,
    UpdateRule,
)
from tfdiff.findings import Report
from tfdiff.render import account, facts, listing, render, terminal

SPAN = Span("snow/sled.py", 3, 40)


def console(width: int = 80, *, terminal: bool = False, **environment: str) -> Console:
    return Console(
        file=StringIO(), width=width, height=24, force_terminal=terminal, _environ=environment
    )


def printed(on: Console) -> str:
    assert isinstance(on.file, StringIO)
    return on.file.getvalue()


def crowd(count: int) -> Report:
    ones = (replace(sample.sled(), name=f"snow.S{number}Optimizer") for number in range(count))
    return replace(sample.one(), optimizers=tuple(ones))


@pytest.mark.parametrize("report", [sample.one(), sample.many(), sample.hostile(), crowd(90)])
def test_the_answer_is_at_most_a_screen_of_80_columns(report: Report) -> None:
    lines = render(report, "text").splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_the_answer_comes_first() -> None:
    assert render(sample.one(), "text").splitlines()[1].startswith("The weights move differently")


def test_what_was_not_read_is_said() -> None:
    assert "Read 10 of 12" in render(sample.one(), "text")
    assert "SYCL kernels at v1.0.0" in render(sample.one(), "text")


@pytest.mark.parametrize(
    ("on", "coloured"),
    [
        (console(), False),
        (console(terminal=True, TERM="xterm"), True),
        (console(terminal=True, TERM="xterm", NO_COLOR="1"), False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(on: Console, *, coloured: bool) -> None:
    terminal.show(sample.one(), on)
    assert ("\x1b[32m" in printed(on)) == coloured


def test_control_characters_of_the_sources_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in render(sample.hostile(), "text")


@pytest.mark.parametrize("name", ["one", "many"])
def test_the_text_is_as_it_was_accepted(name: str) -> None:
    assert_gold(f"{name}.txt", render(getattr(sample, name)(), "text"))


def test_the_account_names_every_changed_stretch() -> None:
    text = account.text(sample.one())
    assert "4 under a finding, 2 without effect, 1 not classified" in text
    assert "line breaks only" in text
    assert sample.EPSILON_MOVED.id in text


def test_all_facts_of_an_optimizer_are_printed() -> None:
    rule = UpdateRule(UpdatePath("dense", "ref", "cpu"), sample.OLD_RULE, None, (), ())
    epsilon = Parameter("epsilon", "positional", Literal(None), Literal(1e-7, "1e-7"), SPAN)
    optimizer = OptimizerFacts(
        name=sample.SLED,
        public_names=(sample.SLED, "snow.Sled"),
        class_name="SledOptimizer",
        span=SPAN,
        ancestry=(ClassRef("SledOptimizer", "snow/sled.py"), ClassRef("Optimizer", sample.BASE)),
        parameters=(epsilon,),
        hyperparameters=(("epsilon", ("_epsilon",)),),
        slots=(sample.slot("speed", 30),),
        regions=(),
        calls=(OpCall("_apply_dense", "ApplySled", (("var", "var"),), SPAN),),
        kernels=(),
        rules=(rule, replace(rule, path=UpdatePath("dense", "resource", "cpu"))),
        unknowns=(Unknown("a call that is not known", "fancy()", SPAN),),
        missing=("C++ kernels",),
    )
    on = console(120)
    facts.show(optimizer, sample.OLD, on)
    text = printed(on)
    for said in (
        "also snow.Sled",
        "SledOptimizer < Optimizer",
        "epsilon=None (used: 1e-7)",
        "self._epsilon",
        "starts as 0.0",
        "dense/ref/cpu, dense/resource/cpu",
        "speed' =",
        "ApplySled",
        "the source has no C++ kernels",
        "a call that is not known",
    ):
        assert said in text


def test_a_list_for_a_pipe_has_whole_lines() -> None:
    on = console(40)
    listing.optimizers([("snow." + "S" * 60, "optimizer", SPAN)], on)
    assert printed(on) == f"snow.{'S' * 60}  optimizer  snow/sled.py:3\n"


def test_a_list_of_none_says_so() -> None:
    on = console()
    listing.optimizers([], on)
    assert "no optimizer" in printed(on)


def test_a_rule_is_printed_heading_by_heading() -> None:
    on = console()
    listing.rules([("epsilon-moved", "Epsilon moved.")], on)
    listing.rule("epsilon-moved", "Epsilon moved.", [("Effect on training", "Much " * 40)], on)
    assert "Effect on training" in printed(on)
    assert max(map(len, printed(on).splitlines())) <= 80
