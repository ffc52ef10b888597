"""One name that stands for another class: state and options are matched by what formulas say."""

from dataclasses import replace

from tests.ir_reader import read
from tfdiff.comparison.aliases import aliases
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.names import Aliases, under_one_name
from tfdiff.extract.store import FactStore
from tfdiff.facts import (
    Literal,
    OptimizerFacts,
    Parameter,
    Slot,
    Span,
    UpdatePath,
    UpdateRule,
)
from tfdiff.findings import PathVerdict
from tfdiff.ir.expr import Expr, operation, select, symbol
from tfdiff.ir.walk import replaced, replaced_states

HERE = Span("glide.py", 1, 1)
PATH = UpdatePath("dense", "resource", "python")


def _parameter(name: str, default: float | bool) -> Parameter:  # noqa: FBT001 - a value
    return Parameter(name, "positional", Literal(default), Literal(default), HERE)


def _slot(name: str, *, per_variable: bool = True, condition: str | None = None) -> Slot:
    initial = Literal(0 if per_variable else name)
    shape = Literal("variable")
    return Slot(name, per_variable, initial, Literal("Glide"), shape, shape, condition, HERE)


def _glide(
    parameters: dict[str, float | bool], slots: tuple[Slot, ...], **states: Expr
) -> OptimizerFacts:
    names = {name.replace("slot_", "slot:"): value for name, value in states.items()}
    return replace(
        OptimizerFacts.absent("glide"),
        class_name="Glide",
        parameters=tuple(_parameter(*item) for item in parameters.items()),
        slots=slots,
        rules=(UpdateRule(PATH, tuple(names.items()), None, ("Glide.step",), ()),),
    )


def _compared(old: OptimizerFacts, new: OptimizerFacts, fails: Expr | None = None) -> PathVerdict:
    names = aliases(old, new)
    rule = names.renamed(new.rules[0], old.rules[0])
    if fails is not None:
        rule = replace(rule, fails=fails)
    facts = names.restated(new, new.rules[0])
    return Decisions(FactStore(None)).verdict(old.rules[0], rule, old, facts)


def _held(text: str) -> Expr:
    """An expression in which ``held`` is the slot that is called like an argument."""
    root = read(text)
    return replaced([root], {symbol("held"): symbol("slot:momentum")})[root]


OLD = _glide(
    {"momentum": 0.0},
    (_slot("momentum", per_variable=False), _slot("moments")),
    var=read("var + momentum * moments - grad"),
    moments=read("momentum * moments - grad"),
)
NEW = _glide(
    {"momentum": 0.0},
    (_slot("momentum", condition="momentum"), _slot("momentum", per_variable=False)),
    var=_held("select(momentum > 0, var + (held * momentum - grad), var - grad)"),
    slot_momentum=_held("select(momentum > 0, held * momentum - grad, held)"),
)


def test_a_slot_may_take_the_name_of_an_argument_that_both_sides_have() -> None:
    assert aliases(OLD, NEW) == Aliases((), (("moments", "momentum"),))


def test_a_slot_that_is_only_created_with_an_option_is_compared_with_that_option() -> None:
    assert _compared(OLD, NEW).verdict in {"identical", "equal"}


def test_a_state_kept_once_is_matched_by_its_formula() -> None:
    old = _glide(
        {}, (_slot("schedule", per_variable=False),), var=read("var - schedule * grad"),
        schedule=read("schedule * 3"),
    )  # fmt: skip
    new = _glide(
        {}, (_slot("cache", per_variable=False),), var=read("var - cache * grad"),
        cache=read("cache * 3"),
    )  # fmt: skip
    assert aliases(old, new).states == (("schedule", "cache"),)


def test_a_default_in_the_body_hides_no_state() -> None:
    step = "rows * 3 + grad * grad + "
    old = _glide(
        {"epsilon": 1e-7}, (_slot("rows"),), var=read("var - grad"),
        rows=read(step + "select(epsilon_is_none, 1e-7, epsilon)"),
    )  # fmt: skip
    sentinel = replaced_states(
        old.rules[0].states, {symbol("epsilon_is_none"): symbol("epsilon is None")}
    )
    old = replace(old, rules=(replace(old.rules[0], states=sentinel),))
    new = _glide(
        {"epsilon": 1e-7}, (_slot("accum"),), var=read("var - grad"),
        accum=read(step.replace("rows", "accum") + "epsilon"),
    )  # fmt: skip
    assert aliases(old, new).states == (("rows", "accum"),)


def test_options_that_only_one_side_has_make_a_difference_conditional() -> None:
    old = _glide({}, (), var=read("var - grad"))
    new = _glide(
        {"wide": False, "bend": 0.0},
        (),
        var=read("select(wide, var - 2 * grad, var - grad) - select(bend > 0, bend * grad, 0)"),
    )
    found = _compared(old, new)
    assert found.verdict == "conditional"
    assert {"wide", "bend"} <= set((found.condition or "").split())


def test_settings_without_a_kernel_on_a_device_are_not_compared_there() -> None:
    old = _glide({"wide": False}, (), var=read("select(wide, var - 2 * grad, var - grad)"))
    new = _glide({"wide": False}, (), var=read("var - grad"))
    assert _compared(old, new).verdict == "conditional"
    found = _compared(old, new, symbol("wide"))
    assert found.verdict in {"identical", "equal"}
    assert found.assumptions[-1] == "not (wide): no kernel on PYTHON"


def test_state_called_like_an_argument_on_either_side_is_matched() -> None:
    new = _glide(
        {"momentum": 0.0},
        (_slot("momentum"),),
        var=_held("var + momentum * held - grad"),
        slot_momentum=_held("momentum * held - grad"),
    )
    old = replace(OLD, slots=OLD.slots[1:])
    for sides in ((old, new), (new, old)):
        assert _compared(*sides).verdict == "identical"


def test_an_older_name_of_an_argument_is_taken_not_to_be_passed() -> None:
    passed = select(
        operation("not", symbol("old_rate is None")), symbol("old_rate"), symbol("rate")
    )
    rule = UpdateRule(PATH, (("var", passed),), None, ("Glide.step",), ())
    named = _glide({"rate": 0.1}, ())
    older = Parameter("old_rate", "keyword", Literal(None), Literal(None), HERE)
    facts = replace(
        named,
        parameters=(*named.parameters, older),
        hyperparameters=(("rate", ("_rate",)), ("old_rate", ("_rate",))),
    )
    (state,) = under_one_name(rule, facts).states
    assert state == ("var", symbol("rate"))
    apart = replace(facts, hyperparameters=(("rate", ("_rate",)), ("old_rate", ("_other",))))
    assert under_one_name(rule, apart) == rule
