"""What counts as the same method or argument of two releases."""

from dataclasses import replace

from tfdiff.facts import Literal, Method, OptimizerFacts, Parameter, Span, Unknown
from tfdiff.rules import default_changed
from tfdiff.rules.matching.methods import only_in
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.pair import Pair

PLACE = Span("glide.py", 1, 1)


def facts(*methods: Method, parameters: tuple[Parameter, ...] = ()) -> OptimizerFacts:
    absent = OptimizerFacts.absent("tf.train.GlideOptimizer")
    return replace(absent, class_name="Glide", methods=methods, parameters=parameters)


def parameter(name: str, default: float | None, kind: str = "positional") -> Parameter:
    value = Literal(default)
    return Parameter(name, kind, value, value, PLACE)  # type: ignore[arg-type]


def renamed(old: Parameter, new: Parameter) -> list[tuple[str, str]]:
    before, after = facts(parameters=(old,)), facts(parameters=(new,))
    pair = Pair("tf.train.GlideOptimizer", before, after, regions=(), verdicts=())
    return [(one.name, other.name) for one, other in matched(pair).renamed]


def test_property_that_became_an_attribute_is_still_there() -> None:
    old = facts(Method("steps", "Optimizer", (), "property", PLACE))
    assert not only_in(old, facts(Method("steps", "Optimizer", (), "attribute", PLACE)))
    assert only_in(old, facts())


def test_attribute_is_no_method_that_came_or_went() -> None:
    assert not only_in(facts(Method("rate", "Optimizer", (), "attribute", PLACE)), facts())


def test_same_place_and_a_default_of_their_own_make_a_renamed_parameter() -> None:
    assert renamed(parameter("decay", 0.9), parameter("rho", 0.9)) == [("decay", "rho")]


def test_none_at_the_same_place_says_nothing_of_a_name() -> None:
    assert not renamed(parameter("clip", None), parameter("mesh", None))
    assert not renamed(parameter("nesterov", False), parameter("centered", False))  # noqa: FBT003


def test_another_name_for_an_argument_is_matched_from_either_side() -> None:
    keyword = parameter("lr", None, "keyword")
    held = (("rate", ("_rate",)), ("lr", ("_rate",)))
    new = replace(facts(parameters=(parameter("rate", 0.1), keyword)), hyperparameters=held)
    old = replace(facts(parameters=(parameter("lr", 0.1),)), hyperparameters=(("lr", ("lr",)),))
    for sides, expected in (((old, new), ("lr", "rate")), ((new, old), ("rate", "lr"))):
        found = matched(Pair("tf.train.GlideOptimizer", *sides, regions=(), verdicts=()))
        assert [(one.name, other.name) for one, other in found.renamed] == [expected]
        assert (found.kept, found.added, found.removed) == ((), (), ())


def test_order_of_what_a_dictionary_of_keywords_holds_says_nothing() -> None:
    assert not renamed(parameter("mesh", 1.0, "keyword"), parameter("decay", 1.0, "keyword"))


def test_a_default_that_the_constructor_works_out_now_may_be_another_one() -> None:
    fixed = replace(parameter("name", None), default=Literal("sled"), effective=Literal("sled"))
    made = replace(fixed, default=Literal(None), effective=Unknown("is a call", "auto_name(self)"))
    hidden = replace(made, effective=Unknown("not read", ""))

    def told(old: Parameter, new: Parameter) -> list[str]:
        before, after = facts(parameters=(old,)), facts(parameters=(new,))
        pair = Pair("tf.train.GlideOptimizer", before, after, regions=(), verdicts=())
        return [one.title for one in default_changed.check(pair)]

    assert told(fixed, made) == ["Default of name changed from 'sled' to auto_name(self)"]
    assert told(made, fixed) == ["Default of name changed from auto_name(self) to 'sled'"]
    assert not told(fixed, hidden)
    assert not told(made, made)
